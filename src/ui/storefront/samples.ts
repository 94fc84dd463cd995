import type { Sample } from "#ui/storefront/code-card.tsx";
import type { ApiFormat } from "#ui/storefront/formats.ts";

/** What every sample is filled with: the shop's address without `/v1`, a model on sale, the variable that holds the key. */
export type SampleContext = Readonly<{ base: string; model: string; keyName: string; /** A model of sound that writes down what it hears. */ listens?: boolean }>;

/** "Corner Shop" -> CORNER_SHOP_KEY; names without Latin letters keep a plain one. */
export function keyNameOf(shopName: string): string {
  const word = shopName.toUpperCase().replace(/[^A-Z0-9]+/g, "_").replace(/^[_0-9]+|_+$/g, "");
  return `${word === "" ? "SHOP" : word}_KEY`;
}

type Make = (context: SampleContext) => string;

const python = (call: string): Make => ({ base, model, keyName }) => `import os
from openai import OpenAI

client = OpenAI(
    base_url="${base}/v1",
    api_key=os.environ["${keyName}"],
)

${call.replaceAll("MODEL", model)}`;

const typescript = (call: string): Make => ({ base, model, keyName }) => `import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "${base}/v1",
  apiKey: process.env.${keyName},
});

${call.replaceAll("MODEL", model)}`;

const curl = (path: string, body: string): Make => ({ base, model, keyName }) => `curl ${base}${path} \\
  -H "Authorization: Bearer $${keyName}" \\
  -H "Content-Type: application/json" \\
  -d '${body.replaceAll("MODEL", model)}'`;

const CHAT_PYTHON = python(`reply = client.chat.completions.create(
    model="MODEL",
    messages=[{"role": "user", "content": "Hello"}],
)
print(reply.choices[0].message.content)`);

const CHAT_TYPESCRIPT = typescript(`const stream = await client.chat.completions.create({
  model: "MODEL",
  messages: [{ role: "user", content: "Hello" }],
  stream: true,
});
for await (const chunk of stream) {
  process.stdout.write(chunk.choices[0]?.delta?.content ?? "");
}`);

const CHAT_CURL = curl("/v1/chat/completions", `{
    "model": "MODEL",
    "messages": [{"role": "user", "content": "Hello"}]
  }`);

const EMBED_PYTHON = python(`reply = client.embeddings.create(
    model="MODEL",
    input=["The sky is blue.", "Grass is green."],
)
print(len(reply.data), len(reply.data[0].embedding))`);

const EMBED_TYPESCRIPT = typescript(`const reply = await client.embeddings.create({
  model: "MODEL",
  input: ["The sky is blue.", "Grass is green."],
});
console.log(reply.data.length);`);

const EMBED_CURL = curl("/v1/embeddings", `{
    "model": "MODEL",
    "input": ["The sky is blue.", "Grass is green."]
  }`);

const MESSAGES_PYTHON: Make = ({ base, model, keyName }) => `import os
from anthropic import Anthropic

client = Anthropic(
    base_url="${base}",
    api_key=os.environ["${keyName}"],
)

with client.messages.stream(
    model="${model}",
    max_tokens=1024,
    messages=[{"role": "user", "content": "Hello"}],
) as stream:
    for text in stream.text_stream:
        print(text, end="", flush=True)`;

const GEMINI_PYTHON: Make = ({ base, model, keyName }) => `import os
from google import genai

client = genai.Client(
    api_key=os.environ["${keyName}"],
    http_options={"base_url": "${base}"},
)

reply = client.models.generate_content(
    model="${model}",
    contents="Hello",
)
print(reply.text)`;

const RESPONSES_PYTHON = python(`reply = client.responses.create(
    model="MODEL",
    input="Hello",
)
print(reply.output_text)`);

const IMAGE_PYTHON = python(`import base64

reply = client.images.generate(model="MODEL", prompt="A lighthouse at dusk")
with open("lighthouse.png", "wb") as file:
    file.write(base64.b64decode(reply.data[0].b64_json))`);

const IMAGE_CURL = curl("/v1/images/generations", `{
    "model": "MODEL",
    "prompt": "A lighthouse at dusk"
  }`);

const RERANK_CURL = curl("/v1/rerank", `{
    "model": "MODEL",
    "query": "What colour is the sky?",
    "documents": ["The sky is blue.", "Grass is green."]
  }`);

const MODERATION_PYTHON = python(`reply = client.moderations.create(model="MODEL", input="Hello")
print(reply.results[0].flagged)`);

const SPEECH_PYTHON = python(`reply = client.audio.speech.create(model="MODEL", voice="alloy", input="Hello")
reply.write_to_file("hello.mp3")`);

const SPEECH_CURL: Make = (context) => `${curl("/v1/audio/speech", `{"model": "MODEL", "voice": "alloy", "input": "Hello"}`)(context)} \\
  -o hello.mp3`;

const LISTEN_PYTHON = python(`with open("hello.mp3", "rb") as recording:
    reply = client.audio.transcriptions.create(model="MODEL", file=recording)
print(reply.text)`);

const LISTEN_CURL: Make = ({ base, model, keyName }) => `curl ${base}/v1/audio/transcriptions \\
  -H "Authorization: Bearer $${keyName}" \\
  -F model=${model} \\
  -F file=@hello.mp3`;

type Entry = readonly [name: string, language: Sample["language"], make: Make];

const SAMPLES: Readonly<Record<ApiFormat, readonly Entry[]>> = {
  chat: [["OpenAI SDK", "python", CHAT_PYTHON], ["TypeScript", "typescript", CHAT_TYPESCRIPT], ["curl", "shell", CHAT_CURL]],
  completions: [],
  responses: [["Responses", "python", RESPONSES_PYTHON]],
  messages: [["Anthropic SDK", "python", MESSAGES_PYTHON]],
  gemini: [["Gemini SDK", "python", GEMINI_PYTHON]],
  embeddings: [["OpenAI SDK", "python", EMBED_PYTHON], ["TypeScript", "typescript", EMBED_TYPESCRIPT], ["curl", "shell", EMBED_CURL]],
  images: [["OpenAI SDK", "python", IMAGE_PYTHON], ["curl", "shell", IMAGE_CURL]],
  audio: [["OpenAI SDK", "python", SPEECH_PYTHON], ["curl", "shell", SPEECH_CURL]],
  moderations: [["OpenAI SDK", "python", MODERATION_PYTHON]],
  rerank: [["curl", "shell", RERANK_CURL]],
};

const LISTENING: readonly Entry[] = [["OpenAI SDK", "python", LISTEN_PYTHON], ["curl", "shell", LISTEN_CURL]];

/** Ready-to-run calls of a model in every format that it is sold in; one tab a client library. */
export function samplesFor(formats: readonly ApiFormat[], context: SampleContext): readonly Sample[] {
  const seen = new Set<string>();
  return formats.flatMap((format) => (format === "audio" && context.listens ? LISTENING : SAMPLES[format])).flatMap(([name, language, make]) => {
    if (seen.has(name)) return [];
    seen.add(name);
    return [{ name, language, code: make(context) }];
  });
}
