import OpenAI from "openai";
import { afterEach, describe, expect, test } from "vitest";
import { createOutbound } from "#platform/outbound/agent.ts";
import { createHttpTransport } from "#relay/index.ts";
import { probeChannel } from "#relay/probe.ts";
import { KEY, openShop, priceOf } from "./shop.ts";
import type { Shop, ShopOptions } from "./shop.ts";
import { json, startVendor } from "./vendor.ts";
import type { Script, Vendor } from "./vendor.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function setUp(script: Script, over: Partial<ShopOptions> = {}): Promise<{ shop: Shop; vendor: Vendor; client: OpenAI }> {
  const vendor = await startVendor(script);
  closing.push(vendor.close);
  const shop = await openShop({ channels: [{ baseUrl: vendor.url }], ...over });
  closing.push(shop.close);
  return { shop, vendor, client: new OpenAI({ apiKey: KEY, baseURL: `${shop.url}/v1`, maxRetries: 0 }) };
}

/** USD 0.04 a picture, twice as much for a good one. */
const BY_IMAGE = priceOf({ image: "40000000000", "image:*:high": "80000000000" });
/** USD 5 per million tokens in, 40 out; pictures as gpt-image-1. */
const BY_TOKEN = priceOf({ input: "5000000", input_image: "10000000", output: "10000000", output_image: "40000000" });

describe("pictures", () => {
  test("are passed on and charged by the piece at their size and quality", async () => {
    const { shop, vendor, client } = await setUp((call) => json(call, 200, { created: 1, data: [{ b64_json: "aGk=" }, { b64_json: "aG8=" }] }), { price: BY_IMAGE });
    const reply = await client.images.generate({ model: "gpt-test", prompt: "a cat", n: 2, size: "1024x1024", quality: "high" });
    expect(reply.data?.map(({ b64_json }) => b64_json)).toEqual(["aGk=", "aG8="]);
    expect(vendor.calls[0]!.path).toBe("/v1/images/generations");
    expect(vendor.calls[0]!.body).toEqual({ model: "up-model", prompt: "a cat", n: 2, size: "1024x1024", quality: "high" });
    expect(shop.billing.records).toHaveLength(1);
    expect(shop.billing.records[0]).toMatchObject({ outcome: "ok", chargeNano: 160_000_000n, usageSource: "upstream", endpoint: "images", quantities: { "image:*:high": 2, request: 1 } });
  });

  test("are charged by the tokens that the vendor tells", async () => {
    const usage = { input_tokens: 10, input_tokens_details: { image_tokens: 0, text_tokens: 10 }, output_tokens: 4160, output_tokens_details: { image_tokens: 4160, text_tokens: 0 }, total_tokens: 4170 };
    const { shop, client } = await setUp((call) => json(call, 200, { created: 1, size: "1024x1024", quality: "high", data: [{ b64_json: "aGk=" }], usage }), { price: BY_TOKEN });
    await client.images.generate({ model: "gpt-test", prompt: "a cat" });
    // 10 x 5,000 + 4,160 x 40,000 pico, in nano
    expect(shop.billing.records[0]).toMatchObject({ chargeNano: 166_450_000n, quantities: { input: 10, output_image: 4160 } });
  });

  test("that nobody made cost nothing, and no more are charged than were asked for", async () => {
    const { shop, vendor, client } = await setUp((call) => json(call, 400, { error: { message: "Unknown parameter: 'response_format'.", type: "invalid_request_error", param: "response_format", code: "unknown_parameter" } }), { price: BY_IMAGE });
    await expect(client.images.generate({ model: "gpt-test", prompt: "a cat", response_format: "url" })).rejects.toMatchObject({ status: 400, param: "response_format" });
    expect(shop.billing.records[0]).toMatchObject({ outcome: "upstream_error", chargeNano: 0n });
    vendor.script = (call) => json(call, 200, { created: 1, data: [{ url: "https://a" }, { url: "https://b" }] });
    await client.images.generate({ model: "gpt-test", prompt: "a cat" });
    expect(shop.billing.records[1]).toMatchObject({ chargeNano: 40_000_000n });
  });

  test("come in the making, and the last event waits for the charge", async () => {
    const { shop, client } = await setUp(({ response }) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`event: image_generation.partial_image\ndata: ${JSON.stringify({ type: "image_generation.partial_image", b64_json: "aGk=", partial_image_index: 0 })}\n\n`);
      response.end(`event: image_generation.completed\ndata: ${JSON.stringify({ type: "image_generation.completed", b64_json: "aGk=", size: "1024x1024", quality: "low", usage: { input_tokens: 10, output_tokens: 372, input_tokens_details: { text_tokens: 10, image_tokens: 0 }, total_tokens: 382 } })}\n\n`);
    }, { price: BY_TOKEN });
    const types: string[] = [];
    for await (const event of await client.images.generate({ model: "gpt-test", prompt: "a cat", stream: true, partial_images: 1 })) types.push(event.type);
    expect(types).toEqual(["image_generation.partial_image", "image_generation.completed"]);
    expect(shop.billing.records[0]).toMatchObject({ stream: true, usageSource: "upstream", chargeNano: 14_930_000n, quantities: { input: 10, output_image: 372 } });
  });
});

describe("speech", () => {
  const sound = Buffer.alloc(4_000, 7);

  test("streams as bytes and is charged by the character", async () => {
    const { shop, client } = await setUp(({ response }) => {
      response.writeHead(200, { "content-type": "audio/mpeg" });
      response.write(sound.subarray(0, 1));
      response.write(sound.subarray(1, 1_500));
      response.end(sound.subarray(1_500));
    }, { price: priceOf({ char: "15000000" }) });
    const reply = await client.audio.speech.create({ model: "gpt-test", input: "Hello, 你好 😀", voice: "alloy" });
    expect(reply.headers.get("content-type")).toBe("audio/mpeg");
    expect(Buffer.from(await reply.arrayBuffer())).toEqual(sound);
    expect(shop.billing.records[0]).toMatchObject({ outcome: "ok", endpoint: "audio", chargeNano: 165_000n, quantities: { char: 11 } });
  });

  test("that is no sound is an error, and that breaks off breaks the answer", async () => {
    const { shop, vendor, client } = await setUp((call) => json(call, 200, { error: { message: "no such voice", type: "invalid_request_error", code: 400 } }));
    await expect(client.audio.speech.create({ model: "gpt-test", input: "Hello", voice: "alloy" })).rejects.toMatchObject({ status: 400 });
    vendor.script = ({ response }) => {
      response.writeHead(200, { "content-type": "audio/mpeg" });
      response.write(sound);
      setImmediate(() => response.destroy());
    };
    const reply = await client.audio.speech.create({ model: "gpt-test", input: "Hello", voice: "alloy" }).catch((error: unknown) => error as Error);
    if (!(reply instanceof Error)) await expect(reply.arrayBuffer()).rejects.toThrow();
    expect(shop.billing.records.every(({ chargeNano }) => chargeNano === 0n)).toBe(true);
  });

  test("comes in events where they are asked for, with the vendor's tokens", async () => {
    const { shop } = await setUp(({ response }) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(`data: {"type":"speech.audio.delta","audio":"aGk="}\n\ndata: {"type":"speech.audio.done","usage":{"input_tokens":14,"output_tokens":101,"total_tokens":115}}\n\n`);
    }, { price: priceOf({ input: "600000", output: "0", output_audio: "12000000" }) });
    const reply = await fetch(`${shop.url}/v1/audio/speech`, { method: "POST", headers: { authorization: `Bearer ${KEY}` }, body: JSON.stringify({ model: "gpt-test", input: "Hi", voice: "alloy", stream_format: "sse" }) });
    expect(reply.headers.get("content-type")).toContain("text/event-stream");
    expect(await reply.text()).toContain("speech.audio.done");
    expect(shop.billing.records[0]).toMatchObject({ chargeNano: 1_220_400n, quantities: { input: 14, output_audio: 101 } });
  });
});

test("verdicts pass, and are counted by the shop where they cost something", async () => {
  const results = [{ flagged: false, categories: {}, category_scores: {}, category_applied_input_types: {} }];
  const { shop, client } = await setUp((call) => json(call, 200, { id: "modr-1", model: "up-model", results }));
  const reply = await client.moderations.create({ model: "gpt-test", input: "This is a safe message" });
  expect(reply).toMatchObject({ model: "gpt-test", results });
  expect(shop.billing.records[0]).toMatchObject({ endpoint: "moderations", usageSource: "estimated", quantities: { input: 5 } });
});

describe("ranking", () => {
  const DOCUMENTS = ["Paris", "London", { text: "Berlin" }];
  const ask = (shop: Shop, body: object = {}, path = "/v1/rerank"): Promise<Response> => fetch(`${shop.url}${path}`, {
    method: "POST", headers: { authorization: `Bearer ${KEY}` }, body: JSON.stringify({ model: "gpt-test", query: "capital of France", documents: DOCUMENTS, ...body }),
  });

  test.each(["/v1/rerank", "/v2/rerank", "/v1/reranking"])("is in the one form at %s, whatever the vendor's", async (path) => {
    const { shop, vendor } = await setUp((call) => json(call, 200, { object: "list", model: "up-model", data: [{ index: 2, relevance_score: 0.1 }, { index: 1, relevance_score: 0.5 }, { index: 0, relevance_score: 0.5 }], usage: { total_tokens: 43 } }));
    const reply = await (await ask(shop, { top_n: 9, return_documents: true }, path)).json() as object;
    expect(reply).toEqual({
      model: "gpt-test", object: "list",
      results: [
        { index: 0, relevance_score: 0.5, document: { text: "Paris" } }, { index: 1, relevance_score: 0.5, document: { text: "London" } }, { index: 2, relevance_score: 0.1, document: { text: "Berlin" } },
      ],
      usage: { total_tokens: 43, prompt_tokens: 43 }, meta: { api_version: { version: "2" }, billed_units: {}, tokens: { input_tokens: 43 } },
    });
    expect(vendor.calls[0]!.body).toEqual({ model: "up-model", query: "capital of France", documents: DOCUMENTS, top_n: 3 });
    expect(shop.billing.records[0]).toMatchObject({ endpoint: "rerank", chargeNano: 43_000n, quantities: { input: 43 }, flags: 0 });
  });

  test("is charged by units of search where those have the price", async () => {
    const { shop } = await setUp((call) => json(call, 200, { id: "r1", results: [{ index: 0, relevance_score: 0.9 }], meta: { api_version: { version: "2" }, billed_units: { search_units: 1 } } }), { price: priceOf({ search_unit: "2000000000" }) });
    expect(await (await ask(shop)).json()).toMatchObject({ id: "r1", usage: { search_units: 1 }, meta: { billed_units: { search_units: 1 } } });
    expect(shop.billing.records[0]).toMatchObject({ chargeNano: 2_000_000n, flags: 0 });
  });

  test("that names a document which is not there goes to another vendor", async () => {
    const { shop, vendor } = await setUp((call) => json(call, 200, { results: [{ index: call.n === 1 ? 7 : 1, relevance_score: 1 }], usage: { total_tokens: 4 } }));
    expect(await (await ask(shop)).json()).toMatchObject({ results: [{ index: 1 }] });
    expect(vendor.calls).toHaveLength(2);
  });
});

test("the simulator makes pictures, sound, verdicts and ranking", async () => {
  const { shop, client } = await setUp((call) => json(call, 500, {}), { channels: [{ provider: "simulator", baseUrl: "simulator://local", keys: [] }], upstreamModel: "sim" });
  expect((await client.images.generate({ model: "gpt-test", prompt: "a cat", n: 2 })).data).toHaveLength(2);
  const sound = await client.audio.speech.create({ model: "gpt-test", input: "Hello", voice: "alloy" });
  expect([sound.headers.get("content-type"), Buffer.from(await sound.arrayBuffer()).toString("latin1", 0, 4)]).toEqual(["audio/wav", "RIFF"]);
  expect((await client.moderations.create({ model: "gpt-test", input: ["a", "b"] })).results).toHaveLength(2);
  const ranking = await fetch(`${shop.url}/v1/rerank`, { method: "POST", headers: { authorization: `Bearer ${KEY}` }, body: JSON.stringify({ model: "gpt-test", query: "a", documents: ["b", "a"], top_n: 1 }) });
  expect(await ranking.json()).toMatchObject({ model: "gpt-test", results: [{ index: 1 }] });
  expect(shop.billing.records.map(({ outcome }) => outcome)).toEqual(["ok", "ok", "ok", "ok"]);
});

describe("a channel is tried out with", () => {
  test.each([
    ["rerank", "m", "/v1/rerank", { results: [{ index: 0, relevance_score: 1 }], usage: { total_tokens: 2 } }],
    ["images", "m", "/v1/images/generations", { data: [{ b64_json: "aGk=" }] }],
    ["moderations", "m", "/v1/moderations", { results: [{ flagged: false }] }],
  ])("the smallest request for %s", async (endpoint, upstreamName, path, reply) => {
    const vendor = await startVendor((call) => json(call, 200, reply));
    const outbound = createOutbound({ allowPrivate: true });
    closing.push(vendor.close, () => Promise.resolve(outbound.close()));
    const transport = createHttpTransport(outbound);
    const report = await probeChannel({ transport, simulator: transport }, { provider: "openai-compatible", baseUrl: vendor.url, secret: "s", stream: true, list: false, model: { upstreamName, endpoints: [endpoint] } });
    expect(report).toMatchObject({ ok: true, steps: [{ step: "reply", state: "ok" }, {}] });
    expect(vendor.calls.map((call) => call.path)).toEqual([path]);
  });

  test("a word to be spoken, where the model speaks", async () => {
    const vendor = await startVendor(({ response }) => {
      response.writeHead(200, { "content-type": "audio/mpeg" });
      response.end("sound");
    });
    const outbound = createOutbound({ allowPrivate: true });
    closing.push(vendor.close, () => Promise.resolve(outbound.close()));
    const transport = createHttpTransport(outbound);
    const report = await probeChannel({ transport, simulator: transport }, { provider: "openai", baseUrl: vendor.url, secret: "s", stream: true, list: false, model: { upstreamName: "tts-1", endpoints: ["audio"] } });
    expect(report.ok).toBe(true);
    expect(vendor.calls.map((call) => [call.path, call.body.model])).toEqual([["/v1/audio/speech", "tts-1"]]);
  });
});
