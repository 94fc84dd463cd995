import type { Sample } from "#ui/storefront/code-card.tsx";
import type { CodeLanguage } from "#ui/storefront/code-parts.ts";
import { fill, type GuideContext } from "#ui/storefront/docs/blocks.ts";
import { MEDIA_SAMPLES, PYTHON_CLIENT, TYPESCRIPT_CLIENT } from "#ui/storefront/docs/media-samples.ts";
import { CLIENT_SAMPLES } from "#ui/storefront/docs/client-samples.ts";
import { samplesFor } from "#ui/storefront/samples.ts";

export type Raw = readonly [name: string, language: CodeLanguage, code: string];

const SAMPLES: Readonly<Record<string, readonly Raw[]>> = {
  "set-key": [["Shell", "shell", `export {key}="sk-mm-..."`]],
  "install-openai": [["Python", "shell", "pip install openai"], ["TypeScript", "shell", "npm install openai"]],
  models: [["curl", "shell", `curl {base}/v1/models -H "Authorization: Bearer \${key}"`]],
  stream: [
    ["Python", "python", `${PYTHON_CLIENT}
stream = client.chat.completions.create(
    model="{model}",
    messages=[{"role": "user", "content": "Count to five."}],
    stream=True,
    stream_options={"include_usage": True},
)
for chunk in stream:
    if chunk.choices:
        print(chunk.choices[0].delta.content or "", end="")
    elif chunk.usage:
        print("\\n", chunk.usage.total_tokens, "tokens")`],
    ["TypeScript", "typescript", `${TYPESCRIPT_CLIENT}
const stream = await client.chat.completions.create({
  model: "{model}",
  messages: [{ role: "user", content: "Count to five." }],
  stream: true,
  stream_options: { include_usage: true },
});
for await (const chunk of stream) {
  process.stdout.write(chunk.choices[0]?.delta?.content ?? "");
}`],
    ["curl", "shell", `curl -N {base}/v1/chat/completions \\
  -H "Authorization: Bearer \${key}" \\
  -H "Content-Type: application/json" \\
  -H "x-modelmart-cost: 1" \\
  -d '{"model": "{model}", "stream": true,
       "messages": [{"role": "user", "content": "Count to five."}]}'`],
  ],
  tools: [
    ["Python", "python", `${PYTHON_CLIENT}
tools = [{
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Weather of a city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}]
messages = [{"role": "user", "content": "What is the weather in Dublin?"}]

reply = client.chat.completions.create(model="{model}", messages=messages, tools=tools)
call = reply.choices[0].message.tool_calls[0]

messages += [
    reply.choices[0].message,
    {"role": "tool", "tool_call_id": call.id, "content": "12 degrees, rain"},
]
answer = client.chat.completions.create(model="{model}", messages=messages, tools=tools)
print(answer.choices[0].message.content)`],
  ],
  json: [
    ["Python", "python", `${PYTHON_CLIENT}
reply = client.chat.completions.create(
    model="{model}",
    messages=[{"role": "user", "content": "A city and its country as JSON."}],
    response_format={"type": "json_object"},
)
print(reply.choices[0].message.content)`],
  ],
  embeddings: [
    ["Python", "python", `${PYTHON_CLIENT}
reply = client.embeddings.create(
    model="{embedding}",
    input=["The sky is blue.", "Grass is green."],
)
for item in reply.data:
    print(item.index, len(item.embedding))`],
    ["curl", "shell", `curl {base}/v1/embeddings \\
  -H "Authorization: Bearer \${key}" \\
  -H "Content-Type: application/json" \\
  -d '{"model": "{embedding}", "input": ["The sky is blue."]}'`],
  ],
  "error-body": [["402", "json", `{
  "error": {
    "message": "... (request id: req_01...)",
    "type": "insufficient_quota",
    "param": null,
    "code": "insufficient_quota"
  }
}`]],
  "catch-errors": [
    ["Python", "python", `from openai import APIStatusError, RateLimitError

try:
    reply = client.chat.completions.create(
        model="{model}",
        messages=[{"role": "user", "content": "Hello"}],
    )
except RateLimitError as error:
    print("wait", error.response.headers.get("retry-after"), "seconds")
except APIStatusError as error:
    print(error.status_code, error.code, error.response.headers.get("x-request-id"))`],
  ],
  credits: [["curl", "shell", `curl {base}/v1/credits -H "Authorization: Bearer \${key}"`]],
  "credits-answer": [["200", "json", `{"data": {"total_credits": 10, "total_usage": 0.00001305, "balance": 9.99998695}}`]],
  receipt: [["curl", "shell", `curl {base}/v1/generation/req_01M7YGN82SEFZ9MN363BS9MY4F \\
  -H "Authorization: Bearer \${key}"`]],
  "cost-header": [["curl", "shell", `curl -si {base}/v1/chat/completions \\
  -H "Authorization: Bearer \${key}" \\
  -H "Content-Type: application/json" \\
  -d '{"model": "{model}", "messages": [{"role": "user", "content": "Hello"}]}' \\
  | grep -i x-modelmart-cost-nano-usd`]],
  ...MEDIA_SAMPLES,
  ...CLIENT_SAMPLES,
};

/** The samples of a name, filled in. `quickstart` is the same call that a model's page shows. */
export function guideSamples(name: string, context: GuideContext): readonly Sample[] {
  if (name === "quickstart") return samplesFor(["chat"], { base: context.base, model: context.model, keyName: context.key });
  // A name that could end the string it stands in is not worth a broken settings file.
  const plain = { ...context, shop: context.shop.replace(/["\\]/g, "") };
  return (SAMPLES[name] ?? []).map(([title, language, code]) => ({ name: title, language, code: fill(code, plain) }));
}

export const SAMPLE_NAMES: readonly string[] = ["quickstart", ...Object.keys(SAMPLES)];
