import OpenAI from "openai";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { createOutbound } from "#platform/outbound/agent.ts";
import { createHttpTransport, createSocketTransport, createTokenizer } from "#relay/index.ts";
import { probeChannel } from "#relay/probe.ts";
import { INPUT, OUTPUT, PLAIN_VENDORS, plainSpeaks, startSocketVendor, type PlainVendor } from "./plain-vendors.ts";
import { channelKey, KEY, openShop, priceOf, type Shop, type ShopOptions } from "./shop.ts";
import { json, startVendor, type Script, type VendorCall } from "./vendor.ts";

const tokenizer = createTokenizer();
const closing: (() => Promise<void>)[] = [];
const shared = { ...tokenizer, close: () => Promise.resolve() };
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(() => tokenizer.close());

type SetUp = Readonly<{ shop: Shop; calls: readonly Pick<VendorCall, "path" | "body" | "headers">[] }>;

async function shopOf(channel: Readonly<{ provider: string; secret: string; settings?: ShopOptions["channels"][number]["settings"] }>, baseUrl: string, model: string, more: Partial<ShopOptions> = {}): Promise<Shop> {
  const { provider, secret, settings } = channel;
  const shop = await openShop({ channels: [{ provider, baseUrl, keys: [channelKey("k0", { secret: () => secret })], ...(settings && { settings }) }], upstreamModel: model, tokenizer: shared, ...more });
  closing.push(shop.close);
  return shop;
}

async function setUp(vendor: PlainVendor, refuses = () => false): Promise<SetUp> {
  if (vendor.provider === "spark-ws") {
    const far = await startSocketVendor(vendor, refuses);
    closing.push(far.close);
    return { shop: await shopOf(vendor, far.url, vendor.model), calls: far.calls };
  }
  const far = await startVendor(plainSpeaks(vendor, refuses));
  closing.push(far.close);
  return { shop: await shopOf(vendor, far.url.replace("/v1", ""), vendor.model), calls: far.calls };
}

/** The test of such a channel. */
function tried({ provider, secret, model }: Pick<PlainVendor, "provider" | "secret" | "model">, url: string) {
  const outbound = createOutbound({ allowPrivate: true }), transport = createHttpTransport(outbound);
  closing.push(() => Promise.resolve(outbound.close()));
  return probeChannel({ transport, simulator: transport, sockets: createSocketTransport(outbound) }, {
    provider, baseUrl: url.replace("/v1", ""), secret, model: { upstreamName: model, endpoints: ["chat"] }, stream: true, list: true,
  });
}

const client = ({ url }: Shop): OpenAI => new OpenAI({ apiKey: KEY, baseURL: `${url}/v1`, maxRetries: 0 });
const QUESTION = { model: "gpt-test", messages: [{ role: "system" as const, content: "Be brief." }, { role: "user" as const, content: "Say hello" }] };
/** 1,000 nano for each token in and 2,000 for each out. */
const CHARGE = BigInt(INPUT) * 1_000n + BigInt(OUTPUT) * 2_000n;

describe.each(PLAIN_VENDORS.map((vendor) => [vendor.provider, vendor] as const))("%s", (_provider, vendor) => {
  test("answers whole, in its own words, and is charged by its own counts", async () => {
    const { shop, calls } = await setUp(vendor);
    const reply = await client(shop).chat.completions.create(QUESTION);
    expect(reply).toMatchObject({ choices: [{ message: { role: "assistant", content: "Hello there" }, finish_reason: "stop" }], usage: { prompt_tokens: INPUT, completion_tokens: OUTPUT } });
    const call = calls.at(-1)!;
    expect(call.path).toMatch(vendor.path);
    expect(vendor.asked(call)).toEqual(vendor.expected);
    expect(shop.billing.records).toMatchObject([{ outcome: "ok", usageSource: "upstream", chargeNano: CHARGE }]);
  });

  test("streams", async () => {
    const { shop } = await setUp(vendor);
    const stream = await client(shop).chat.completions.create({ ...QUESTION, stream: true, stream_options: { include_usage: true } });
    let text = "", finish: unknown, usage: unknown;
    for await (const { choices: [choice], usage: told } of stream) {
      text += choice?.delta.content ?? "";
      finish = choice?.finish_reason ?? finish;
      usage = told ?? usage;
    }
    expect([text, finish, usage]).toMatchObject(["Hello there", "stop", { prompt_tokens: INPUT, completion_tokens: OUTPUT }]);
    expect(shop.billing.records).toMatchObject([{ outcome: "ok", usageSource: "upstream", chargeNano: CHARGE }]);
  });

  test.each([false, true])("an error under 200 is an error (stream %s), and free", async (stream) => {
    const { shop } = await setUp(vendor, () => true);
    const response = await shop.chat({ ...QUESTION, stream });
    expect([response.status, await response.json()]).toMatchObject([vendor.refused.status, { error: { code: vendor.refused.code } }]);
    expect(shop.billing.records).toMatchObject([{ chargeNano: 0n }]);
  });

  test("a channel's test asks it as requests do", async () => {
    const far = vendor.provider === "spark-ws" ? await startSocketVendor(vendor, () => false) : await startVendor(plainSpeaks(vendor, () => false));
    closing.push(far.close);
    expect(await tried(vendor, far.url)).toMatchObject({ ok: true, steps: [{ step: "models", state: "skipped" }, { step: "reply", state: "ok" }, { step: "stream", state: "ok" }, { step: "usage", state: "ok", tokens: { input: INPUT, output: OUTPUT } }] });
  });

  test("Anthropic's clients are answered, too", async () => {
    const { shop } = await setUp(vendor);
    const response = await fetch(`${shop.url}/v1/messages`, {
      method: "POST", headers: { "x-api-key": KEY, "content-type": "application/json", "anthropic-version": "2023-06-01" },
      body: JSON.stringify({ model: "gpt-test", max_tokens: 100, messages: [{ role: "user", content: "Say hello" }] }),
    });
    expect(await response.json()).toMatchObject({ content: [{ type: "text", text: "Hello there" }], stop_reason: "end_turn", usage: { input_tokens: INPUT, output_tokens: OUTPUT } });
  });
});

const vendorOf = (provider: string): PlainVendor => PLAIN_VENDORS.find((vendor) => vendor.provider === provider)!;
const HISTORY = [{ role: "user", content: "I am Ann" }, { role: "assistant", content: "Hello Ann" }, { role: "user", content: "Who am I?" }];

describe("what came before", () => {
  test.each(["dify", "coze"])("is left out with a word (%s)", async (provider) => {
    const { shop, calls } = await setUp(vendorOf(provider));
    const response = await shop.chat({ messages: HISTORY });
    expect(response.headers.get("x-modelmart-warn")).toBe("history_dropped");
    expect(JSON.stringify(calls[0]!.body)).not.toContain("Ann");
    expect((await shop.chat({ messages: HISTORY }, { headers: { "x-modelmart-strict": "1" } })).status).toBe(400);
  });

  test("goes along where the channel is set so", async () => {
    const dify = vendorOf("dify"), far = await startVendor(plainSpeaks(dify, () => false));
    closing.push(far.close);
    const shop = await shopOf({ ...dify, settings: { transcript: true } }, far.url.replace("/v1", ""), "chat");
    const response = await shop.chat({ messages: [{ role: "system", content: "Be brief." }, ...HISTORY] });
    expect(response.headers.get("x-modelmart-warn")).toBeNull();
    expect(far.calls[0]!.body.query).toBe("System: Be brief.\n\nUser: I am Ann\n\nAssistant: Hello Ann\n\nUser: Who am I?");
  });
});

describe("files", () => {
  const PICTURE = { role: "user", content: [{ type: "text", text: "What is it?" }, { type: "image_url", image_url: { url: `data:image/png;base64,${Buffer.from("a picture").toString("base64")}` } }] };
  const UPLOADS = {
    dify: { path: "/v1/files/upload", reply: { id: "file-7", name: "image.png", size: 9 }, form: /name="user"\r\n\r\nmodelmart\r\n[^]*name="file"; filename="image.png"\r\ncontent-type: image\/png\r\n\r\na picture/, asked: { files: [{ type: "image", transfer_method: "local_file", upload_file_id: "file-7" }] } },
    coze: { path: "/v1/files/upload", reply: { code: 0, msg: "", data: { id: "file-7", bytes: 9 } }, form: /name="file"; filename="image.png"/, asked: { additional_messages: [{ role: "user", content_type: "object_string", content: '[{"type":"text","text":"What is it?"},{"type":"image","file_id":"file-7"}]' }] } },
  } as const;

  test.each(["dify", "coze"] as const)("are uploaded before the question (%s)", async (provider) => {
    const vendor = vendorOf(provider), { path, reply, form, asked } = UPLOADS[provider];
    const answer = plainSpeaks(vendor, () => false);
    const far = await startVendor((call) => (call.path === path ? json(call, 200, reply) : answer(call)));
    closing.push(far.close);
    const shop = await shopOf(vendor, far.url.replace("/v1", ""), vendor.model);
    const response = await shop.chat({ messages: [PICTURE], stream: true });
    expect(await response.text()).toContain("there");
    expect(far.calls.map((call) => call.path)).toEqual([path, expect.stringMatching(vendor.path)]);
    expect(far.raw[0]!.toString()).toMatch(form);
    expect(far.calls[1]!.body).toMatchObject(asked);
    expect(far.calls[1]!.body).not.toHaveProperty("@uploads");
    expect(far.calls.every(({ headers }) => headers.authorization === `Bearer ${vendor.secret}`)).toBe(true);
  });

  test("that are refused are the call's refusal", async () => {
    const dify = vendorOf("dify"), far = await startVendor((call) => json(call, 415, { code: "unsupported_file_type", message: "File type not allowed.", status: 415 }));
    closing.push(far.close);
    const shop = await shopOf(dify, far.url.replace("/v1", ""), dify.model);
    expect((await shop.chat({ messages: [PICTURE] })).status).toBeGreaterThanOrEqual(400);
    expect(far.calls).toHaveLength(1);
    expect(shop.billing.records).toMatchObject([{ chargeNano: 0n }]);
  });
});

describe("Baidu's token", () => {
  const baidu = vendorOf("baidu-v1");

  test("is bought once for all who ask at the same time", async () => {
    const { shop, calls } = await setUp(baidu);
    const replies = await Promise.all(Array.from({ length: 5 }, () => shop.chat()));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    const bought = calls.filter(({ path }) => path.startsWith("/oauth"));
    expect(bought).toHaveLength(1);
    expect(bought[0]!.path).toBe("/oauth/2.0/token?grant_type=client_credentials&client_id=client&client_secret=password");
  });

  test("that is not given condemns the key", async () => {
    const far = await startVendor((call) => json(call, 401, { error: "invalid_client", error_description: "unknown client id" }));
    closing.push(far.close);
    const shop = await shopOf(baidu, far.url.replace("/v1", ""), baidu.model);
    expect((await shop.chat()).status).toBe(502);
    expect(shop.disabled).toHaveLength(1);
    expect(shop.billing.records).toMatchObject([{ chargeNano: 0n }]);
  });

  test("that has been withdrawn is replaced", async () => {
    let tokens = 0;
    const script: Script = (call) => {
      if (call.path.startsWith("/oauth")) return json(call, 200, { access_token: `token-${++tokens}`, expires_in: 2_592_000 });
      return call.path.endsWith("token-1") && call.n > 2 ? json(call, 200, { error_code: 110, error_msg: "Access token invalid or no longer valid" }) : json(call, 200, baidu.whole);
    };
    const far = await startVendor(script);
    closing.push(far.close);
    const shop = await shopOf(baidu, far.url.replace("/v1", ""), baidu.model);
    expect((await shop.chat()).status).toBe(200);
    shop.skip(3_600_000);
    expect((await shop.chat()).status).toBe(200);
    expect([tokens, shop.disabled]).toEqual([2, []]);
  });
});

test("Spark's refusal to open is its answer", async () => {
  const spark = vendorOf("spark-ws"), far = await startSocketVendor(spark, () => false);
  closing.push(far.close);
  far.refuse({ status: 401, body: { message: "HMAC signature cannot be verified" } });
  const shop = await shopOf(spark, far.url, spark.model);
  expect((await shop.chat()).status).toBe(502);
  expect(shop.disabled).toHaveLength(1);
});

test("DeepL translates into the language of the model's name, and each character counts", async () => {
  const far = await startVendor((call) => json(call, 200, { translations: [{ detected_source_language: "EN", text: "Hallo", billed_characters: 9 }] }));
  closing.push(far.close);
  const shop = await shopOf({ provider: "deepl", secret: "key:fx" }, far.url.replace("/v1", ""), "deepl-de");
  const response = await shop.chat({ messages: [{ role: "user", content: "Say hello" }], stream: true });
  expect(await response.text()).toContain('"content":"Hallo"');
  // Where money is short it is held for characters, which are more than their tokens.
  expect(await shop.billing.asks[0]!.countInput!()).toBeGreaterThanOrEqual("Say hello".length);
  expect(far.calls[0]).toMatchObject({ path: "/v2/translate", headers: { authorization: "DeepL-Auth-Key key:fx" }, body: { text: ["Say hello"], target_lang: "DE" } });
  expect(shop.billing.records).toMatchObject([{ outcome: "ok", chargeNano: 9_000n }]);
  expect(await tried({ provider: "deepl", secret: "key:fx", model: "deepl-de" }, far.url)).toMatchObject({ ok: true, steps: [{ step: "models", state: "skipped" }, { step: "reply", state: "ok" }, { step: "stream", state: "ok" }, { step: "usage", state: "ok", tokens: { input: 9, output: 0 } }] });
});

test("Ideogram paints from a form", async () => {
  const far = await startVendor((call) => json(call, 200, { created: "2030-01-01T00:00:00Z", data: [{ url: "https://files.example/1.png", prompt: "a cat", resolution: "1280x704", is_image_safe: true, seed: 1 }] }));
  closing.push(far.close);
  const shop = await shopOf({ provider: "ideogram", secret: "ideo" }, far.url.replace("/v1", ""), "V_3", { price: priceOf({ image: "40000000000" }) });
  const { data } = await client(shop).images.generate({ model: "gpt-test", prompt: "a cat", size: "1792x1024" });
  expect(data).toEqual([{ url: "https://files.example/1.png" }]);
  expect(far.calls[0]).toMatchObject({ path: "/v1/ideogram-v3/generate", headers: { "api-key": "ideo" } });
  expect(far.raw[0]!.toString()).toMatch(/name="aspect_ratio"\r\n\r\n16x9\r\n/);
  expect(shop.billing.records).toMatchObject([{ outcome: "ok", chargeNano: 40_000_000n }]);
});
