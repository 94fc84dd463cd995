import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { afterEach, expect, test } from "vitest";
import { KEY, openShop, priceOf } from "./shop.ts";
import type { Shop, ShopOptions } from "./shop.ts";
import { json, startVendor } from "./vendor.ts";
import type { Script, Vendor, VendorCall } from "./vendor.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function setUp(provider: string, script: Script, options: Partial<ShopOptions> = {}): Promise<{ shop: Shop; vendor: Vendor; openai: OpenAI; google: GoogleGenAI }> {
  const vendor = await startVendor(script);
  closing.push(vendor.close);
  const shop = await openShop({ channels: [{ baseUrl: vendor.url.replace("/v1", ""), provider }], ...options });
  closing.push(shop.close);
  const openai = new OpenAI({ apiKey: KEY, baseURL: `${shop.url}/v1`, maxRetries: 0 });
  const google = new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: shop.url } });
  return { shop, vendor, openai, google };
}

const texts = (count: number): string[] => Array.from({ length: count }, (_, at) => "x".repeat(at + 1));
const numbers = (text: string): number[] => [text.length, 0.5];

/** Google: a vector for each text, tokens only where it is told to count. */
const google = (counts: boolean): Script => (call) => {
  const requests = (call.body.requests ?? [call.body]) as { content: { parts: { text: string }[] } }[];
  const embeddings = requests.map(({ content }) => ({ values: numbers(content.parts[0]!.text) }));
  const usage = counts ? { usageMetadata: { promptTokenCount: 3 * requests.length } } : {};
  json(call, 200, call.body.requests ? { embeddings, ...usage } : { embedding: embeddings[0], ...usage });
};

const cohere = (call: VendorCall): void => {
  const all = call.body.texts as string[];
  json(call, 200, { id: "e", embeddings: { float: all.map(numbers) }, meta: { billed_units: { input_tokens: 10 * all.length } }, response_type: "embeddings_by_type" });
};

test("OpenAI's SDK before Google's own protocol: many texts in several calls, joined in order, charged once", async () => {
  const { shop, vendor, openai } = await setUp("gemini", google(true));
  const { data, usage } = await openai.embeddings.create({ model: "gpt-test", input: texts(250), dimensions: 2 });
  expect(data.map(({ embedding }) => embedding[0])).toEqual(texts(250).map((text) => text.length));
  expect(data.map(({ index }) => index)).toEqual(texts(250).map((_, at) => at));
  expect(vendor.calls.map(({ path, body }) => [path, (body.requests as unknown[]).length])).toEqual(
    [100, 100, 50].map((count) => ["/v1beta/models/up-model:batchEmbedContents", count]),
  );
  expect(vendor.calls[0]!.headers["x-goog-api-key"]).toBe("vendor-secret-k0");
  expect(usage).toEqual({ prompt_tokens: 750, total_tokens: 750 });
  expect(shop.billing.records).toMatchObject([{ outcome: "ok", usageSource: "upstream", chargeNano: 750_000n, quantities: { input: 750, request: 1 } }]);
});

test("one text is one call of its own kind; what Google does not count, we do", async () => {
  const { shop, vendor, openai } = await setUp("gemini", google(false));
  const answer = await openai.embeddings.create({ model: "gpt-test", input: "hello world", encoding_format: "float" }).withResponse();
  expect(answer.data.data[0]!.embedding).toEqual([11, 0.5]);
  expect(answer.data.model).toBe("gpt-test");
  expect(answer.response.headers.get("x-modelmart-warn")).toBe("estimated");
  expect(vendor.calls[0]!.path).toBe("/v1beta/models/up-model:embedContent");
  expect(shop.billing.records).toMatchObject([{ outcome: "ok", usageSource: "estimated", quantities: { input: 2 }, chargeNano: 2_000n }]);
});

test("Google's SDK before Google: its own words go there, its own answer comes back", async () => {
  const { shop, vendor, google: sdk } = await setUp("gemini", google(true));
  const { embeddings } = await sdk.models.embedContent({ model: "gpt-test", contents: ["a", "bcd"], config: { taskType: "RETRIEVAL_QUERY", title: "t" } });
  expect(embeddings?.map(({ values }) => values)).toEqual([[1, 0.5], [3, 0.5]]);
  expect(vendor.calls[0]).toMatchObject({ path: "/v1beta/models/up-model:batchEmbedContents", body: { requests: [{ model: "models/up-model", taskType: "RETRIEVAL_QUERY", title: "t" }, {}] } });
  expect(shop.billing.records).toMatchObject([{ outcome: "ok", usageSource: "upstream", quantities: { input: 6 } }]);
});

test("Google's SDK before Cohere: the kind of task is told in Cohere's word", async () => {
  const { vendor, google: sdk } = await setUp("cohere", cohere);
  const { embeddings } = await sdk.models.embedContent({ model: "gpt-test", contents: ["a", "bcd"], config: { taskType: "RETRIEVAL_QUERY" } });
  expect(embeddings?.map(({ values }) => values)).toEqual([[1, 0.5], [3, 0.5]]);
  expect(vendor.calls[0]).toMatchObject({ path: "/v2/embed", body: { model: "up-model", texts: ["a", "bcd"], input_type: "search_query" } });
});

test("a call in parts of which one fails is no answer: nothing is charged, what was done is booked as cost", async () => {
  // Four parts are under way at once: the fifth is sent when one of them is done.
  const { shop, openai } = await setUp("cohere", (call) => {
    if ((call.body.texts as string[]).length === 96) cohere(call);
    else json(call, 400, { message: "input is invalid: no such text" });
  }, { costs: [priceOf({ input: "1000000" })] });
  await expect(openai.embeddings.create({ model: "gpt-test", input: texts(385) })).rejects.toMatchObject({ status: 400, message: expect.stringContaining("no such text") as string });
  expect(shop.billing.records).toMatchObject([{ outcome: "upstream_error", chargeNano: 0n, attempts: [{ errorClass: "client" }] }]);
  expect(shop.billing.records[0]!.costPico).toBeGreaterThanOrEqual(960n * 1_000_000n);
});

test.each([
  ["voyage", "/embeddings", { data: [{ index: 0, embedding: [1, 2] }], usage: { total_tokens: 4 } }],
  ["jina", "/embeddings", { data: [{ index: 0, embedding: [1, 2] }], usage: { total_tokens: 4, prompt_tokens: 4 } }],
  ["dashscope", "/compatible-mode/v1/embeddings", { data: [{ index: 0, embedding: [1, 2] }], usage: { total_tokens: 4, prompt_tokens: 4 } }],
  ["ollama-native", "/api/embed", { embeddings: [[1, 2]], prompt_eval_count: 4 }],
])("%s: base64 for a client that wants it, exact charge", async (provider, path, reply) => {
  const { shop, vendor, openai } = await setUp(provider, (call) => json(call, 200, reply));
  const { data } = await openai.embeddings.create({ model: "gpt-test", input: "a" });
  expect(data[0]!.embedding).toEqual([1, 2]);
  expect(vendor.calls[0]!.path.endsWith(path)).toBe(true);
  expect(shop.billing.records).toMatchObject([{ outcome: "ok", usageSource: "upstream", quantities: { input: 4 }, chargeNano: 4_000n, detail: { protocol: `${provider.replace("-native", "")}-embeddings` } }]);
});

test("token ids reach OpenAI-shaped vendors alone", async () => {
  const { vendor, openai } = await setUp("cohere", cohere);
  await expect(openai.embeddings.create({ model: "gpt-test", input: [1, 2, 3] })).rejects.toMatchObject({ status: 400, code: "unsupported_parameter", param: "input" });
  expect(vendor.calls).toHaveLength(0);
});
