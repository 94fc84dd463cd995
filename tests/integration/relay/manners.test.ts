import Anthropic from "@anthropic-ai/sdk";
import { ApiError, GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { afterAll, afterEach, expect, test } from "vitest";
import { KEY, openShop, type Shop, type ShopOptions } from "./shop.ts";
import { startVendor } from "./vendor.ts";

const vendor = await startVendor();
const shops: Shop[] = [];
const open = async (options: Partial<ShopOptions> = {}): Promise<Shop> => {
  const shop = await openShop({ channels: [{ baseUrl: vendor.url }], ...options });
  shops.push(shop);
  return shop;
};
afterEach(async () => {
  for (const shop of shops.splice(0)) await shop.close();
});
afterAll(() => vendor.close());

const anthropicOf = ({ url }: Shop, apiKey = KEY): Anthropic => new Anthropic({ baseURL: url, apiKey, maxRetries: 0 });
const googleOf = ({ url }: Shop, apiKey = KEY): GoogleGenAI => new GoogleGenAI({ apiKey, httpOptions: { baseUrl: url } });
const post = ({ url }: Shop, path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${url}${path}`, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body), headers: { "content-type": "application/json", ...headers } });

const SAY = [{ role: "user" as const, content: "Say hello" }];
const CONTENTS = [{ role: "user", parts: [{ text: "Say hello" }] }];

test("every vendor's own library lists the models, one by one and page by page", async () => {
  const shop = await open();
  const listed = (await anthropicOf(shop).models.list()).data;
  expect(listed).toEqual([{ type: "model", id: "gpt-test", display_name: "gpt-test", created_at: "2023-11-14T22:13:20Z", max_input_tokens: 128_000, max_tokens: 4_096, capabilities: null }]);
  expect((await anthropicOf(shop).models.retrieve("gpt-test")).id).toBe("gpt-test");
  expect((await anthropicOf(shop).models.list({ after_id: "gpt-test" })).data).toEqual([]);

  const google = await googleOf(shop).models.list();
  expect(google.page).toEqual([expect.objectContaining({ name: "models/gpt-test", displayName: "gpt-test", inputTokenLimit: 128_000, outputTokenLimit: 4_096 })]);
  expect((await googleOf(shop).models.get({ model: "gpt-test" })).name).toBe("models/gpt-test");

  const openai = new OpenAI({ baseURL: `${shop.url}/v1`, apiKey: KEY, maxRetries: 0 });
  expect((await openai.models.list()).data.map(({ id }) => id)).toEqual(["gpt-test"]);
});

test("the key is taken wherever a vendor's library puts it, and a key in the address is never logged", async () => {
  const shop = await open();
  const models = async (path: string, headers: Record<string, string> = {}): Promise<number> => (await fetch(`${shop.url}${path}`, { headers })).status;
  expect(await models("/v1/models", { "x-api-key": KEY })).toBe(200);
  expect(await models("/v1/models", { "api-key": KEY })).toBe(200);
  expect(await models("/v1beta/models", { "x-goog-api-key": KEY })).toBe(200);
  expect(await models(`/v1beta/models?key=${KEY}`)).toBe(200);
  expect(await models(`/gemini/v1alpha/models?key=${KEY}&pageSize=1`)).toBe(200);
  expect(await models(`/v1/models?key=${KEY}`)).toBe(401);
  expect(await models(`/v1beta/models?key=${KEY}`, { "x-goog-api-key": "sk-other" })).toBe(401);
  expect(shop.log.length).toBeGreaterThan(0);
  expect(shop.log.join("")).not.toContain(KEY);
});

test("a refusal has the form of the address, whatever was wrong", async () => {
  const shop = await open();
  const auth = { authorization: `Bearer ${KEY}` };
  const anthropic = await post(shop, "/v1/messages", { model: "gpt-test", messages: SAY }, auth);
  expect(anthropic.status).toBe(400);
  const id = anthropic.headers.get("request-id");
  expect(id).toMatch(/^req_/);
  expect(id).toBe(anthropic.headers.get("x-request-id"));
  expect(anthropic.headers.get("openai-version")).toBeNull();
  expect(anthropic.headers.get("x-should-retry")).toBe("false");
  expect(await anthropic.json()).toEqual({ type: "error", error: { type: "invalid_request_error", message: "Missing required parameter: 'max_tokens'." }, request_id: id });

  for (const path of ["/anthropic/v1/nothing", "/v1/messages/batches", "/claude/v1/complete"]) {
    const missing = await post(shop, path, {}, auth);
    expect([missing.status, await missing.json()]).toEqual([404, expect.objectContaining({ type: "error", error: expect.objectContaining({ type: "not_found_error" }) as unknown })]);
  }
  for (const path of ["/v1beta/models/gpt-test:predictLongRunning", "/gemini/v1beta/nothing", "/v1beta/cachedContents"]) {
    const missing = await post(shop, path, {}, auth);
    expect([missing.status, await missing.json()]).toEqual([404, { error: expect.objectContaining({ code: 404, status: "NOT_FOUND" }) as unknown }]);
  }
  const wrongMethod = await fetch(`${shop.url}/v1beta/models/gpt-test:generateContent`, { headers: auth });
  expect([wrongMethod.status, wrongMethod.headers.get("allow")]).toEqual([405, "POST, OPTIONS"]);
  expect(await wrongMethod.json()).toMatchObject({ error: { status: "UNIMPLEMENTED" } });
  const known = await post(shop, "/v1/responses", { model: "gpt-test", input: "x", previous_response_id: "resp_0" }, auth);
  expect([known.status, await known.json()]).toEqual([400, { error: expect.objectContaining({ code: "previous_response_not_found", param: "previous_response_id" }) as unknown }]);
  expect((await fetch(`${shop.url}/v1/responses/resp_0`, { headers: auth })).status).toBe(404);
});

test("libraries see their own kinds of error", async () => {
  const shop = await open();
  const badKey = anthropicOf(shop, "sk-mm-nobody-knows-this-key-00000000000000000").messages.create({ model: "gpt-test", max_tokens: 5, messages: SAY });
  await expect(badKey).rejects.toBeInstanceOf(Anthropic.AuthenticationError);
  await expect(badKey).rejects.toMatchObject({ status: 401, requestID: expect.stringMatching(/^req_/) as unknown, error: { error: { type: "authentication_error" } } });
  await expect(anthropicOf(shop).messages.create({ model: "no-such", max_tokens: 5, messages: SAY })).rejects.toBeInstanceOf(Anthropic.NotFoundError);
  await expect(anthropicOf(shop).messages.create({ model: "gpt-test", max_tokens: 5, messages: [] })).rejects.toBeInstanceOf(Anthropic.BadRequestError);

  const google = googleOf(shop).models.generateContent({ model: "no-such", contents: "x" });
  await expect(google).rejects.toBeInstanceOf(ApiError);
  await expect(google).rejects.toMatchObject({ status: 404, message: expect.stringContaining('"reason":"model_not_found"') as unknown });

  const openai = new OpenAI({ baseURL: `${shop.url}/v1`, apiKey: KEY, maxRetries: 0 });
  await expect(openai.responses.create({ model: "gpt-test", input: "x", background: true })).rejects.toMatchObject({ status: 400, code: "unsupported_parameter", param: "background" });
});

test("a shop that has nobody to ask is overloaded in Anthropic's own number, and Google's clients learn how long to wait", async () => {
  const shop = await open({ channels: [{ baseUrl: vendor.url, pausedUntilMs: Date.now() + 60_000 }] });
  const auth = { authorization: `Bearer ${KEY}` };
  const anthropic = await post(shop, "/v1/messages", { model: "gpt-test", max_tokens: 5, messages: SAY }, auth);
  expect([anthropic.status, await anthropic.json()]).toEqual([529, expect.objectContaining({ error: expect.objectContaining({ type: "overloaded_error" }) as unknown })]);
  expect(Number(anthropic.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  const google = await post(shop, "/v1beta/models/gpt-test:generateContent", { contents: CONTENTS }, auth);
  expect([google.status, await google.json()]).toEqual([503, { error: expect.objectContaining({ status: "UNAVAILABLE" }) as unknown }]);

  const limited = await open({ caller: { keyLimits: { rpm: 1 } } });
  const count = (): Promise<Response> => post(limited, "/v1/messages/count_tokens", { model: "gpt-test", messages: SAY }, auth);
  expect((await count()).status).toBe(200);
  const over = await count();
  expect([over.status, over.headers.get("anthropic-ratelimit-requests-limit"), over.headers.get("anthropic-ratelimit-requests-remaining")]).toEqual([429, "1", "0"]);
  expect(Date.parse(over.headers.get("anthropic-ratelimit-requests-reset")!)).toBeGreaterThan(Date.now() - 1_000);
  // One set of names is everybody's, whatever the form of the answer.
  expect([over.headers.get("x-ratelimit-limit-requests"), over.headers.get("x-ratelimit-remaining-requests")]).toEqual(["1", "0"]);
  const exhausted = await post(limited, "/v1beta/models/gpt-test:countTokens", { contents: CONTENTS }, auth);
  expect(await exhausted.json()).toMatchObject({ error: { code: 429, status: "RESOURCE_EXHAUSTED", details: [{}, { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: expect.stringMatching(/^[\d.]+s$/) as unknown }] } });
});

test("conversations are counted in three forms, for nothing", async () => {
  const shop = await open();
  const counted = await anthropicOf(shop).messages.countTokens({ model: "gpt-test", system: "Be brief", messages: SAY });
  expect(counted.input_tokens).toBeGreaterThan(4);
  const more = await anthropicOf(shop).messages.countTokens({
    model: "gpt-test", system: "Be brief",
    messages: [{ role: "user", content: [{ type: "text", text: "Say hello" }, { type: "image", source: { type: "base64", media_type: "image/png", data: "A".repeat(40_000) } }] }],
  });
  expect(more.input_tokens).toBe(counted.input_tokens + 800);

  const google = await googleOf(shop).models.countTokens({ model: "gpt-test", contents: "Say hello" });
  expect(google.totalTokens).toBeGreaterThan(4);
  const wrapped = await post(shop, "/v1beta/models/gpt-test:countTokens", { generateContentRequest: { model: "models/gpt-test", contents: CONTENTS } }, { "x-goog-api-key": KEY });
  expect(wrapped.headers.get("x-modelmart-warn")).toBe("estimated");
  expect(await wrapped.json()).toEqual({ totalTokens: google.totalTokens, promptTokensDetails: [{ modality: "TEXT", tokenCount: google.totalTokens }] });

  const openai = new OpenAI({ baseURL: `${shop.url}/v1`, apiKey: KEY, maxRetries: 0 });
  const items = await openai.responses.inputTokens.count({ model: "gpt-test", input: "Say hello" });
  expect(items).toEqual({ object: "response.input_tokens", input_tokens: google.totalTokens });
  expect(shop.billing.asks).toEqual([]);
  expect(vendor.calls).toEqual([]);
});

test("what a coding client reports about itself is taken without a key, and not much of it", async () => {
  const shop = await open();
  for (const path of ["/api/event_logging/batch", "/anthropic/api/event_logging/batch"]) {
    const taken = await post(shop, path, { events: [{ secret: "x" }] });
    expect([taken.status, await taken.json()]).toEqual([200, {}]);
  }
  const large = await post(shop, "/api/event_logging/batch", "x".repeat(1024 * 1024 + 1));
  expect([large.status, await large.json()]).toEqual([413, expect.objectContaining({ type: "error" })]);
});

test("a key or a model that is limited to some formats is not called in others", async () => {
  const keyed = await open({ caller: { endpoints: ["messages"] } });
  const auth = { authorization: `Bearer ${KEY}` };
  expect((await post(keyed, "/v1/messages/count_tokens", { model: "gpt-test", messages: SAY }, auth)).status).toBe(200);
  const refused = await post(keyed, "/v1beta/models/gpt-test:countTokens", { contents: CONTENTS }, auth);
  expect([refused.status, await refused.json()]).toEqual([403, { error: expect.objectContaining({ status: "PERMISSION_DENIED" }) as unknown }]);
  expect((await keyed.chat()).status).toBe(403);
  const sold = await open({ model: { endpoints: new Set(["chat"]) } });
  const unsold = await post(sold, "/v1/messages", { model: "gpt-test", max_tokens: 5, messages: SAY }, auth);
  expect([unsold.status, await unsold.json()]).toEqual([404, expect.objectContaining({ error: expect.objectContaining({ type: "not_found_error" }) as unknown })]);
});
