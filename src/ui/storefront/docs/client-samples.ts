import type { Raw } from "#ui/storefront/docs/samples.ts";

/** Settings files and programs of the guides for clients. */
export const CLIENT_SAMPLES: Readonly<Record<string, readonly Raw[]>> = {
  "openai-environment": [["Shell", "shell", `export OPENAI_BASE_URL="{base}/v1"
export OPENAI_API_KEY="\${key}"`]],
  "openai-go": [["Go", "text", `client := openai.NewClient(
    option.WithBaseURL("{base}/v1/"),
    option.WithAPIKey(os.Getenv("{key}")),
)`]],
  anthropic: [
    ["Python", "python", `import os
from anthropic import Anthropic

client = Anthropic(base_url="{base}", api_key=os.environ["{key}"])

message = client.messages.create(
    model="{model}",
    max_tokens=1024,
    messages=[{"role": "user", "content": "Hello"}],
)
print(message.content[0].text)`],
    ["TypeScript", "typescript", `import Anthropic from "@anthropic-ai/sdk";

const client = new Anthropic({ baseURL: "{base}", apiKey: process.env.${"{key}"} });

const message = await client.messages.create({
  model: "{model}",
  max_tokens: 1024,
  messages: [{ role: "user", content: "Hello" }],
});`],
  ],
  google: [
    ["Python", "python", `import os
from google import genai

client = genai.Client(
    api_key=os.environ["{key}"],
    http_options={"base_url": "{base}"},
)
reply = client.models.generate_content(model="{model}", contents="Hello")
print(reply.text)`],
    ["TypeScript", "typescript", `import { GoogleGenAI } from "@google/genai";

const client = new GoogleGenAI({
  apiKey: process.env.${"{key}"},
  httpOptions: { baseUrl: "{base}" },
});
const reply = await client.models.generateContent({ model: "{model}", contents: "Hello" });`],
  ],
  langchain: [
    ["Python", "python", `import os
from langchain_openai import ChatOpenAI

chat = ChatOpenAI(
    base_url="{base}/v1",
    api_key=os.environ["{key}"],
    model="{model}",
)
print(chat.invoke("Hello").content)`],
    ["TypeScript", "typescript", `import { ChatOpenAI } from "@langchain/openai";

const chat = new ChatOpenAI({
  model: "{model}",
  apiKey: process.env.${"{key}"},
  configuration: { baseURL: "{base}/v1" },
});
const reply = await chat.invoke("Hello");`],
  ],
  llamaindex: [["Python", "python", `import os
from llama_index.llms.openai_like import OpenAILike

llm = OpenAILike(
    api_base="{base}/v1",
    api_key=os.environ["{key}"],
    model="{model}",
    is_chat_model=True,
)
print(llm.complete("Hello"))`]],
  "vercel-ai-sdk": [["TypeScript", "typescript", `import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText } from "ai";

const shop = createOpenAICompatible({
  name: "shop",
  baseURL: "{base}/v1",
  apiKey: process.env.${"{key}"},
});
const { text } = await generateText({ model: shop("{model}"), prompt: "Hello" });
console.log(text);`]],
  litellm: [["Python", "python", `import os
import litellm

reply = litellm.completion(
    model="openai/{model}",
    api_base="{base}/v1",
    api_key=os.environ["{key}"],
    messages=[{"role": "user", "content": "Hello"}],
)
print(reply.choices[0].message.content)`]],
  "claude-code": [["~/.claude/settings.json", "json", `{
  "env": {
    "ANTHROPIC_BASE_URL": "{base}",
    "ANTHROPIC_AUTH_TOKEN": "sk-mm-...",
    "ANTHROPIC_API_KEY": "",
    "ANTHROPIC_DEFAULT_SONNET_MODEL": "{model}"
  }
}`]],
  codex: [["~/.codex/config.toml", "toml", `model = "{model}"
model_provider = "shop"

[model_providers.shop]
name = "{shop}"
base_url = "{base}/v1"
env_key = "{key}"
wire_api = "responses"`]],
  "gemini-cli": [["Shell", "shell", `export GOOGLE_GEMINI_BASE_URL="{base}"
export GEMINI_API_KEY="\${key}"`]],
  continue: [["~/.continue/config.yaml", "text", `models:
  - name: {model}
    provider: openai
    model: {model}
    apiBase: {base}/v1
    apiKey: sk-mm-...`]],
  zed: [["settings.json", "json", `{
  "language_models": {
    "openai_compatible": {
      "{shop}": {
        "api_url": "{base}/v1",
        "available_models": [
          { "name": "{model}", "display_name": "{model}", "max_tokens": 128000 }
        ]
      }
    }
  }
}`]],
  opencode: [["opencode.json", "json", `{
  "provider": {
    "shop": {
      "npm": "@ai-sdk/openai-compatible",
      "name": "{shop}",
      "options": { "baseURL": "{base}/v1", "apiKey": "{env:{key}}" },
      "models": { "{model}": {} }
    }
  }
}`]],
  librechat: [["librechat.yaml", "text", `endpoints:
  custom:
    - name: "{shop}"
      apiKey: "\${{key}}"
      baseURL: "{base}/v1"
      models:
        default: ["{model}"]
        fetch: true`]],
  "open-webui": [["Shell", "shell", `export OPENAI_API_BASE_URL="{base}/v1"
export OPENAI_API_KEY="sk-mm-..."`]],
  nextchat: [["Shell", "shell", `export BASE_URL="{base}"
export OPENAI_API_KEY="sk-mm-..."`]],
};
