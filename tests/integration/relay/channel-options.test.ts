import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { afterEach, describe, expect, test } from "vitest";
import { says, TEXT } from "./codec-vendor.ts";
import { KEY, openShop, until } from "./shop.ts";
import type { Shop, ShopOptions } from "./shop.ts";
import { completion, failure, json, sleep, startVendor } from "./vendor.ts";
import type { Script, Vendor } from "./vendor.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function setUp(scripts: readonly (Script | undefined)[], channel: (vendor: Vendor, i: number) => Partial<ShopOptions["channels"][number]>, over: Partial<ShopOptions> = {}): Promise<{ shop: Shop; vendors: Vendor[]; openai: OpenAI }> {
  const vendors = await Promise.all(scripts.map((script) => startVendor(script)));
  closing.push(...vendors.map((vendor) => vendor.close));
  const shop = await openShop({ channels: vendors.map((vendor, i) => ({ baseUrl: vendor.url, priority: -i, ...channel(vendor, i) })), ...over });
  closing.push(shop.close);
  return { shop, vendors, openai: new OpenAI({ apiKey: KEY, baseURL: `${shop.url}/v1`, maxRetries: 0 }) };
}

describe("retry_slow", () => {
  const SILENT: Script = () => undefined;
  const asked = (vendors: readonly Vendor[]): number[] => vendors.map(({ calls }) => calls.length);

  test("a whole answer that does not begin in time is asked for elsewhere, and charged once", async () => {
    const { shop, vendors } = await setUp([SILENT, undefined], () => ({ timeouts: { firstByteMs: 300 }, settings: { retry_slow: true } }));
    const response = await shop.chat();
    expect([response.status, response.headers.get("x-modelmart-attempts")]).toEqual([200, "2"]);
    expect(asked(vendors)).toEqual([1, 1]);
    const [record, ...more] = shop.billing.records;
    expect(more).toEqual([]);
    expect(record!.attempts.map(({ errorClass }) => errorClass)).toEqual(["slow", undefined]);
    expect(record).toMatchObject({ outcome: "ok", chargeNano: 20_000n, channelId: "c1" });
  });

  test("it is the silent channel's own word that counts", async () => {
    const { shop, vendors } = await setUp([SILENT, undefined], (_vendor, i) => ({ timeouts: { firstByteMs: 300 }, settings: i === 1 ? { retry_slow: true } : {} }));
    expect((await shop.chat()).status).toBe(504);
    expect(asked(vendors)).toEqual([1, 0]);
  });

  test("an answer that has begun and stops is not asked for twice", async () => {
    const begun: Script = ({ response }) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.write('{"id":"c",');
    };
    const { shop, vendors } = await setUp([begun, undefined], () => ({ timeouts: { idleMs: 300 }, settings: { retry_slow: true } }));
    expect((await shop.chat()).status).toBe(504);
    expect(asked(vendors)).toEqual([1, 0]);
  });

  test("nor is one of which a gateway says that it took too long", async () => {
    const { shop, vendors } = await setUp([(call) => failure(call, 504), undefined], () => ({ settings: { retry_slow: true } }));
    expect((await shop.chat()).status).toBe(504);
    expect(asked(vendors)).toEqual([1, 0]);
  });

  test("whole answers are waited for longer than retries last otherwise", async () => {
    const { shop, vendors } = await setUp([SILENT, undefined], () => ({ settings: { retry_slow: true } }), { speed: 400 });
    expect((await shop.chat()).status).toBe(200);
    expect(asked(vendors)).toEqual([1, 1]);
  });
});

describe("keepalive_json", () => {
  const ALIVE = { keepalive_json: true };
  const MESSAGES = [{ role: "user" as const, content: "hi" }];
  /** 40 s of the relay's clock. */
  const SPEED = { speed: 60 };
  const late = (then: Script): Script => async (call) => {
    await sleep(700);
    return then(call);
  };
  /** The answer as it comes: how much of it is there before the vendor has said anything, and the whole. */
  async function watched(shop: Shop, vendor: Vendor): Promise<{ status: number; headers: Headers; early: string; whole: string }> {
    let answered = false;
    const { script } = vendor;
    vendor.script = async (call) => {
      await sleep(700);
      answered = true;
      return script(call);
    };
    const response = await shop.chat();
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let early = "", whole = "";
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (!answered) early += part.value;
      whole += part.value;
    }
    return { status: response.status, headers: response.headers, early, whole };
  }

  test("spaces come while the vendor is slow, and the answer is JSON all the same", async () => {
    const { shop, vendors } = await setUp([undefined], () => ({ settings: ALIVE }), SPEED);
    const { status, headers, early, whole } = await watched(shop, vendors[0]!);
    expect(early).toMatch(/^ {1,2}$/);
    expect([status, headers.get("content-type"), headers.get("content-length"), headers.get("x-accel-buffering"), headers.get("x-modelmart-cost-nano-usd")]).toEqual([200, "application/json", null, "no", null]);
    expect(headers.get("x-request-id")).toMatch(/^req_/);
    expect(JSON.parse(whole)).toMatchObject({ model: "gpt-test", choices: [{ message: { content: "Hello there" } }] });
    expect(shop.billing.records[0]).toMatchObject({ outcome: "ok", chargeNano: 20_000n, httpStatus: 200 });
  });

  test("the official package reads it", async () => {
    const { openai } = await setUp([late((call) => completion(call))], () => ({ settings: ALIVE }), SPEED);
    const { data, response } = await openai.chat.completions.create({ model: "gpt-test", messages: MESSAGES }).withResponse();
    expect(data.choices[0]!.message.content).toBe("Hello there");
    expect(response.headers.get("x-accel-buffering")).toBe("no");
  });

  test("and so does Anthropic's", async () => {
    const { shop } = await setUp([late((call) => completion(call))], () => ({ settings: ALIVE }), SPEED);
    const anthropic = new Anthropic({ apiKey: KEY, baseURL: shop.url, maxRetries: 0 });
    const message = await anthropic.messages.create({ model: "gpt-test", max_tokens: 100, messages: MESSAGES });
    expect(message.content).toMatchObject([{ type: "text", text: "Hello there" }]);
  });

  test("a failure after the first space is an error of status 200, and free", async () => {
    const { shop, vendors } = await setUp([(call) => failure(call, 400, "nonsense")], () => ({ settings: ALIVE }), SPEED);
    const { status, early, whole } = await watched(shop, vendors[0]!);
    expect([status, early.trim(), JSON.parse(whole)]).toEqual([200, "", { error: expect.objectContaining({ message: expect.stringContaining("nonsense") as string, type: "invalid_request_error" }) as object }]);
    expect(shop.billing.records).toHaveLength(1);
    expect(shop.billing.records[0]).toMatchObject({ outcome: "upstream_error", chargeNano: 0n, httpStatus: 200 });
  });

  test("who fails over after it is not noticed", async () => {
    const { shop, vendors } = await setUp([(call) => failure(call, 500), undefined], () => ({ settings: ALIVE }), SPEED);
    const { status, whole } = await watched(shop, vendors[0]!);
    expect([status, (JSON.parse(whole) as { object: string }).object]).toEqual([200, "chat.completion"]);
  });

  test.each<[string, Partial<ShopOptions>, object]>([
    ["a quick vendor", {}, ALIVE],
    ["a slow vendor of a channel that does not want it", SPEED, {}],
  ])("%s: the answer has a length and a cost in its head", async (_name, over, settings) => {
    const { shop, vendors } = await setUp([undefined], () => ({ settings }), over);
    const { headers, whole } = await watched(shop, vendors[0]!);
    expect([headers.get("content-length"), headers.get("x-modelmart-cost-nano-usd")]).toEqual([`${Buffer.byteLength(whole)}`, "20000"]);
  });

  test("a channel that does not want it keeps the line quiet beside one that does", async () => {
    const { shop, vendors } = await setUp([undefined, undefined], (_vendor, i) => ({ settings: i === 1 ? ALIVE : {} }), SPEED);
    const { headers } = await watched(shop, vendors[0]!);
    expect(headers.get("x-modelmart-cost-nano-usd")).toBe("20000");
  });

  test("who leaves meanwhile has left: nothing more is written, and the charge stands once", async () => {
    const { shop, vendors } = await setUp([late((call) => completion(call))], () => ({ settings: ALIVE }), SPEED);
    const leaving = new AbortController();
    const response = await shop.chat({}, { signal: leaving.signal });
    leaving.abort();
    await expect(response.text()).rejects.toThrow();
    await until(() => shop.billing.records.length === 1);
    expect(vendors[0]!.calls).toHaveLength(1);
    expect(shop.billing.records[0]).toMatchObject({ outcome: "client_abort" });
  });
});

describe("repair_history", () => {
  const TOOLS: OpenAI.Chat.ChatCompletionTool[] = [{ type: "function", function: { name: "weather", parameters: { type: "object", properties: { city: { type: "string" } } } } }];
  const call = (id: string): OpenAI.Chat.ChatCompletionMessageToolCall => ({ id, type: "function", function: { name: "weather", arguments: '{"city":"Rome"}' } });
  const HISTORY: OpenAI.Chat.ChatCompletionMessageParam[] = [
    { role: "user", content: "Weather?" },
    { role: "assistant", content: null, tool_calls: [call("call_1"), call("call_2")] },
    { role: "tool", tool_call_id: "call_1", content: "Sun" },
    { role: "user", content: "Never mind" },
  ];
  const ask = (openai: OpenAI, headers: Record<string, string> = {}) => openai.chat.completions.create({ model: "gpt-test", messages: HISTORY, tools: TOOLS }, { headers }).withResponse();
  const anthropic = (settings: object) => (vendor: Vendor) => ({ baseUrl: vendor.url.replace("/v1", ""), provider: "anthropic", settings });

  test("a call without a result is refused without it", async () => {
    const { openai, vendors } = await setUp([says("anthropic", TEXT)], anthropic({}));
    await expect(ask(openai)).rejects.toMatchObject({ status: 400, param: "messages" });
    expect(vendors[0]!.calls).toHaveLength(0);
  });

  test("with it the call has failed, and the answer's head says so", async () => {
    const { openai, vendors } = await setUp([says("anthropic", TEXT)], anthropic({ repair_history: true }));
    const { response } = await ask(openai);
    expect(response.headers.get("x-modelmart-warn")).toBe("history_repaired");
    const { messages } = vendors[0]!.calls[0]!.body as { messages: { role: string; content: Record<string, unknown>[] }[] };
    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
    expect(messages[2]!.content.map(({ type, tool_use_id: id, is_error: failed }) => [type, id, failed])).toEqual([
      ["tool_result", "call_1", undefined], ["tool_result", "call_2", true], ["text", undefined, undefined],
    ]);
  });

  test("who would rather be refused is", async () => {
    const { openai, vendors } = await setUp([says("anthropic", TEXT)], anthropic({ repair_history: true }));
    await expect(ask(openai, { "x-modelmart-strict": "1" })).rejects.toMatchObject({ status: 400, code: "unsupported_parameter" });
    expect(vendors[0]!.calls).toHaveLength(0);
  });

  const REFUSAL = "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: call_2";
  const choosy: Script = (call) => {
    const { messages } = call.body as { messages: { role: string; tool_call_id?: string }[] };
    const answered = messages.filter(({ role }) => role === "tool").map((message) => message.tool_call_id);
    return answered.includes("call_2") ? completion(call) : json(call, 400, { error: { message: REFUSAL, type: "invalid_request_error", param: "messages", code: null } });
  };

  test("a vendor of the client's own format is told what the client said, and the mended history once it refuses that", async () => {
    const { openai, vendors, shop } = await setUp([choosy], () => ({ settings: { repair_history: true } }));
    const { response } = await ask(openai);
    expect(response.headers.get("x-modelmart-warn")).toBe("history_repaired");
    expect(vendors[0]!.calls).toHaveLength(2);
    const { messages } = vendors[0]!.calls[1]!.body as { messages: object[] };
    expect(messages[3]).toMatchObject({ role: "tool", tool_call_id: "call_2", content: expect.stringMatching(/^Error: No result/) as string });
    expect(shop.billing.records).toHaveLength(1);
  });

  test("without the setting its refusal is the answer", async () => {
    const { openai, vendors } = await setUp([choosy], () => ({}));
    await expect(ask(openai)).rejects.toMatchObject({ status: 400, message: expect.stringContaining("must be followed by tool messages") as string });
    expect(vendors[0]!.calls).toHaveLength(1);
  });
});
