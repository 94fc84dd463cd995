import { GoogleGenAI } from "@google/genai";
import { afterEach, expect, test } from "vitest";
import { KEY, openShop } from "./shop.ts";
import type { Shop } from "./shop.ts";
import { json, startVendor } from "./vendor.ts";
import type { Script, Vendor } from "./vendor.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** One number for each letter of a text, told in the order of the last first. */
const EMBED: Script = (call) => {
  const data = (call.body.input as string[]).map((text, index) => ({ object: "embedding", index, embedding: [text.length, 0.5] }));
  json(call, 200, { object: "list", model: "up-model", data: data.toReversed(), usage: { prompt_tokens: 10, total_tokens: 10 } });
};

async function setUp(script: Script = EMBED): Promise<{ shop: Shop; vendor: Vendor; send(action: string, body: object): Promise<Response> }> {
  const vendor = await startVendor(script);
  closing.push(vendor.close);
  const shop = await openShop({ channels: [{ baseUrl: vendor.url }] });
  closing.push(shop.close);
  const send = (action: string, body: object): Promise<Response> => fetch(`${shop.url}/v1beta/models/gpt-test:${action}`, {
    method: "POST", headers: { "x-goog-api-key": KEY, "content-type": "application/json" }, body: JSON.stringify(body),
  });
  return { shop, vendor, send };
}

test("Google's SDK gets its embeddings from any vendor of such, in its own order, charged exactly", async () => {
  const { shop, vendor } = await setUp();
  const ai = new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: shop.url } });
  const { embeddings } = await ai.models.embedContent({ model: "gpt-test", contents: ["a", "bcd"], config: { outputDimensionality: 2, taskType: "RETRIEVAL_QUERY" } });
  expect(embeddings?.map(({ values }) => values)).toEqual([[1, 0.5], [3, 0.5]]);
  expect(vendor.calls[0]).toMatchObject({ path: "/v1/embeddings", body: { model: "up-model", input: ["a", "bcd"], encoding_format: "float", dimensions: 2 } });
  expect(shop.billing.records[0]).toMatchObject({ outcome: "ok", chargeNano: 10_000n, quantities: { input: 10, request: 1 } });
});

test("one content, floats in base64", async () => {
  const floats = Buffer.from(new Float32Array([0.5, -2]).buffer).toString("base64");
  const { send } = await setUp((call) => json(call, 200, { object: "list", data: [{ index: 0, embedding: floats }], usage: { prompt_tokens: 3 } }));
  const response = await send("embedContent", { content: { parts: [{ text: "a" }, { text: "b" }] } });
  expect(await response.json()).toEqual({ embedding: { values: [0.5, -2] }, usageMetadata: { promptTokenCount: 3, totalTokenCount: 3 } });
});

test.each([
  ["embedContent", {}, "INVALID_ARGUMENT"],
  ["embedContent", { content: { parts: [{ inlineData: { mimeType: "image/png", data: "AA==" } }] } }, "INVALID_ARGUMENT"],
  ["batchEmbedContents", { requests: [] }, "INVALID_ARGUMENT"],
  ["batchEmbedContents", { requests: [{ content: { parts: [{ text: "a" }] }, outputDimensionality: 2 }, { content: { parts: [{ text: "b" }] } }] }, "INVALID_ARGUMENT"],
])("%s of %j is refused in Google's form", async (action, body, status) => {
  const { send, vendor } = await setUp();
  const response = await send(action, body);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { code: 400, status } });
  expect(vendor.calls).toHaveLength(0);
});

test("a vendor's failure is told in Google's form", async () => {
  const { send } = await setUp((call) => json(call, 500, { error: { message: "boom" } }));
  expect(await (await send("embedContent", { content: { parts: [{ text: "a" }] } })).json()).toMatchObject({ error: { code: 502, status: "UNAVAILABLE" } });
});

test("a model of embeddings is listed with what it can do", async () => {
  const shop = await openShop({ channels: [{ baseUrl: "http://127.0.0.1:9/v1" }], model: { endpoints: new Set(["embeddings"]) } });
  closing.push(shop.close);
  const response = await fetch(`${shop.url}/v1beta/models/gpt-test`, { headers: { "x-goog-api-key": KEY } });
  expect(await response.json()).toMatchObject({ name: "models/gpt-test", supportedGenerationMethods: ["embedContent", "batchEmbedContents"] });
});
