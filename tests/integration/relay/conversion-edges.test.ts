import { afterEach, describe, expect, test } from "vitest";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import { CALLS, says, TEXT } from "./codec-vendor.ts";
import { KEY, openShop } from "./shop.ts";
import type { Shop, ShopOptions } from "./shop.ts";
import { failure, json, startVendor } from "./vendor.ts";
import type { Script, Vendor } from "./vendor.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

type Spoken = "anthropic" | "openai-compatible";

async function setUp(...vendors: readonly (readonly [Spoken, Script])[]): Promise<{ shop: Shop; vendors: Vendor[] }> {
  const started = await Promise.all(vendors.map(([, script]) => startVendor(script)));
  closing.push(...started.map((vendor) => vendor.close));
  const channels: ShopOptions["channels"] = vendors.map(([provider], i) => ({ provider, priority: -i, baseUrl: provider === "anthropic" ? started[i]!.url.replace("/v1", "") : started[i]!.url }));
  const shop = await openShop({ channels });
  closing.push(shop.close);
  return { shop, vendors: started };
}

const post = (shop: Shop, path: string, body: object, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${shop.url}${path}`, { method: "POST", body: JSON.stringify({ model: "gpt-test", ...body }), headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json", ...headers } });

describe("what a protocol cannot carry", () => {
  test("is dropped with a word, and kept on the receipt", async () => {
    const { shop, vendors } = await setUp(["anthropic", says("anthropic", TEXT)]);
    const response = await shop.chat({ seed: 7, logit_bias: { 5: 1 } });
    expect(response.status).toBe(200);
    expect(response.headers.get("x-modelmart-warn")?.split(",").sort()).toEqual(["logit_bias_dropped", "seed_dropped"]);
    expect(vendors[0]!.calls[0]!.body).not.toHaveProperty("seed");
    expect(shop.billing.records[0]!.detail).toMatchObject({ dialect: "openai-chat", protocol: "anthropic" });
    expect(shop.billing.records[0]!.detail).toHaveProperty("warnings");
  });

  test("is told in the head of a stream, too", async () => {
    const { shop } = await setUp(["anthropic", says("anthropic", TEXT)]);
    const response = await shop.chat({ seed: 7, stream: true });
    expect(response.headers.get("x-modelmart-warn")).toBe("seed_dropped");
    expect(await response.text()).toContain("data: [DONE]");
  });

  test("is refused before anybody is asked, where the caller is strict", async () => {
    const { shop, vendors } = await setUp(["anthropic", says("anthropic", TEXT)]);
    const response = await shop.chat({ seed: 7 }, { headers: { "x-modelmart-strict": "1" } });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: "unsupported_parameter", param: "seed", type: "invalid_request_error" } });
    expect(vendors[0]!.calls).toHaveLength(0);
    expect(shop.billing.records[0]).toMatchObject({ chargeNano: 0n, httpStatus: 400 });
  });

  test("goes to whoever can carry it", async () => {
    const { shop, vendors } = await setUp(["anthropic", says("anthropic", TEXT)], ["openai-compatible", says("openai-chat", TEXT)]);
    expect((await shop.chat({ n: 2 })).status).toBe(200);
    expect((await shop.chat({ seed: 7 }, { headers: { "x-modelmart-strict": "1" } })).status).toBe(200);
    expect((await shop.chat({ seed: 7, provider: { require_parameters: true } })).status).toBe(200);
    expect(vendors.map(({ calls }) => calls.length)).toEqual([0, 3]);
  });

  test("does not hide that whoever could carry it is ill", async () => {
    const { shop } = await setUp(["anthropic", says("anthropic", TEXT)], ["openai-compatible", (call) => failure(call, 500)]);
    expect((await shop.chat({ n: 2 })).status).toBe(502);
  });
});

test("a malformed request is the caller's fault, at once and without a charge", async () => {
  const { shop, vendors } = await setUp(["anthropic", says("anthropic", TEXT)], ["anthropic", says("anthropic", TEXT)]);
  const response = await shop.chat({ messages: [{ role: "user", content: [{ type: "smell" }] }] });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { param: "messages[0].content[0].type" } });
  expect(vendors.map(({ calls }) => calls.length)).toEqual([0, 0]);
});

describe("a vendor that is not as it should be", () => {
  test.each([false, true])("answers the other way than it was asked (streamed: %s)", async (stream) => {
    const script = says("anthropic", TEXT);
    const { shop } = await setUp(["anthropic", (call) => script({ ...call, body: { ...call.body, stream: !stream } })]);
    const response = await shop.chat({ stream });
    const text = await response.text();
    expect(text).toContain(stream ? "data: [DONE]" : '"content":"Hello, 你好 world"');
    expect(shop.billing.records[0]).toMatchObject({ chargeNano: 20_000n, usageSource: "upstream" });
  });

  test.each<[string, Script]>([
    ["a page", (call) => json(call, 200, "<html>maintenance</html>", { "content-type": "text/html" })],
    ["garbage", (call) => json(call, 200, "garbage")],
    ["an error in the stream, before any content", ({ response }) => response.writeHead(200, { "content-type": "text/event-stream" }).end('event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n')],
    ["nothing", ({ response }) => response.writeHead(200, { "content-type": "text/event-stream" }).end()],
  ])("sends %s: another one answers", async (_name, script) => {
    const { shop } = await setUp(["anthropic", script], ["openai-compatible", says("openai-chat", TEXT)]);
    const response = await shop.chat({ stream: true });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("data: [DONE]");
    expect(shop.billing.records[0]).toMatchObject({ outcome: "ok", chargeNano: 20_000n, channelId: "c1" });
  });

  test("is asked once more without the thoughts whose signatures it refuses", async () => {
    const answer = says("anthropic", TEXT);
    const { shop, vendors } = await setUp(["anthropic", (call) => (call.n === 1 ? json(call, 400, { type: "error", error: { type: "invalid_request_error", message: "messages.1.content.0: Invalid `signature` in `thinking` block" } }) : answer(call))]);
    const body = {
      max_tokens: 2_000,
      messages: [
        { role: "user", content: "hi" },
        { role: "assistant", content: [{ type: "thinking", thinking: "hm", signature: "FOREIGN" }, { type: "text", text: "hello" }] },
        { role: "user", content: "again" },
      ],
    };
    const response = await post(shop, "/v1/messages", body, { "anthropic-version": "2023-06-01" });
    expect(response.status).toBe(200);
    expect(response.headers.get("x-modelmart-warn")).toBe("reasoning_dropped");
    const [first, second] = vendors[0]!.calls.map((call) => JSON.stringify(call.body));
    expect(first).toContain("FOREIGN");
    expect(second).toContain("hello");
    expect(second).not.toMatch(/FOREIGN|"hm"/);
    expect(shop.billing.records[0]).toMatchObject({ outcome: "ok", chargeNano: 20_000n });
  });

  test("is asked once more without the thinking that its model cannot do", async () => {
    const answer = says("openai-chat", TEXT);
    const { shop, vendors } = await setUp(["openai-compatible", (call) => (call.body.reasoning_effort === undefined ? answer(call) : json(call, 400, { error: { message: "Unrecognized request argument supplied: reasoning_effort", type: "invalid_request_error" } }))]);
    const response = await post(shop, "/v1/messages", { max_tokens: 4_000, thinking: { type: "enabled", budget_tokens: 2_000 }, messages: [{ role: "user", content: "hi" }] }, { "anthropic-version": "2023-06-01" });
    expect(response.status).toBe(200);
    expect(response.headers.get("x-modelmart-warn")).toContain("reasoning_dropped");
    expect(vendors[0]!.calls.map((call) => call.body.reasoning_effort)).toEqual(["high", undefined]);
  });
});

describe("text completions by a model that knows conversations only", () => {
  test.each([false, true])("are answered as text completions (streamed: %s)", async (stream) => {
    const { shop, vendors } = await setUp(["anthropic", says("anthropic", TEXT)]);
    const response = await post(shop, "/v1/completions", { prompt: "Once", stream, ...(stream && { stream_options: { include_usage: true } }) });
    expect(response.status).toBe(200);
    expect(vendors[0]!.calls[0]!.body.messages).toEqual([{ role: "user", content: expect.anything() as unknown }]);
    if (!stream) {
      expect(await response.json()).toMatchObject({ object: "text_completion", model: "gpt-test", choices: [{ text: "Hello, 你好 world", index: 0, logprobs: null, finish_reason: "stop" }], usage: { prompt_tokens: 10, completion_tokens: 5 } });
    } else {
      const lines = (await response.text()).trim().split("\n\n");
      expect(lines.at(-1)).toBe("data: [DONE]");
      const chunks = lines.slice(0, -1).map((line) => JSON.parse(line.slice(6)) as { object: string; choices: { text: string; finish_reason: string | null }[]; usage: unknown });
      expect(chunks.flatMap(({ choices }) => choices.map(({ text }) => text)).join("")).toBe("Hello, 你好 world");
      expect(chunks.at(-2)!.choices[0]!.finish_reason).toBe("stop");
      expect(chunks.at(-1)).toMatchObject({ object: "text_completion", choices: [], usage: { total_tokens: 15 } });
    }
    expect(shop.billing.records[0]).toMatchObject({ chargeNano: 20_000n, outcome: "ok" });
  });

  test.each([["echo", { echo: true }], ["logprobs", { logprobs: 2 }], ["best_of", { best_of: 2 }], ["suffix", { suffix: "end" }], ["prompt", { prompt: ["a", "b"] }], ["prompt", { prompt: [1, 2] }]])("cannot have %s", async (param, more) => {
    const { shop } = await setUp(["anthropic", says("anthropic", TEXT)]);
    const response = await post(shop, "/v1/completions", { prompt: "Once", ...more });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: "unsupported_parameter", param } });
  });
});

const PATCH: readonly CanonicalEvent[] = [
  { type: "start", id: "v", model: "up" }, { type: "tool-start", index: 0, id: "call_p", name: "patch" }, { type: "tool-delta", index: 0, arguments: '{"input":"*** Begin' }, { type: "tool-delta", index: 0, arguments: ' \\"Patch\\""}' }, { type: "block-end", index: 0 },
  { type: "usage", usage: { inputUncached: 10, outputText: 5 } }, { type: "end", finish: "tool-calls" },
];

test.each([false, true])("a free-text tool is wrapped for a vendor that knows none, and unwrapped for the client (streamed: %s)", async (stream) => {
  const { shop, vendors } = await setUp(["anthropic", says("anthropic", PATCH)]);
  const response = await shop.chat({ stream, tools: [{ type: "custom", custom: { name: "patch", description: "Changes files" } }] });
  const text = await response.text();
  expect(vendors[0]!.calls[0]!.body.tools).toMatchObject([{ name: "patch", input_schema: { properties: { input: { type: "string" } } } }]);
  expect(text).toContain('"type":"custom"');
  expect(text).toContain(JSON.stringify('*** Begin "Patch"'));
});

test("tools of OpenAI's old form are answered in it by a foreign vendor", async () => {
  const { shop } = await setUp(["anthropic", says("anthropic", CALLS)]);
  const body = await (await shop.chat({ functions: [{ name: "weather", parameters: { type: "object", properties: {} } }] })).json() as object;
  expect(body).toMatchObject({ choices: [{ message: { function_call: { name: "weather" } }, finish_reason: "function_call" }] });
});
