import { afterEach, expect, test } from "vitest";
import { KEY, openShop, type Shop } from "./shop.ts";
import { completion, failure, json, startVendor, type Script, type Vendor } from "./vendor.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function setUp(responses: Script): Promise<Readonly<{ shop: Shop; vendor: Vendor; paths: () => string[] }>> {
  const vendor = await startVendor((call) => (call.path === "/v1/responses" ? responses(call) : completion(call)));
  const shop = await openShop({ channels: [{ baseUrl: vendor.url, provider: "openai" }] });
  closing.push(vendor.close, shop.close);
  return { shop, vendor, paths: () => vendor.calls.splice(0).map(({ path }) => path) };
}

const messages = (shop: Shop, stream = false): Promise<Response> => fetch(`${shop.url}/v1/messages`, {
  method: "POST", headers: { "x-api-key": KEY, "anthropic-version": "2023-06-01", "content-type": "application/json" },
  body: JSON.stringify({ model: "gpt-test", max_tokens: 50, stream, messages: [{ role: "user", content: "Say hello" }] }),
});
const nowhere: Script = (call) => json(call, 404, { error: { message: "Invalid URL (POST /v1/responses)", type: "invalid_request_error", param: null, code: null } });

test.each([false, true])("a host without /responses is asked in chat's words by the same request, and nobody has failed (stream: %s)", async (stream) => {
  const { shop, paths } = await setUp(nowhere);
  const answer = await messages(shop, stream);
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain("Hello");
  expect(paths()).toEqual(["/v1/responses", "/v1/chat/completions"]);
  const [charged] = shop.billing.records;
  expect(charged).toMatchObject({ outcome: "ok", httpStatus: 200 });
  expect(charged!.attempts).toHaveLength(1);
  // All that follow go there at once, clients of the absent protocol too.
  expect((await messages(shop)).status).toBe(200);
  const own = await fetch(`${shop.url}/v1/responses`, { method: "POST", headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" }, body: JSON.stringify({ model: "gpt-test", input: "Hi" }) });
  expect(own.status).toBe(200);
  expect(paths()).toEqual(["/v1/chat/completions", "/v1/chat/completions"]);
  expect(shop.log.filter((line) => line.includes("lacks a protocol"))).toHaveLength(1);
});

test("a model that the vendor does not know is no absent address", async () => {
  const { shop, paths } = await setUp((call) => failure(call, 404, "The model up-model does not exist"));
  expect((await messages(shop)).status).not.toBe(200);
  expect(paths()).toEqual(["/v1/responses"]);
});

test("a protocol whose breaker is open leaves the model's others alone", async () => {
  const { shop, paths } = await setUp((call) => failure(call, 500));
  for (let i = 0; i < 3; i++) expect((await messages(shop)).status).not.toBe(200);
  expect(new Set(paths())).toEqual(new Set(["/v1/responses"]));
  const chats = await Promise.all(Array.from({ length: 4 }, () => shop.chat()));
  expect(chats.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
});
