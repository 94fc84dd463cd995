import { afterEach, expect, test } from "vitest";
import { ContentRefused } from "#platform/outbound/fetch-content.ts";
import { openShop, type Shop } from "./shop.ts";
import { completion, json, startVendor, type Script, type Vendor } from "./vendor.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const PNG = Buffer.from("\x89PNG\r\n\x1a\nrest", "latin1");
const gemini: Script = (call) => json(call, 200, {
  candidates: [{ content: { role: "model", parts: [{ text: "A cat" }] }, finishReason: "STOP", index: 0 }], usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 },
});

/** A shop whose customers' files are fetched from memory. */
async function setUp(channels: readonly Readonly<{ provider: string; script?: Script }>[]): Promise<Readonly<{ shop: Shop; vendors: Vendor[]; fetched: string[] }>> {
  const vendors = await Promise.all(channels.map(({ script }) => startVendor(script)));
  const fetched: string[] = [];
  const shop = await openShop({
    channels: vendors.map(({ url }, i) => ({ baseUrl: url, provider: channels[i]!.provider, priority: -i, ...(channels[i]!.provider === "gemini" && { protocol: "gemini" as const }) })),
    fetchContent(address) {
      fetched.push(address);
      return address.includes("inside") ? Promise.reject(new ContentRefused("the address is not allowed")) : Promise.resolve({ type: "image/png", data: PNG });
    },
  });
  closing.push(...vendors.map((vendor) => vendor.close), shop.close);
  return { shop, vendors, fetched };
}

const picture = (url: string) => ({ messages: [{ role: "user", content: [{ type: "text", text: "What is it?" }, { type: "image_url", image_url: { url } }] }] });

test("a picture given by address is fetched once for a vendor that takes data only", async () => {
  const { shop, vendors, fetched } = await setUp([{ provider: "gemini", script: gemini }]);
  for (let i = 0; i < 2; i++) {
    const response = await shop.chat(picture("https://pictures.example/cat"));
    expect((await response.json()).choices[0].message.content).toBe("A cat");
    expect(JSON.stringify(vendors[0]!.calls[i]!.body)).toContain(`"inlineData":{"mimeType":"image/png","data":"${PNG.toString("base64")}"}`);
  }
  expect(fetched).toEqual(["https://pictures.example/cat"]);
});

test("a vendor that fetches itself is told the address", async () => {
  const { shop, vendors, fetched } = await setUp([{ provider: "openai-compatible" }]);
  expect((await shop.chat(picture("https://pictures.example/cat"))).status).toBe(200);
  expect(JSON.stringify(vendors[0]!.calls[0]!.body)).toContain("https://pictures.example/cat");
  expect(fetched).toEqual([]);
});

test("an address that must not be called is the client's fault, told in words that give nothing away; no vendor is asked", async () => {
  const { shop, vendors } = await setUp([{ provider: "gemini", script: gemini }]);
  const response = await shop.chat(picture("http://inside.example/secret"));
  expect(response.status).toBe(400);
  expect((await response.json()).error).toMatchObject({ code: "invalid_value", param: "messages", message: expect.stringContaining("'http://inside.example/secret' cannot be fetched: the address is not allowed") as string });
  expect(vendors[0]!.calls).toHaveLength(0);
  expect(shop.billing.records[0]).toMatchObject({ chargeNano: 0n, attempts: [] });
});

test("what cannot be fetched for one vendor may still be answered by one that fetches itself", async () => {
  const { shop, vendors } = await setUp([{ provider: "gemini", script: gemini }, { provider: "openai-compatible", script: (call) => completion(call) }]);
  expect((await shop.chat(picture("http://inside.example/secret"))).status).toBe(200);
  expect(vendors.map(({ calls }) => calls.length)).toEqual([0, 1]);
});

test("films on the vendor's own pages are left to it", async () => {
  const { shop, vendors, fetched } = await setUp([{ provider: "gemini", script: gemini }]);
  await shop.chat(picture("https://www.youtube.com/watch?v=x"));
  expect(JSON.stringify(vendors[0]!.calls[0]!.body)).toContain('"fileUri":"https://www.youtube.com/watch?v=x"');
  expect(fetched).toEqual([]);
});
