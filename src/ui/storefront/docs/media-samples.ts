import type { Raw } from "#ui/storefront/docs/samples.ts";

export const PYTHON_CLIENT = `import os
from openai import OpenAI

client = OpenAI(base_url="{base}/v1", api_key=os.environ["{key}"])
`;
export const TYPESCRIPT_CLIENT = `import OpenAI from "openai";

const client = new OpenAI({ baseURL: "{base}/v1", apiKey: process.env.${"{key}"} });
`;

/** Pictures, sound, verdicts and ranking. */
export const MEDIA_SAMPLES: Readonly<Record<string, readonly Raw[]>> = {
  images: [
    ["Python", "python", `import base64
${PYTHON_CLIENT}
reply = client.images.generate(
    model="{image}",
    prompt="A lighthouse at dusk",
    size="1024x1024",
)
picture = reply.data[0]
if picture.b64_json:
    with open("lighthouse.png", "wb") as file:
        file.write(base64.b64decode(picture.b64_json))
else:
    print(picture.url)`],
    ["TypeScript", "typescript", `import { writeFile } from "node:fs/promises";
${TYPESCRIPT_CLIENT}
const reply = await client.images.generate({
  model: "{image}",
  prompt: "A lighthouse at dusk",
  size: "1024x1024",
});
const picture = reply.data?.[0];
if (picture?.b64_json) await writeFile("lighthouse.png", picture.b64_json, "base64");
else console.log(picture?.url);`],
    ["curl", "shell", `curl {base}/v1/images/generations \\
  -H "Authorization: Bearer \${key}" \\
  -H "Content-Type: application/json" \\
  -d '{"model": "{image}", "prompt": "A lighthouse at dusk", "size": "1024x1024"}'`],
  ],
  "image-edits": [
    ["Python", "python", `${PYTHON_CLIENT}
with open("lighthouse.png", "rb") as picture:
    reply = client.images.edit(
        model="{image}",
        image=picture,
        prompt="The same at night, with a full moon",
    )`],
    ["curl", "shell", `curl {base}/v1/images/edits \\
  -H "Authorization: Bearer \${key}" \\
  -F model={image} \\
  -F image=@lighthouse.png \\
  -F "prompt=The same at night, with a full moon"`],
  ],
  speech: [
    ["Python", "python", `${PYTHON_CLIENT}
with client.audio.speech.with_streaming_response.create(
    model="{speech}",
    voice="alloy",
    input="The light is on.",
) as reply:
    reply.stream_to_file("light.mp3")`],
    ["TypeScript", "typescript", `import { writeFile } from "node:fs/promises";
${TYPESCRIPT_CLIENT}
const reply = await client.audio.speech.create({
  model: "{speech}",
  voice: "alloy",
  input: "The light is on.",
});
await writeFile("light.mp3", Buffer.from(await reply.arrayBuffer()));`],
    ["curl", "shell", `curl {base}/v1/audio/speech \\
  -H "Authorization: Bearer \${key}" \\
  -H "Content-Type: application/json" \\
  -d '{"model": "{speech}", "voice": "alloy", "input": "The light is on."}' \\
  -o light.mp3`],
  ],
  transcriptions: [
    ["Python", "python", `${PYTHON_CLIENT}
with open("light.mp3", "rb") as recording:
    reply = client.audio.transcriptions.create(model="{recording}", file=recording)
print(reply.text)`],
    ["TypeScript", "typescript", `import { createReadStream } from "node:fs";
${TYPESCRIPT_CLIENT}
const reply = await client.audio.transcriptions.create({
  model: "{recording}",
  file: createReadStream("light.mp3"),
});
console.log(reply.text);`],
    ["curl", "shell", `curl {base}/v1/audio/transcriptions \\
  -H "Authorization: Bearer \${key}" \\
  -F model={recording} \\
  -F file=@light.mp3`],
  ],
  moderations: [
    ["Python", "python", `${PYTHON_CLIENT}
reply = client.moderations.create(model="{moderation}", input="Hello")
print(reply.results[0].flagged)`],
    ["curl", "shell", `curl {base}/v1/moderations \\
  -H "Authorization: Bearer \${key}" \\
  -H "Content-Type: application/json" \\
  -d '{"model": "{moderation}", "input": "Hello"}'`],
  ],
  rerank: [
    ["curl", "shell", `curl {base}/v1/rerank \\
  -H "Authorization: Bearer \${key}" \\
  -H "Content-Type: application/json" \\
  -d '{"model": "{ranking}", "top_n": 2,
       "query": "What colour is the sky?",
       "documents": ["Grass is green.", "The sky is blue.", "Snow is white."]}'`],
    ["Python", "python", `import os
import requests

reply = requests.post(
    "{base}/v1/rerank",
    headers={"Authorization": "Bearer " + os.environ["{key}"]},
    json={
        "model": "{ranking}",
        "query": "What colour is the sky?",
        "documents": ["Grass is green.", "The sky is blue.", "Snow is white."],
        "top_n": 2,
    },
)
for result in reply.json()["results"]:
    print(result["index"], result["relevance_score"])`],
  ],
};
