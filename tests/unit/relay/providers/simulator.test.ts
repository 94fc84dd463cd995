import { expect, test } from "vitest";
import { dialects } from "#relay/dialects/index.ts";
import type { Operation } from "#relay/dialects/dialect.ts";
import { createSimulator, endpointUrl, providers } from "#relay/providers/index.ts";
import type { Transport } from "#relay/upstream/transport.ts";

const simulator = providers.get("simulator")!;
const clock = { now: () => 1_700_000_000_500 };

type Played = { status?: number; headers?: Readonly<Record<string, string>>; body: string; chunks: number; end: string };

function call(body: object, operation: Operation = "chat", transport: Transport = createSimulator({ clock }), quietMs?: number): Promise<Played> {
  const played: Played = { body: "", chunks: 0, end: "" };
  return new Promise((resolve) => {
    const finish = (end: string): void => resolve({ ...played, end });
    const control = transport.send(
      { method: "POST", url: endpointUrl(simulator, undefined, operation), headers: {}, body: [Buffer.from(JSON.stringify(body))], connectMs: 1000 },
      {
        onHead: (status, headers) => Object.assign(played, { status, headers }),
        onData: (chunk) => {
          played.body += chunk.toString();
          played.chunks++;
        },
        onEnd: () => finish("end"),
        onError: (error, phase) => finish(`${error.code} in ${phase}`),
      },
    );
    if (quietMs !== undefined) setTimeout(() => (control.abort(), finish("quiet")), quietMs);
  });
}

const ask = (content: unknown, more: object = {}): object => ({ model: "sim", messages: [{ role: "system", content: "be nice" }, { role: "user", content }], ...more });
type Completion = { id: string; created: number; model: string; choices: { message: { content: string | null; tool_calls?: unknown[] }; finish_reason: string }[]; usage: Record<string, unknown> };
const parse = ({ body }: Played): Completion => JSON.parse(body) as Completion;

test("answers with the last user text, and counts four bytes a token", async () => {
  const reply = parse(await call(ask("Hi 你好")));
  const text = "Simulated reply to: Hi 你好";
  expect(reply).toMatchObject({ created: 1_700_000_000, model: "sim", choices: [{ message: { content: text }, finish_reason: "stop" }] });
  expect(reply.id).toMatch(/^sim-[0-9a-f]{16}$/);
  expect(reply.usage).toMatchObject({ prompt_tokens: Math.ceil((7 + 9) / 4), completion_tokens: Math.ceil(Buffer.byteLength(text) / 4) });
});

test("the same body gives the same bytes; another gives another id", async () => {
  const [a, b, c] = await Promise.all([call(ask("x")), call(ask("x")), call(ask("y"))]);
  expect(a).toEqual(b);
  expect(parse(a).id).not.toBe(parse(c).id);
});

test("a stream holds the same text and usage as the body", async () => {
  const { body, headers, chunks } = await call(ask("x".repeat(40), { stream: true, stream_options: { include_usage: true } }));
  expect(headers?.["content-type"]).toBe("text/event-stream");
  expect(chunks).toBe(1 + Math.ceil(60 / 8) + 3);
  const stream = dialects["openai-chat"].passStream({ operation: "chat", publicModel: "sim", upstreamModel: "sim", clientWantsUsage: true, rewriteModel: false, flags: simulator.flags });
  stream.push(Buffer.from(body));
  stream.end();
  expect(stream.facts.text.join("")).toBe(`Simulated reply to: ${"x".repeat(40)}`);
  expect(stream.facts).toMatchObject({ complete: true, finish: "stop", usage: { outputText: 15 } });
});

test.each([
  ["required", { tool_choice: "required" }, "first"],
  ["named", { tool_choice: { type: "function", function: { name: "second" } } }, "second"],
])("a tool that is %s is called", async (_name, more, name) => {
  const tools = ["first", "second"].map((tool) => ({ type: "function", function: { name: tool } }));
  const { choices } = parse(await call(ask("x", { tools, ...more })));
  expect(choices[0]).toMatchObject({ finish_reason: "tool_calls", message: { content: null, tool_calls: [{ function: { name, arguments: "{}" } }] } });
});

test("JSON formats get {}, max_tokens cuts", async () => {
  expect(parse(await call(ask("x", { response_format: { type: "json_object" } }))).choices[0]!.message.content).toBe("{}");
  const cut = parse(await call(ask("x", { max_tokens: 2 })));
  expect(cut.choices[0]).toMatchObject({ message: { content: "Simulate" }, finish_reason: "length" });
  expect(cut.usage.completion_tokens).toBe(2);
});

test.each([
  ["status=429&retry_after=2", { status: 429, headers: { "retry-after": "2" }, end: "end" }],
  ["cut_after=2", { status: 200, chunks: 2, end: "ECONNRESET in body" }],
  ["stall_after=1", { status: 200, chunks: 1, end: "quiet" }],
  ["first_ms=60000", { body: "", chunks: 0, end: "quiet" }],
])("script %s", async (script, expected) => {
  expect(await call({ ...ask("hello world, hello"), model: `sim?${script}`, stream: true }, "chat", undefined, 150)).toMatchObject(expected);
});

test.each([
  ["usage=none", undefined],
  ["usage=zero", { prompt_tokens: 0, completion_tokens: 0 }],
  ["usage=negative", { prompt_tokens: -2 }],
  ["tokens=50&cached=1&reasoning=7", { completion_tokens: 57, prompt_tokens_details: { cached_tokens: 1 }, completion_tokens_details: { reasoning_tokens: 7 } }],
  ["empty=1", { completion_tokens: 0 }],
])("script %s reports", async (script, expected) => {
  const { usage, model } = parse(await call({ ...ask("x"), model: `sim?${script}` }));
  expect(model).toBe("sim");
  if (expected) expect(usage).toMatchObject(expected);
  else expect(usage).toBeUndefined();
});

test("fail_first fails so many times and then answers, per name", async () => {
  const transport = createSimulator({ clock });
  const statuses: (number | undefined)[] = [];
  for (let at = 0; at < 3; at++) statuses.push((await call({ ...ask("x"), model: "flaky?fail_first=2&status=503" }, "chat", transport)).status);
  expect(statuses).toEqual([503, 503, 200]);
});

test("embeddings are unit vectors of the text, as numbers and as base64", async () => {
  type Reply = { data: { embedding: number[] & string }[]; usage: { prompt_tokens: number } };
  const numbers = JSON.parse((await call({ model: "sim", input: ["a", "b"], dimensions: 8 }, "embeddings")).body) as Reply;
  const [first, second] = numbers.data.map(({ embedding }) => embedding);
  expect(Math.hypot(...first!)).toBeCloseTo(1, 5);
  expect(first).not.toEqual(second);
  expect(numbers.usage.prompt_tokens).toBe(1);
  const packed = JSON.parse((await call({ model: "sim", input: "a", dimensions: 8, encoding_format: "base64" }, "embeddings")).body) as Reply;
  const bytes = Buffer.from(packed.data[0]!.embedding, "base64");
  expect(Array.from({ length: 8 }, (_, at) => bytes.readFloatLE(at * 4))).toEqual(first);
});

test("text completions", async () => {
  const { body } = await call({ model: "sim", prompt: "once" }, "completions");
  expect(JSON.parse(body)).toMatchObject({ object: "text_completion", choices: [{ text: "Simulated reply to: once" }] });
});

test.each([
  { messages: [null] },
  { messages: [{ role: "user", content: [null, 5, { text: 7 }] }] },
  { messages: [{ role: 5 }], tools: [null], tool_choice: "required", response_format: null },
  { messages: [{}], tools: [{}], tool_choice: { function: null }, max_tokens: null },
])("what is malformed inside is answered all the same: %j", async (body) => {
  expect((await call({ model: "sim", ...body })).status).toBe(200);
});

test("a body that is no JSON is refused", async () => {
  const sent = createSimulator({ clock });
  const status = await new Promise((resolve) => {
    const sink = { onHead: resolve, onData: () => undefined, onEnd: () => undefined, onError: resolve };
    sent.send({ method: "POST", url: endpointUrl(simulator, undefined, "chat"), headers: {}, body: [Buffer.from("nope")], connectMs: 1 }, sink);
  });
  expect(status).toBe(400);
});
