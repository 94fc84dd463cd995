/** What a client program speaks; a shop shows the guides of what it serves. */
export type Wire = "chat" | "messages" | "responses" | "gemini";

/** The wire formats that the relay answers. */
export const SERVES: readonly Wire[] = ["chat", "messages", "responses", "gemini"];

export type Connection = Readonly<{
  /** The shop's public address, without `/` or `/v1` at its end. */
  base: string;
  /** The key itself while it is on screen, else a placeholder. */
  key: string;
  model: string;
  shopName: string;
}>;

/** A value to type into a form of the client; the name is a word of `connect.fields`. */
export type ClientValue = Readonly<{ field: "baseUrl" | "host" | "path" | "key" | "model" | "type"; value: string }>;

export type Client = Readonly<{
  id: string;
  /** A product's own name. */
  name: string;
  wire: Wire;
  /** Text of a file or terminal. */
  code?: (to: Connection) => string;
  values?: (to: Connection) => readonly ClientValue[];
  /** Opens the program with everything filled in; only with a key that is on screen. */
  link?: (to: Connection) => string;
  /** There is a note of its own in `connect.notes`. */
  note?: true;
}>;

const v1 = ({ base }: Connection): string => `${base}/v1`;
const form = (to: Connection): readonly ClientValue[] => [
  { field: "baseUrl", value: v1(to) }, { field: "key", value: to.key }, { field: "model", value: to.model },
];

export const CLIENTS: readonly Client[] = [
  {
    id: "claude-code", name: "Claude Code", wire: "messages", note: true,
    code: ({ base, key }) => `export ANTHROPIC_BASE_URL="${base}"\nexport ANTHROPIC_AUTH_TOKEN="${key}"\nexport ANTHROPIC_API_KEY=""`,
  },
  {
    id: "python", name: "Python", wire: "chat",
    code: (to) => `from openai import OpenAI

client = OpenAI(
    base_url="${v1(to)}",
    api_key="${to.key}",
)
reply = client.chat.completions.create(
    model="${to.model}",
    messages=[{"role": "user", "content": "Hello"}],
)
print(reply.choices[0].message.content)`,
  },
  {
    id: "typescript", name: "TypeScript", wire: "chat",
    code: (to) => `import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "${v1(to)}",
  apiKey: "${to.key}",
});
const stream = await client.chat.completions.create({
  model: "${to.model}",
  messages: [{ role: "user", content: "Hello" }],
  stream: true,
});
for await (const part of stream) process.stdout.write(part.choices[0]?.delta.content ?? "");`,
  },
  {
    id: "curl", name: "curl", wire: "chat",
    code: (to) => `curl ${v1(to)}/chat/completions \\
  -H "authorization: Bearer ${to.key}" \\
  -H "content-type: application/json" \\
  -d '{"model": "${to.model}", "messages": [{"role": "user", "content": "Hello"}]}'`,
  },
  { id: "env", name: ".env", wire: "chat", code: (to) => `OPENAI_BASE_URL="${v1(to)}"\nOPENAI_API_KEY="${to.key}"` },
  { id: "anthropic", name: "Anthropic SDK", wire: "messages", note: true, code: ({ base, key }) => `ANTHROPIC_BASE_URL="${base}"\nANTHROPIC_API_KEY="${key}"` },
  { id: "gemini-cli", name: "Gemini CLI", wire: "gemini", code: ({ base, key }) => `export GOOGLE_GEMINI_BASE_URL="${base}"\nexport GEMINI_API_KEY="${key}"` },
  {
    id: "codex", name: "Codex CLI", wire: "responses", note: true,
    code: (to) => `# ~/.codex/config.toml
model = "${to.model}"
model_provider = "shop"

[model_providers.shop]
name = "${to.shopName.replaceAll('"', "'")}"
base_url = "${v1(to)}"
env_key = "SHOP_API_KEY"
wire_api = "responses"`,
  },
  {
    id: "cherry", name: "Cherry Studio", wire: "chat", note: true,
    values: (to) => [{ field: "type", value: "OpenAI" }, { field: "host", value: to.base }, { field: "key", value: to.key }, { field: "model", value: to.model }],
    link: ({ base, key, shopName }) =>
      `cherrystudio://providers/api-keys?v=1&data=${encodeURIComponent(base64({ id: slug(shopName), name: shopName, type: "openai", baseUrl: base, apiKey: key }))}`,
  },
  {
    id: "chatbox", name: "Chatbox", wire: "chat",
    values: (to) => [
      { field: "type", value: "OpenAI" }, { field: "host", value: to.base }, { field: "path", value: "/v1/chat/completions" }, { field: "key", value: to.key }, { field: "model", value: to.model },
    ],
    link: ({ base, key, model, shopName }) => `chatbox://provider/import?config=${encodeURIComponent(base64({
      id: slug(shopName), name: shopName, type: "openai", urls: { website: base },
      settings: { apiHost: base, apiPath: "/v1/chat/completions", apiKey: key, models: [{ modelId: model }] },
    }))}`,
  },
  { id: "open-webui", name: "Open WebUI", wire: "chat", values: form },
  { id: "cline", name: "Cline, Roo, Continue, Zed", wire: "chat", values: form },
  { id: "lobechat", name: "LobeChat, NextChat, LibreChat", wire: "chat", values: form },
  {
    id: "langchain", name: "LangChain", wire: "chat",
    code: (to) => `from langchain_openai import ChatOpenAI

model = ChatOpenAI(
    base_url="${v1(to)}",
    api_key="${to.key}",
    model="${to.model}",
)
print(model.invoke("Hello").content)`,
  },
  {
    id: "ai-sdk", name: "Vercel AI SDK", wire: "chat",
    code: (to) => `import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText } from "ai";

const shop = createOpenAICompatible({
  name: "shop",
  baseURL: "${v1(to)}",
  apiKey: "${to.key}",
});
const { text } = await generateText({ model: shop("${to.model}"), prompt: "Hello" });`,
  },
];

/** The guides of what the shop serves, in their order. */
export const clientsFor = (serves: readonly Wire[]): readonly Client[] => CLIENTS.filter(({ wire }) => serves.includes(wire));

/** Standard base64 of UTF-8, which is what these programs read; the URL-safe form decodes wrongly there. */
export const base64 = (value: unknown): string => btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(value))));

const slug = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "shop";
