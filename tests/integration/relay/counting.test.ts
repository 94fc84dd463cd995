import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { PROJECT, startGoogle } from "./cloud-vendors.ts";
import { channelKey, KEY, openShop, type Shop, type ShopOptions } from "./shop.ts";
import { json, startVendor, type VendorCall } from "./vendor.ts";

const vendor = await startVendor(), google = await startGoogle();
const ORIGIN = new URL(vendor.url).origin;
const shops: Shop[] = [];
beforeEach(() => {
  vendor.calls.length = vendor.raw.length = 0;
  google.answers.say = undefined;
});
afterEach(async () => {
  for (const shop of shops.splice(0)) await shop.close();
});
afterAll(() => Promise.all([vendor.close(), google.close()]));

async function open(provider: string, upstreamModel: string, { secret = "key-1", baseUrl = ORIGIN, ...more }: Partial<ShopOptions> & { secret?: string; baseUrl?: string } = {}) {
  const shop = await openShop({ channels: [{ provider, baseUrl, keys: [channelKey("k0", { secret: () => secret })] }], upstreamModel, ...more });
  shops.push(shop);
  return {
    shop, anthropic: new Anthropic({ baseURL: shop.url, apiKey: KEY, maxRetries: 0 }), google: new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: shop.url } }),
    openai: new OpenAI({ baseURL: `${shop.url}/v1`, apiKey: KEY, maxRetries: 0 }),
  };
}
const says = (reply: object, status = 200) => (call: VendorCall): unknown => json(call, status, reply);
const SAY = [{ role: "user" as const, content: "Say hello" }];
const COUNT = { model: "gpt-test", system: "Be brief", messages: SAY };
const post = ({ url }: Shop, path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${url}${path}`, { method: "POST", body: JSON.stringify(body), headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json", ...headers } });

test("Anthropic counts what is asked in its own form: its words, its betas, nobody's name, no charge and no guess", async () => {
  const { shop, anthropic } = await open("anthropic", "claude-sonnet-4-5");
  vendor.script = says({ input_tokens: 4_711, context_management: { original_input_tokens: 5_000 } });
  const counted = await anthropic.beta.messages.countTokens({ ...COUNT, betas: ["context-management-2025-06-27"], ...({ metadata: { user_id: "somebody" } } as object) }).withResponse();
  expect(counted.data).toEqual({ input_tokens: 4_711, context_management: { original_input_tokens: 5_000 } });
  expect(counted.response.headers.get("x-modelmart-warn")).toBeNull();
  expect(vendor.calls).toEqual([expect.objectContaining({
    path: "/v1/messages/count_tokens", body: { model: "claude-sonnet-4-5", system: "Be brief", messages: SAY },
    headers: expect.objectContaining({ "x-api-key": "key-1", "anthropic-version": "2023-06-01", "anthropic-beta": expect.stringContaining("context-management-2025-06-27") as unknown }) as unknown,
  })]);
  expect(shop.billing.asks).toEqual([]);
});

test.each([
  ["refuses", says({ type: "error", error: { type: "invalid_request_error", message: "no" } }, 400)], ["has no such address", says({}, 404)], ["says no number", says({ input_tokens: "many" })], ["hangs up", (call: VendorCall) => call.response.destroy()],
])("where the vendor %s, the shop counts by itself", async (_how, script) => {
  const { shop } = await open("anthropic", "claude-sonnet-4-5");
  vendor.script = script;
  const counted = await post(shop, "/v1/messages/count_tokens", COUNT);
  expect([counted.status, counted.headers.get("x-modelmart-warn")]).toEqual([200, "estimated"]);
  expect((await counted.json()) as object).toEqual({ input_tokens: expect.any(Number) as unknown });
  expect(vendor.calls.length).toBe(1);
});

test("who cannot count is not asked again at once, answers as before, and keeps its key", async () => {
  const { shop, anthropic } = await open("anthropic", "claude-sonnet-4-5");
  vendor.script = (call) => (call.path.endsWith("/count_tokens") ? json(call, 401, { type: "error", error: { type: "authentication_error", message: "no" } })
    : json(call, 200, { id: "msg_1", type: "message", role: "assistant", model: "claude-sonnet-4-5", content: [{ type: "text", text: "Hello" }], stop_reason: "end_turn", stop_sequence: null, usage: { input_tokens: 10, output_tokens: 5 } }));
  for (let i = 0; i < 3; i++) expect((await post(shop, "/v1/messages/count_tokens", COUNT)).headers.get("x-modelmart-warn")).toBe("estimated");
  expect(vendor.calls.length).toBe(1);
  expect((await anthropic.messages.create({ ...COUNT, max_tokens: 10 })).content).toEqual([{ type: "text", text: "Hello" }]);
});

test("nobody is asked for another shop, nor past a customer's own choice, nor for limits that are used up", async () => {
  const { shop } = await open("anthropic", "claude-sonnet-4-5", { caller: { keyLimits: { rpm: 3 } } });
  vendor.script = says({ input_tokens: 4_711 });
  expect((await post(shop, "/v1/messages/count_tokens", COUNT, { "user-agent": "Modelmart/0.1" })).headers.get("x-modelmart-warn")).toBe("estimated");
  expect((await post(shop, "/v1/messages/count_tokens", { ...COUNT, provider: { sort: "price" } })).headers.get("x-modelmart-warn")).toBe("estimated");
  expect(vendor.calls).toEqual([]);
  expect(await (await post(shop, "/v1/messages/count_tokens", COUNT)).json()).toEqual({ input_tokens: 4_711 });
  expect((await post(shop, "/v1/messages/count_tokens", COUNT)).status).toBe(429);
  expect(vendor.calls.length).toBe(1);
});

test("OpenAI counts what Responses would send, unless it goes on from what the shop alone knows", async () => {
  const { shop, openai } = await open("openai", "gpt-5.1", { baseUrl: vendor.url });
  vendor.script = says({ object: "response.input_tokens", input_tokens: 12 });
  expect(await openai.responses.inputTokens.count({ model: "gpt-test", input: "Say hello", instructions: "Be brief" })).toEqual({ object: "response.input_tokens", input_tokens: 12 });
  expect(vendor.calls).toEqual([expect.objectContaining({ path: "/v1/responses/input_tokens", body: { model: "gpt-5.1", input: "Say hello", instructions: "Be brief" } })]);
  const after = await post(shop, "/v1/responses/input_tokens", { model: "gpt-test", input: "Go on", previous_response_id: "resp_1" });
  expect([after.headers.get("x-modelmart-warn"), vendor.calls.length]).toEqual(["estimated", 1]);
});

test("Gemini counts a bare conversation as it is, and more than that as a whole request", async () => {
  const { shop, google: client } = await open("gemini", "gemini-2.5-flash");
  const reply = { totalTokens: 12, promptTokensDetails: [{ modality: "TEXT", tokenCount: 12 }] };
  vendor.script = says(reply);
  expect(await client.models.countTokens({ model: "gpt-test", contents: "Say hello" })).toMatchObject({ totalTokens: 12 });
  expect(vendor.calls.at(-1)).toMatchObject({ path: "/v1beta/models/gemini-2.5-flash:countTokens", body: { contents: [{ role: "user", parts: [{ text: "Say hello" }] }] }, headers: { "x-goog-api-key": "key-1" } });
  const contents = [{ role: "user", parts: [{ text: "Say hello" }] }], system = { parts: [{ text: "Be brief" }] };
  for (const body of [{ contents, system_instruction: system }, { generateContentRequest: { model: "models/gpt-test", contents, systemInstruction: system } }]) {
    expect(await (await post(shop, "/v1beta/models/gpt-test:countTokens", body)).json()).toEqual(reply);
    expect(vendor.calls.at(-1)!.body).toEqual({ generateContentRequest: { model: "models/gemini-2.5-flash", contents, systemInstruction: system } });
  }
});

test("Vertex counts Claude's and Gemini's, each at its own address, for a token", async () => {
  const claude = await open("google-vertex", "claude-sonnet-4-5@20250929", { secret: google.file(), baseUrl: google.origin });
  google.answers.say = says({ input_tokens: 17 });
  expect(await claude.anthropic.messages.countTokens(COUNT)).toEqual({ input_tokens: 17 });
  expect(google.calls().at(-1)).toMatchObject({
    path: `/v1/projects/${PROJECT}/locations/global/publishers/anthropic/models/count-tokens:rawPredict`, body: { anthropic_version: "vertex-2023-10-16", model: "claude-sonnet-4-5@20250929", system: "Be brief", messages: SAY },
  });
  expect(google.calls().at(-1)!.headers["anthropic-version"]).toBeUndefined();
  const gemini = await open("google-vertex", "gemini-2.5-flash", { secret: google.file(), baseUrl: google.origin });
  google.answers.say = says({ totalTokens: 7, totalBillableCharacters: 8, promptTokensDetails: [{ modality: "TEXT", tokenCount: 7 }] });
  const counted = await post(gemini.shop, "/v1beta/models/gpt-test:countTokens", { generateContentRequest: { contents: [{ parts: [{ text: "Say hello" }] }], toolConfig: {} } });
  expect(await counted.json()).toEqual({ totalTokens: 7, totalBillableCharacters: 8, promptTokensDetails: [{ modality: "TEXT", tokenCount: 7 }] });
  expect(google.calls().at(-1)).toMatchObject({
    path: `/v1/projects/${PROJECT}/locations/global/publishers/google/models/gemini-2.5-flash:countTokens`, body: { contents: [{ role: "user", parts: [{ text: "Say hello" }] }] } });
  expect(google.calls().at(-1)!.body).not.toHaveProperty("generateContentRequest");
});

test("Bedrock counts for the model behind a profile, the whole request wrapped up and signed", async () => {
  const { anthropic } = await open("bedrock", "eu.anthropic.claude-sonnet-4-5-20250929-v1:0", { secret: "AKIA1|secret|eu-west-1" });
  vendor.script = says({ inputTokens: 21 });
  expect(await anthropic.beta.messages.countTokens({ ...COUNT, betas: ["interleaved-thinking-2025-05-14", "unheard-of-2030-01-01"] })).toEqual({ input_tokens: 21 });
  const [call] = vendor.calls, { input } = call!.body as { input: { invokeModel: { body: string } } };
  expect([call!.path, call!.headers.authorization]).toEqual(["/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/count-tokens", expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=AKIA1\//)]);
  expect(JSON.parse(Buffer.from(input.invokeModel.body, "base64").toString())).toEqual({
    anthropic_version: "bedrock-2023-05-31", max_tokens: 1, system: "Be brief", messages: SAY, anthropic_beta: ["interleaved-thinking-2025-05-14"] });
});
