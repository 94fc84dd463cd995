import { afterEach, expect, test } from "vitest";
import { nano } from "#money/amount.ts";
import { uuidv7, requestIdText } from "#platform/ids.ts";
import type { Refusal } from "#money/billing.ts";
import { KEY, openShop } from "./shop.ts";
import type { Shop, ShopOptions } from "./shop.ts";
import { begin, chunk, completion, startVendor } from "./vendor.ts";
import type { Script, Vendor } from "./vendor.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function setUp(over: Partial<ShopOptions> = {}, script?: Script): Promise<{ shop: Shop; vendor: Vendor }> {
  const vendor = await startVendor(script);
  const shop = await openShop({ channels: [{ baseUrl: vendor.url }], ...over });
  closing.push(vendor.close, shop.close);
  return { shop, vendor };
}

const expectError = async (response: Response, status: number, code: string): Promise<Record<string, unknown>> => {
  const text = await response.text();
  expect({ status: response.status, text }).toEqual({ status, text: expect.stringContaining(`"${code}"`) });
  expect(response.headers.get("x-request-id")).toMatch(/^req_/);
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(response.headers.get("cache-control")).toBe("no-store");
  return (JSON.parse(text) as { error: Record<string, unknown> }).error;
};

test.each([
  ["no key", { authorization: "" }, 401, "invalid_api_key"],
  ["an unknown key", { authorization: "Bearer sk-mm-nobody-has-this-key-0000000000000" }, 401, "invalid_api_key"],
  ["two keys", { "x-api-key": "sk-another-key-of-a-good-length-00000000" }, 401, "ambiguous_credentials"],
] as const)("%s", async (_name, headers, status, code) => {
  const { shop, vendor } = await setUp();
  await expectError(await shop.chat({}, { headers }), status, code);
  expect(vendor.calls).toHaveLength(0);
  expect(shop.billing.asks).toHaveLength(0);
});

test.each([
  ["a disabled key", { keyStatus: "disabled" }, 401, "invalid_api_key"],
  ["an expired key", { expiresAtMs: 1 }, 401, "invalid_api_key"],
  ["a disabled account", { userStatus: "disabled" }, 403, "account_disabled"],
  ["another network", { cidrs: ["10.0.0.0/8"] }, 403, "ip_not_allowed"],
  ["another endpoint", { endpoints: ["embeddings"] }, 403, "endpoint_not_allowed"],
  ["a key for other models", { models: ["claude-x", "anthropic/*"] }, 403, "model_not_allowed"],
  ["another group", { groupId: "g2" }, 404, "model_not_found"],
] as const)("%s is refused", async (_name, caller, status, code) => {
  const { shop, vendor } = await setUp({ caller });
  await expectError(await shop.chat(), status, code);
  expect(vendor.calls).toHaveLength(0);
});

test("keys whose lists hold the model by name, by vendor or by network are let in", async () => {
  for (const caller of [{ models: ["gpt-test"] }, { models: ["openai/*"] }, { models: ["gpt-alias"] }, { cidrs: ["127.0.0.0/8", "::/0"] }, { endpoints: ["chat"] }]) {
    const { shop } = await setUp({ caller });
    expect((await shop.chat(caller.models?.[0] === "gpt-alias" ? { model: "gpt-alias" } : {})).status).toBe(200);
  }
});

test.each([
  ["an unknown model", { model: "nothing" }, 404, "model_not_found"],
  ["a model of no channel of the group", { model: "gpt-hidden" }, 404, "model_not_found"],
  ["no model", { model: undefined }, 400, "missing_required_parameter"],
  ["no messages", { messages: undefined }, 400, "missing_required_parameter"],
  ["a wrong type", { max_tokens: "many" }, 400, "invalid_value"],
] as const)("%s is refused", async (_name, body, status, code) => {
  const { shop } = await setUp();
  await expectError(await shop.chat(body), status, code);
});

test("malformed JSON, another method, another address", async () => {
  const { shop } = await setUp();
  await expectError(await shop.chat({}, { body: '{"model": "gpt-test", ' }), 400, "invalid_json");
  const wrong = await shop.get("/v1/chat/completions");
  expect(wrong.headers.get("allow")).toContain("POST");
  await expectError(wrong, 405, "method_not_allowed");
  await expectError(await shop.get("/v1/assistants"), 404, "unsupported_endpoint");
});

test("a body over 20 MiB is a 413", async () => {
  const { shop } = await setUp();
  await expectError(await shop.chat({}, { body: Buffer.alloc(21 * 1024 * 1024, 32) }), 413, "request_too_large");
});

const refusals: readonly (readonly [Refusal, number, string])[] = [
  [{ refused: "credit-exhausted", neededNano: nano(5_000_000_000n), availableNano: nano(1_000n), affordableMaxTokens: 7 }, 402, "insufficient_quota"],
  [{ refused: "account-debt", debtNano: nano(15_000_000_000n) }, 402, "account_debt"],
  [{ refused: "account-debt", debtNano: nano(0n) }, 402, "account_debt"],
  [{ refused: "budget-exceeded", scope: "key:key1", period: "day", limitNano: nano(5n), spentNano: nano(5n) }, 402, "budget_exceeded"],
  [{ refused: "low-balance-concurrency" }, 429, "low_balance_concurrency"],
  [{ refused: "billing-unavailable", retryAfterMs: 3_000 }, 503, "billing_unavailable"],
  [{ refused: "billing-backlog", retryAfterMs: 1_000 }, 503, "billing_backlog"],
];
test.each(refusals)("%o", async (refusal, status, code) => {
  const { shop, vendor } = await setUp();
  shop.billing.refuse = refusal;
  const response = await shop.chat({ stream: true });
  const error = await expectError(response, status, code);
  expect(vendor.calls).toHaveLength(0);
  if (refusal.refused === "credit-exhausted") expect(error).toMatchObject({ needed_usd: "5.00", available_usd: "0.000001", affordable_max_tokens: 7 });
  if (refusal.refused === "account-debt") {
    // What the customer can mend himself is told apart from what only the shop can.
    if (refusal.debtNano > 0n) expect(error).toMatchObject({ message: expect.stringContaining("owes 15.00 USD"), reason: "debt", debt_usd: "15.00" });
    else expect(error).toMatchObject({ message: expect.stringContaining("disputed or under review"), reason: "payment_review" });
    expect(response.headers.get("x-should-retry")).toBe("false");
  }
  if (status >= 429) expect(response.headers.get("retry-after")).toBeTruthy();
});

test("requests per minute: the third of two is a 429 that says when", async () => {
  const { shop } = await setUp({ caller: { keyLimits: { rpm: 2 } } });
  const first = await shop.chat();
  expect(first.headers.get("x-ratelimit-limit-requests")).toBe("2");
  expect(first.headers.get("x-ratelimit-remaining-requests")).toBe("1");
  await shop.chat();
  const third = await shop.chat();
  expect(Number(third.headers.get("retry-after"))).toBeGreaterThan(25);
  expect(third.headers.get("x-ratelimit-remaining-requests")).toBe("0");
  const error = await expectError(third, 429, "rate_limit_exceeded");
  expect(error.message).toContain("2 requests per minute");
});

test("tokens per minute are estimated first and corrected by what was used", async () => {
  const { shop } = await setUp({ caller: { userLimits: { tpm: 1_000 } } });
  const first = await shop.chat({ max_tokens: 600 });
  expect(first.headers.get("x-ratelimit-limit-tokens")).toBe("1000");
  expect((await shop.chat({ max_tokens: 600 })).status).toBe(200);
  await expectError(await shop.chat({ max_tokens: 990 }), 429, "rate_limit_exceeded");
});

test("requests at once: a place comes free at the end, and only then", async () => {
  const { shop, vendor } = await setUp({ caller: { keyLimits: { concurrency: 1 } } }, (call) => {
    begin(call);
    chunk(call, { content: "x" });
  });
  const running = await shop.chat({ stream: true });
  await expectError(await shop.chat(), 429, "concurrency_limit_exceeded");
  vendor.calls[0]!.response.destroy();
  await running.text();
  vendor.script = (call) => completion(call);
  expect((await shop.chat()).status).toBe(200);
});

test("a channel's limits are no client's error as long as another channel lives", async () => {
  const a = await startVendor(), b = await startVendor();
  const shop = await openShop({ channels: [{ baseUrl: a.url, limits: { rpm: 2 } }, { baseUrl: b.url, priority: -1 }] });
  closing.push(a.close, b.close, shop.close);
  for (let i = 0; i < 4; i++) expect((await shop.chat()).status).toBe(200);
  expect([a.calls.length, b.calls.length]).toEqual([1, 3]); // 95 % of what the vendor allows
});

test("money caps an answer without max_tokens and says so", async () => {
  const { shop, vendor } = await setUp();
  shop.billing.mode = "guarded-single";
  shop.billing.maxTokens = 77;
  const response = await shop.chat();
  expect(response.headers.get("x-modelmart-max-tokens")).toBe("77");
  expect(vendor.calls[0]!.body.max_tokens).toBe(77);
});

test("the ask knows the bounds of the request", async () => {
  const { shop } = await setUp({ caller: { keyBudgets: [{ amountNano: 5n, per: "day" }] } });
  await shop.chat({ max_tokens: 9_999, n: 2 });
  expect(shop.billing.asks[0]).toMatchObject({ maxOutputTokens: 4_096, modelMaxOutput: 4_096, candidates: 2, producesTokens: true, endpoint: "chat", walletId: "wallet1", budgets: [{ scope: "key:key1", period: "day" }] });
  expect(shop.billing.asks[0]!.inputTokensMax).toBeGreaterThan(20);
});

test("models: the list, one of it, its tag, and what the key may not see", async () => {
  const { shop } = await setUp();
  const response = await shop.get("/v1/models");
  const list = await response.json();
  expect(list).toMatchObject({ object: "list", data: [{ id: "gpt-test", object: "model", owned_by: "openai", context_length: 128_000, pricing: { prompt: "0.000001", completion: "0.000002" } }] });
  expect((await shop.get("/v1/models", { "if-none-match": response.headers.get("etag")! })).status).toBe(304);
  expect((await (await shop.get("/v1/models/gpt-alias")).json()).id).toBe("gpt-test");
  await expectError(await shop.get("/v1/models/gpt-hidden"), 404, "model_not_found");
  const { shop: other } = await setUp({ caller: { models: ["claude-x"] } });
  expect((await (await other.get("/v1/models")).json()).data).toEqual([]);
});

test("credit as numbers, also for an expired key, not for a disabled one", async () => {
  const { shop } = await setUp({ caller: { expiresAtMs: 1 } });
  expect(await (await shop.get("/v1/credits")).json()).toEqual({ data: { total_credits: 10, total_usage: 2.5, balance: 7.5 } });
  const { shop: disabled } = await setUp({ caller: { keyStatus: "disabled" } });
  await expectError(await disabled.get("/v1/credits"), 401, "invalid_api_key");
});

test("what older clients ask for their money: a limit, and usage in cents, of the wallet or of a key with a budget", async () => {
  const asked: unknown[] = [];
  const lookups = { chargedBetween: (of: object, from: Date, to: Date) => Promise.resolve((asked.push({ ...of, from: from.toISOString(), to: to.toISOString() }), 1_234_560_000n)) };
  const { shop } = await setUp({ lookups });
  const told = async (path: string, of = shop): Promise<unknown> => (await of.get(path)).json();
  for (const root of ["", "/v1"]) {
    expect(await told(`${root}/dashboard/billing/subscription`)).toEqual({
      object: "billing_subscription", has_payment_method: true, soft_limit_usd: 10, hard_limit_usd: 10, system_hard_limit_usd: 10, access_until: 0,
    });
    expect(await told(`${root}/dashboard/billing/usage?start_date=2026-11-01&end_date=2026-11-22`)).toEqual({ object: "list", total_usage: 123.46 });
  }
  expect(asked[0]).toMatchObject({ from: "2026-11-01T00:00:00.000Z", to: "2026-11-23T00:00:00.000Z" });
  expect(asked[0]).not.toHaveProperty("keyId");
  await expectError(await shop.get("/dashboard/billing/usage?start_date=yesterday"), 400, "invalid_value");
  expect(await told("/v1/key")).toMatchObject({ data: { limit: null, limit_remaining: null, limit_reset: null, usage: 2, usage_daily: 0.001, expires_at: null } });

  const keyBudgets = [{ amountNano: 5_000_000n, per: "day" }, { amountNano: 9_000_000_000n, per: "total" }] as const;
  const { shop: budgeted } = await setUp({ lookups, caller: { keyBudgets, expiresAtMs: Date.UTC(2020, 0, 1), keyLimits: { rpm: 60 } } });
  expect(await told("/v1/key", budgeted)).toMatchObject({
    data: { limit: 0.005, limit_remaining: 0.004, limit_reset: "daily", usage: 2, expires_at: "2020-01-01T00:00:00.000Z", rate_limit: { requests: 60 } },
  });
  expect(await told("/v1/dashboard/billing/subscription", budgeted)).toMatchObject({ hard_limit_usd: 2.004, access_until: 1_577_836_800 });
  await told("/v1/dashboard/billing/usage", budgeted);
  expect(asked.at(-1)).toMatchObject({ keyId: expect.any(String), from: "1970-01-01T00:00:00.000Z" });
});

test("receipts: found, not ready yet, nobody's", async () => {
  const known = uuidv7();
  const { shop } = await setUp({ lookups: { generation: (id, user) => Promise.resolve(id === known && user === "user1" ? { id: requestIdText(known), total_cost_nano_usd: 20000 } : undefined) } });
  const receipt = { data: { id: requestIdText(known), total_cost_nano_usd: 20000 } };
  expect(await (await shop.get(`/v1/generation/${requestIdText(known)}`)).json()).toEqual(receipt);
  expect(await (await shop.get(`/v1/generation?id=${requestIdText(known)}`)).json()).toEqual(receipt);
  const young = await shop.get(`/v1/generation/${requestIdText(uuidv7())}`);
  expect(young.headers.get("retry-after")).toBe("1");
  await expectError(young, 404, "not_ready");
  await expectError(await shop.get(`/v1/generation/${requestIdText(uuidv7(Date.now() - 60_000))}`), 404, "not_found");
  await expectError(await shop.get("/v1/generation/nonsense"), 404, "not_found");
  await expectError(await shop.get("/v1/generation"), 400, "missing_required_parameter");
});

test("a preflight is answered without a key", async () => {
  const { shop } = await setUp();
  const response = await fetch(`${shop.url}/v1/chat/completions`, { method: "OPTIONS", headers: { "access-control-request-headers": "authorization" } });
  expect(response.status).toBe(204);
  expect(response.headers.get("access-control-allow-origin")).toBe("*");
});

test("nothing of a customer's or a vendor's key is logged", async () => {
  const { shop } = await setUp({}, (call) => call.response.destroy());
  await shop.chat();
  expect(shop.log.join("")).not.toMatch(new RegExp(`${KEY}|vendor-secret`));
});
