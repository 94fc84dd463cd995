import { ApiError, FunctionCallingConfigMode, GoogleGenAI, Type } from "@google/genai";
import { afterEach, expect, test } from "vitest";
import { KEY, openShop } from "./shop.ts";
import type { Shop, ShopOptions } from "./shop.ts";
import { begin, chunk, completion, event, json, startVendor } from "./vendor.ts";
import type { Script, Vendor, VendorCall } from "./vendor.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

type SetUp = Readonly<{ shop: Shop; vendor: Vendor; ai: GoogleGenAI }>;

async function setUp(script: Script, provider = "gemini", over: Partial<ShopOptions> = {}, protocol?: "gemini" | "chat"): Promise<SetUp> {
  const vendor = await startVendor(script);
  closing.push(vendor.close);
  const baseUrl = provider === "gemini" ? vendor.url.replace(/v1$/, "v1beta/openai") : vendor.url;
  const shop = await openShop({ channels: [{ baseUrl, provider, ...(protocol && { protocol }) }], upstreamModel: "gemini-2.5-flash", ...over });
  closing.push(shop.close);
  return { shop, vendor, ai: new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: shop.url } }) };
}

const USAGE = { promptTokenCount: 10, candidatesTokenCount: 3, thoughtsTokenCount: 2, totalTokenCount: 15 };
const reply = (parts: readonly object[], more: object = {}, finishReason: string | undefined = "STOP"): object => ({
  candidates: [{ content: { role: "model", parts }, ...(finishReason && { finishReason }), index: 0 }], modelVersion: "gemini-2.5-flash", responseId: "r-1", ...more,
});

/** Answers in Gemini's own protocol, streamed where the address says so. */
const gemini = (...replies: readonly object[]): Script => (call: VendorCall) => {
  if (!call.path.includes(":streamGenerateContent")) return json(call, 200, replies.at(-1));
  begin(call);
  for (const one of replies) event(call, one);
  return call.response.end();
};
const HELLO = [reply([{ text: "Hello " }], {}, ""), reply([{ text: "there" }], { usageMetadata: USAGE })] as const;
const WHOLE = reply([{ text: "Hello there" }], { usageMetadata: USAGE });

const WEATHER = { name: "weather", description: "Tells it", parameters: { type: Type.OBJECT, properties: { city: { type: Type.STRING } }, required: ["city"] } };

test("Google's SDK and Google's protocol: the reply passes, under the shop's name, charged exactly", async () => {
  const { shop, vendor, ai } = await setUp(gemini(WHOLE));
  const response = await ai.models.generateContent({ model: "gpt-test", contents: "hi", config: { temperature: 0.5, maxOutputTokens: 200 } });
  expect(response.text).toBe("Hello there");
  expect(response.modelVersion).toBe("gpt-test");
  expect(response.usageMetadata).toEqual(USAGE);
  const [call] = vendor.calls;
  expect(call!.path).toBe("/v1beta/models/gemini-2.5-flash:generateContent");
  expect(call!.headers).toMatchObject({ "x-goog-api-key": "vendor-secret-k0" });
  expect(call!.headers.authorization).toBeUndefined();
  expect(call!.body).toEqual({ contents: [{ role: "user", parts: [{ text: "hi" }] }], generationConfig: { temperature: 0.5, maxOutputTokens: 200 } });
  expect(shop.billing.records[0]).toMatchObject({ outcome: "ok", chargeNano: 20_000n, usageSource: "upstream", quantities: { input: 10, output: 3, reasoning: 2, request: 1 } });
});

test("a stream passes, its last object once the charge is durable", async () => {
  const { shop, vendor, ai } = await setUp(gemini(...HELLO));
  shop.billing.finishMs = 100;
  const texts: unknown[] = [];
  for await (const part of await ai.models.generateContentStream({ model: "gpt-test", contents: "hi" })) {
    texts.push([part.text, part.modelVersion, shop.billing.records.length, part.candidates?.[0]?.finishReason]);
  }
  expect(texts).toEqual([["Hello ", "gpt-test", 0, undefined], ["there", "gpt-test", 1, "STOP"]]);
  expect(vendor.calls[0]!.path).toBe("/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse");
  expect(shop.billing.records[0]).toMatchObject({ outcome: "ok", chargeNano: 20_000n, stream: true });
});

test("who does not ask for events gets one array", async () => {
  const { shop } = await setUp(gemini(...HELLO));
  const response = await fetch(`${shop.url}/v1beta/models/gpt-test:streamGenerateContent`, {
    method: "POST", headers: { "x-goog-api-key": KEY, "content-type": "application/json" }, body: JSON.stringify({ contents: [{ parts: [{ text: "hi" }] }] }),
  });
  expect(response.headers.get("content-type")).toContain("application/json");
  const array = (await response.json()) as { modelVersion: string }[];
  expect(array).toHaveLength(2);
  expect(array.every(({ modelVersion }) => modelVersion === "gpt-test")).toBe(true);
});

const BLOCKED = gemini({ promptFeedback: { blockReason: "PROHIBITED_CONTENT" }, usageMetadata: { promptTokenCount: 9, totalTokenCount: 9 } });

test("a refused prompt stays as it is, and costs nothing", async () => {
  const { shop, ai } = await setUp(BLOCKED);
  const response = await ai.models.generateContent({ model: "gpt-test", contents: "hi" });
  expect(response.promptFeedback?.blockReason).toBe("PROHIBITED_CONTENT");
  expect(shop.billing.records[0]).toMatchObject({ chargeNano: 0n, outcome: "refused" });
});

test.each([false, true])("OpenAI's clients are told of a refused prompt by an error (stream: %s)", async (stream) => {
  const { shop } = await setUp(BLOCKED, "gemini", {}, "gemini");
  const response = await shop.chat({ stream });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { code: "content_policy_violation" } });
  expect(shop.billing.records[0]).toMatchObject({ chargeNano: 0n });
});

const BILLED: Partial<ShopOptions> = { settings: { billBlocked: true } };

test("a refused prompt costs what is reported where the shop charges those", async () => {
  const { shop, ai } = await setUp(BLOCKED, "gemini", BILLED);
  await ai.models.generateContent({ model: "gpt-test", contents: "hi" });
  expect(shop.billing.records[0]).toMatchObject({ chargeNano: 9_000n, outcome: "refused", flags: 0 });
});

test.each([false, true])("and OpenAI's clients pay for it although they are told by an error (stream: %s)", async (stream) => {
  const { shop } = await setUp(BLOCKED, "gemini", BILLED, "gemini");
  const response = await shop.chat({ stream });
  expect([response.status, (await response.json() as { error: { code: string } }).error.code]).toEqual([400, "content_policy_violation"]);
  const [record, ...more] = shop.billing.records;
  expect(more).toEqual([]);
  expect(record).toMatchObject({ chargeNano: 9_000n, outcome: "refused", usageSource: "upstream", httpStatus: 400, errorCode: "content_policy_violation", channelId: "c0", quantities: { input: 9 } });
  expect(record!.attempts).toHaveLength(1);
});

test("a plain refusal by an error stays free there", async () => {
  const { shop } = await setUp((call) => json(call, 400, { error: { message: "blocked by safety", type: "x", code: "content_policy_violation" } }), "openai-compatible", BILLED);
  expect((await shop.chat()).status).toBe(400);
  expect(shop.billing.records[0]).toMatchObject({ chargeNano: 0n });
});

const OPENAI_CALL: Script = (call) => {
  const tool = { index: 0, id: "call_1", type: "function", function: { name: "weather", arguments: '{"city":"Rome"}' } };
  if (call.body.stream !== true) {
    return json(call, 200, { id: "c", model: "m", choices: [{ index: 0, message: { role: "assistant", content: null, tool_calls: [tool] }, finish_reason: "tool_calls" }], usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 } });
  }
  begin(call);
  chunk(call, { tool_calls: [tool] });
  chunk(call, {}, "tool_calls");
  event(call, { id: "c", choices: [], usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 } });
  return call.response.end("data: [DONE]\n\n");
};

test.each([false, true])("Google's SDK in front of an OpenAI vendor: a loop of tools (stream: %s)", async (stream) => {
  const { shop, vendor, ai } = await setUp((call) => (vendor.calls.length === 1 ? OPENAI_CALL(call) : completion(call, { text: "It rains." })), "openai-compatible");
  const config = { tools: [{ functionDeclarations: [WEATHER] }], toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY } }, systemInstruction: "be brief" };
  const ask = async (contents: object[]) => {
    if (!stream) return ai.models.generateContent({ model: "gpt-test", contents, config });
    let last;
    for await (const part of await ai.models.generateContentStream({ model: "gpt-test", contents, config })) {
      if (part.functionCalls ?? part.text) last = part;
    }
    return last!;
  };
  const history: object[] = [{ role: "user", parts: [{ text: "Rome?" }] }];
  const first = await ask(history);
  expect(first.functionCalls).toEqual([{ id: "call_1", name: "weather", args: { city: "Rome" } }]);
  history.push(first.candidates![0]!.content!, { role: "user", parts: [{ functionResponse: { id: "call_1", name: "weather", response: { output: "rain" } } }] });
  const second = await ask(history);
  expect(second.text).toContain(stream ? "rains." : "It rains.");
  expect(vendor.calls[0]!.body).toMatchObject({
    model: "gemini-2.5-flash", tool_choice: "required",
    messages: [{ role: "system", content: "be brief" }, { role: "user" }],
    tools: [{ type: "function", function: { name: "weather", parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] } } }],
  });
  expect(vendor.calls[1]!.body.messages).toMatchObject([{}, {}, { role: "assistant", tool_calls: [{ id: "call_1" }] }, { role: "tool", tool_call_id: "call_1", content: "rain" }]);
  expect(shop.billing.records.map(({ chargeNano }) => chargeNano)).toEqual([20_000n, 20_000n]);
});

test.each([false, true])("an OpenAI client in front of Google's protocol (stream: %s)", async (stream) => {
  const script = gemini(reply([{ text: "thinking", thought: true }], {}, ""), ...HELLO, reply([{ functionCall: { name: "weather", args: { city: "Rome" } } }], { usageMetadata: USAGE }));
  const { shop, vendor } = await setUp(script, "gemini", {}, "gemini");
  const response = await shop.chat({ stream, max_tokens: 77, tools: [{ type: "function", function: { name: "weather", parameters: { type: "object", properties: { city: { type: "string" } }, additionalProperties: false } } }] });
  const text = await response.text();
  expect(response.status).toBe(200);
  expect(text).toContain('"finish_reason":"tool_calls"');
  expect(text).toMatch(/call_[0-9A-Z]{26}/);
  expect(text).toContain(String.raw`{\"city\":\"Rome\"}`);
  expect(vendor.calls[0]!.path).toContain(stream ? ":streamGenerateContent?alt=sse" : ":generateContent");
  expect(vendor.calls[0]!.body).toMatchObject({
    contents: [{ role: "user", parts: [{ text: "Say hello to everybody" }] }], generationConfig: { maxOutputTokens: 77 },
    tools: [{ functionDeclarations: [{ name: "weather", parameters: { type: "OBJECT", properties: { city: { type: "STRING" } } } }] }],
  });
  expect(shop.billing.records[0]).toMatchObject({ outcome: "ok", chargeNano: 20_000n, quantities: { input: 10, output: 3, reasoning: 2, request: 1 } });
});

const google = (code: number, status: string, message: string, details: readonly object[] = []): Script => (call) => json(call, code, { error: { code, status, message, details } });

test.each([
  ["the client's own fault", google(400, "INVALID_ARGUMENT", "Invalid value at 'contents'"), 400, "INVALID_ARGUMENT"],
  ["a key of the shop's that is refused", google(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "API_KEY_INVALID" }]), 502, "UNAVAILABLE"],
  ["too many requests", google(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota", [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "7s" }]), 429, "RESOURCE_EXHAUSTED"],
  ["an overload", google(503, "UNAVAILABLE", "The model is overloaded."), 502, "UNAVAILABLE"],
] as const)("an error of the vendor's is told in Google's form: %s", async (_name, script, status, word) => {
  const { ai, shop } = await setUp(script);
  const error: unknown = await ai.models.generateContent({ model: "gpt-test", contents: "hi" }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ApiError);
  expect((error as ApiError).status).toBe(status);
  const { error: told } = JSON.parse((error as ApiError).message) as { error: { code: number; status: string; details: { retryDelay?: string }[] } };
  expect(told).toMatchObject({ code: status, status: word });
  if (status === 429) expect(told.details.find(({ retryDelay }) => retryDelay)?.retryDelay).toMatch(/^[67](?:\.\d+)?s$/);
  expect(shop.billing.records[0]).toMatchObject({ chargeNano: 0n });
});

test("a key that is none, a model that is not sold", async () => {
  const { shop } = await setUp(gemini(WHOLE));
  const stranger = new GoogleGenAI({ apiKey: "sk-mm-nobody", httpOptions: { baseUrl: shop.url } });
  await expect(stranger.models.generateContent({ model: "gpt-test", contents: "hi" })).rejects.toMatchObject({ status: 401 });
  const ai = new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: shop.url } });
  await expect(ai.models.generateContent({ model: "gemini-none", contents: "hi" })).rejects.toMatchObject({ status: 404 });
});

test("an error after the first words comes inside the stream", async () => {
  const { ai } = await setUp((call) => {
    begin(call);
    event(call, HELLO[0]);
    setTimeout(() => {
      event(call, { error: { code: 503, status: "UNAVAILABLE", message: "overloaded" } });
      call.response.end();
    }, 30);
  });
  const texts: unknown[] = [];
  const reading = (async () => {
    for await (const part of await ai.models.generateContentStream({ model: "gpt-test", contents: "hi" })) texts.push(part.text);
  })();
  await expect(reading).rejects.toThrow();
  expect(texts).toEqual(["Hello "]);
});
