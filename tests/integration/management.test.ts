import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyAudit } from "#accounts/index.ts";
import { readProbeSubject } from "#channels/index.ts";
import { createManagementApi } from "#management/index.ts";
import { createSealer } from "#platform/crypto/seal.ts";
import { createLog } from "#platform/log.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { loadSettings } from "#accounts/index.ts";
import { loadSnapshot } from "#snapshot/index.ts";
import { createPayments } from "#payments/index.ts";
import { createClock } from "#platform/clock.ts";
import { createRelayLookups } from "#reports/index.ts";
import { addCharge } from "../support/charge.ts";
import { API_KEY, createTestShop, STORE, TOKEN, type TestShop } from "../support/test-shop.ts";

let database: TestDatabase;
let shop: TestShop;
let api: (request: Request) => Promise<Response>;
const SUPPORT = "mm-admin-support-0123456789abcdef0123456789";
const FINANCE = "mm-admin-finance-0123456789abcdef0123456789";

beforeAll(async () => {
  database = await createTestDatabase();
  shop = createTestShop(database, { UPSTREAM: "sk-upstream-from-environment" });
  await shop.apply(STORE);
  await shop.apply(`management_tokens:\n  - { name: helpdesk, secret: ${SUPPORT}, role: support }\n  - { name: books, secret: ${FINANCE}, role: finance }\n  - { name: late, secret: mm-admin-expired-0123456789abcdef01234567, role: owner, expires: 2020-01-01 }\n  - { name: here, secret: mm-admin-network-0123456789abcdef01234567, role: owner, cidrs: [10.0.0.0/8] }`);
  const log = createLog({ level: "silent", format: "json" });
  const payments = createPayments({ pool: database.pool, clock: createClock(), log, stripe: {}, baseUrl: async () => "http://shop.test", settings: () => loadSettings(database.pool) });
  api = createManagementApi({
    pool: database.pool, keys: shop.keys, sealer: createSealer(shop.keys), log, payments,
    testChannel: async (name) => (name === "main" ? { ok: true, status: 200, latencyMs: 12, model: "gpt-4o-mini" } : undefined),
    vendorModels: async () => ({ models: [{ upstreamName: "gpt-4o-mini", publicName: "gpt-4o-mini", served: true, known: "sold" }, { upstreamName: "new", publicName: "new", served: false, known: "unknown" }], gone: [{ publicName: "old", upstreamName: "old" }] }),
    learnChannel: async (_id, model) => (model === "gpt-4o-mini" ? { ok: true, without: ["responses"], lacks: ["vision"], requests: 5 } : { ok: false, note: "It does not answer.", without: [], lacks: [], requests: 1 }),
    checkInvariants: async () => [{ id: "I1", rows: 0 }],
  });
});
afterAll(() => database.drop());

type Fields = Readonly<Record<string, unknown>>;
type Row = Fields & Readonly<{ lines: readonly { amount_nano_usd: number }[]; entries: readonly { amount_nano_usd: number }[]; id: string; keys: readonly Fields[] }>;
type Body = Row & Readonly<{ error: Fields; wallet: Fields; data: readonly Row[]; next_cursor: string | null }>;
async function call(method: string, path: string, { token = TOKEN, body, ip }: { token?: string; body?: unknown; ip?: string } = {}): Promise<{ status: number; body: Body; text: string }> {
  const response = await api(new Request(`http://shop.test/api/v1${path}`, {
    method,
    headers: { ...(token && { authorization: `Bearer ${token}` }), "content-type": "application/json", ...(ip && { "x-mm-client-ip": ip }) },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  }));
  const text = await response.text();
  return { status: response.status, body: JSON.parse(text) as Body, text };
}
const adjust = (amount_usd: string | number, idempotency_key: string, more: object = {}) =>
  call("POST", "/users/alice@example.com/adjustments", { body: { amount_usd, reason: "test", idempotency_key, ...more } });

describe("who may call", () => {
  test.each([
    ["no token", ""], ["a customer's key", API_KEY], ["an unknown token", `mm-admin-${"x".repeat(32)}`], ["an expired one", "mm-admin-expired-0123456789abcdef01234567"],
  ])("%s gets 401", async (_name, token) => {
    const { status, body } = await call("GET", "/users/alice@example.com", { token });
    expect([status, body.error.code]).toEqual([401, "unauthorized"]);
  });

  test.each([
    [SUPPORT, "GET", "/users/alice@example.com", 200], [SUPPORT, "GET", "/requests", 200], [SUPPORT, "GET", "/ledger/transactions", 403], [SUPPORT, "GET", "/codes", 403],
    [FINANCE, "GET", "/ledger/check", 200], [FINANCE, "GET", "/channels", 200], [FINANCE, "POST", "/channels/main/test", 403], [TOKEN, "POST", "/channels/main/test", 200], [FINANCE, "POST", "/channels/main/vendor-models", 403],
  ])("a role's calls: %s %s %s %i", async (token, method, path, status) => {
    expect((await call(method, path, { token })).status).toBe(status);
  });

  test("a token that is tied to a network works only from there", async () => {
    const token = "mm-admin-network-0123456789abcdef01234567";
    expect((await call("GET", "/codes", { token, ip: "10.1.2.3" })).status).toBe(200);
    expect((await call("GET", "/codes", { token, ip: "11.1.2.3" })).status).toBe(403);
    expect((await call("GET", "/codes", { token })).status).toBe(403);
  });

  test.each([["GET", "/nowhere", 404], ["DELETE", "/codes", 405], ["GET", "/users/nobody@example.com", 404], ["POST", "/orders/none/refunds", 400]])("%s %s is %i", async (method, path, status) => {
    expect((await call(method, path)).status).toBe(status);
  });

  test("an address says which methods it takes, and a wrong body what is missing and what is not known", async () => {
    const answer = await api(new Request("http://shop.test/api/v1/codes", { method: "DELETE", headers: { authorization: `Bearer ${TOKEN}` } }));
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, HEAD, POST"]);
    expect((await api(new Request("http://shop.test/api/v1/codes", { method: "HEAD", headers: { authorization: `Bearer ${TOKEN}` } }))).status).toBe(200);
    const wrong = await call("POST", "/users/alice@example.com/adjustments", { body: { amuont_usd: "1", idempotency_key: "typo" } });
    expect(wrong.body.error).toEqual({
      code: "invalid_request", message: expect.stringContaining("amount_usd: is required"),
      details: expect.arrayContaining([{ field: "amount_usd", message: "is required" }, { field: "reason", message: "is required" }, { field: "amuont_usd", message: "is not known here" }]),
    });
  });
});

describe("users and adjustments", () => {
  test("a user with the wallet, in integers and decimal text", async () => {
    const { body } = await call("GET", "/users/Alice@Example.com");
    expect(body).toMatchObject({
      email: "alice@example.com", role: "customer", group: "default", status: "active",
      wallet: { id: expect.any(String), balance_nano_usd: 10_000_000_000, balance_usd: "10.00", held_nano_usd: 0 },
    });
  });

  test("an adjustment happens once per idempotency key, in parallel too", async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => adjust("1.000000001", "k1")));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(answers.at(-1)!.body.wallet.balance_nano_usd).toBe(11_000_000_001);
    expect((await adjust("1.000000001", "k1")).body.wallet.balance_usd).toBe("11.000000001");
  });

  test.each([["another amount", "2", {}], ["another reason", "1.000000001", { reason: "something else" }]])("the same key with %s is 409", async (_name, amount, more) => {
    const { status, body } = await adjust(amount, "k1", more);
    expect([status, body.error.code]).toEqual([409, "idempotency_conflict"]);
  });

  test("the same key of another token is another adjustment", async () => {
    const { status, body } = await call("POST", "/users/alice@example.com/adjustments", { token: FINANCE, body: { amount_usd: "0.5", reason: "test", idempotency_key: "k1" } });
    expect([status, body.wallet.balance_usd]).toEqual([200, "11.500000001"]);
  });

  test("taking away goes down to zero and never below", async () => {
    expect((await adjust("-1.500000001", "k2")).body.wallet.balance_usd).toBe("10.00");
    const { status, body } = await adjust("-10.000000001", "k3");
    expect([status, body.error.code]).toEqual([409, "insufficient_balance"]);
    expect((await adjust("-10", "k4")).body.wallet.balance_nano_usd).toBe(0);
    expect((await adjust(10, "k5")).body.wallet.balance_usd).toBe("10.00");
  });

  test.each([["0", 400], ["1e3", 400], ["abc", 400], ["1.0000000001", 400], ["", 400]])("an amount of %j is %i", async (amount, status) => {
    expect((await adjust(amount, `bad-${amount}`)).status).toBe(status);
  });

  test.each([["no JSON", "{"], ["an unknown field", { amount_usd: "1", reason: "x", idempotency_key: "y", extra: 1 }], ["no reason", { amount_usd: "1", idempotency_key: "y" }]])("%s is 400", async (_name, body) => {
    const { status, body: answer } = await call("POST", "/users/alice@example.com/adjustments", { body });
    expect([status, answer.error.code]).toEqual([400, "invalid_request"]);
  });
});

describe("codes", () => {
  test("a code is made, listed without its text, redeemed, and used up", async () => {
    const made = await call("POST", "/codes", { body: { code: "SPRING-26", amount: 5.0, uses: 1 } });
    expect([made.status, made.body]).toEqual([201, expect.objectContaining({ code: "SPRING-26", amount_nano_usd: 5_000_000_000, uses: 1, per_user: 1 })]);
    expect((await call("POST", "/codes", { body: { code: "spring 26".replace(" ", "-"), amount: 1 } })).body.error.code).toBe("already_exists");
    const list = await call("GET", "/codes");
    expect(list.text).not.toContain("SPRING-26");
    expect(list.body.data[0]).toMatchObject({ hint: "SPRI…26", used: 0, status: "active" });

    const redeemed = await call("POST", "/codes/spring26/redemptions", { body: { user: "alice@example.com" } });
    expect([redeemed.status, redeemed.body]).toEqual([200, expect.objectContaining({ credit_nano_usd: 5_000_000_000, wallet: expect.objectContaining({ balance_usd: "15.00" }) })]);
    expect((await call("POST", "/codes/SPRING-26/redemptions", { body: { user: "alice@example.com" } })).status).toBe(409);
    expect((await call("POST", "/codes/NO-SUCH/redemptions", { body: { user: "alice@example.com" } })).status).toBe(404);
  });

  test("100 parallel redemptions of one code credit one", async () => {
    await call("POST", "/codes", { body: { code: "RACE-CODE", amount: "0.000000007", uses: 1 } });
    const answers = await Promise.all(Array.from({ length: 100 }, () => call("POST", "/codes/RACE-CODE/redemptions", { body: { user: "alice@example.com" } })));
    expect(answers.filter(({ status }) => status === 200).length).toBe(1);
    expect(answers.filter(({ status }) => status === 409).length).toBe(99);
  });

  test("lists come in pages", async () => {
    const first = await call("GET", "/codes?limit=2");
    const second = await call("GET", `/codes?limit=2&cursor=${first.body.next_cursor}`);
    expect([first.body.data.length, second.body.data.length, second.body.next_cursor]).toEqual([2, 1, null]);
    expect((await call("GET", "/codes?cursor=nonsense")).status).toBe(400);
  });
});

describe("requests, ledger, channels", () => {
  test("a request shows usage, exact lines, cost and attempts; filters find it", async () => {
    const { id } = await addCharge(database.pool, { email: "alice@example.com", model: "gpt-4o-mini", channel: "main", usage: { input: 1003, output: 7 } });
    const { body } = await call("GET", "/requests?user=alice@example.com&model=mini&channel=main&status=ok&key=app");
    expect(body.data.length).toBe(1);
    const [request] = body.data as [Row];
    expect(request).toMatchObject({
      id, status: "ok", outcome: "ok", model: "gpt-4o-mini", channel: "main", usage: { input: 1003, cache_read: 0, output: 7, images: 0, seconds: 0 },
      charge_nano_usd: 154_650, attempts: [{ n: 1, channel: "main", status: 200 }], price_version: expect.any(Number),
    });
    expect(request.lines.reduce((sum: number, line) => sum + line.amount_nano_usd, 0)).toBe(request.charge_nano_usd);
    expect((await call("GET", `/requests?key=${API_KEY}`)).body.data.length).toBe(1);
    expect((await call("GET", `/requests/${id}`)).body.id).toBe(id);
    for (const none of ["status=error", "model=nothing", "user=nobody@example.com", "channel=none", "from=2100-01-01", "to=2000-01-01T00:00:00Z"]) {
      expect((await call("GET", `/requests?${none}`)).body).toEqual({ data: [], next_cursor: null });
    }
    expect((await call("GET", "/requests?status=fine")).status).toBe(400);
    expect((await call("GET", "/requests?from=yesterday")).status).toBe(400);
  });

  test("the owner reads his receipt through the relay, nobody else does, and it says nothing of channels", async () => {
    const { id, uuid } = await addCharge(database.pool, { email: "alice@example.com", model: "gpt-4o-mini", channel: "main", usage: { input: 10 }, outcome: "client_abort" });
    const { rows } = await database.pool.query<{ id: string; wallet: string }>("SELECT u.id, w.id AS wallet FROM users u JOIN wallets w ON w.owner_id = u.id WHERE u.email = 'alice@example.com'");
    const lookups = createRelayLookups(database.pool);
    const receipt = await lookups.generation(uuid, rows[0]!.id);
    expect(receipt).toMatchObject({ id, status: "cancelled", cancelled: true, total_cost_nano_usd: 1500, line_items: [{ bucket: "input", quantity: 10, unit_price_pico_usd: 150_000, amount_nano_usd: 1500 }] });
    expect(JSON.stringify(receipt)).not.toContain("main");
    expect(await lookups.generation(id, rows[0]!.id)).toEqual(receipt);
    expect(await lookups.generation(uuid, "00000000-0000-7000-8000-000000000001")).toBeUndefined();
    expect(await lookups.credits(rows[0]!.wallet)).toMatchObject({ totalUsageNano: 0n, balanceNano: 15_000_000_007n });
    expect((await call("GET", "/requests?status=cancelled")).body.data.map((request) => request.id)).toEqual([id]);
    const { rows: [key] } = await database.pool.query<{ id: string; spent: bigint }>(
      "SELECT k.id, (SELECT sum(charge_nano) FROM charges c WHERE c.key_id = k.id)::bigint AS spent FROM api_keys k JOIN charges c ON c.key_id = k.id WHERE c.id = $1", [uuid]);
    const walletId = rows[0]!.wallet, keyId = key!.id;
    expect(await lookups.keyUsage({ keyId, walletId, timeZone: "Asia/Kolkata" })).toMatchObject({ totalNano: key!.spent, monthNano: key!.spent, budgetNano: {} });
    expect(await lookups.chargedBetween({ walletId }, new Date(0), new Date(Date.now() + 60_000))).toBe(key!.spent);
    expect(await lookups.chargedBetween({ walletId, keyId: uuid }, new Date(0), new Date(Date.now() + 60_000))).toBe(0n);
    expect(await lookups.chargedBetween({ walletId, keyId }, new Date(0), new Date("2020-01-01"))).toBe(0n);
  });

  test("requests come in pages without gap or repeat", async () => {
    for (let i = 0; i < 6; i++) await addCharge(database.pool, { email: "alice@example.com", model: "gpt-4o-mini", channel: "main", usage: { input: i + 1 } });
    const seen: string[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const { body } = await call("GET", `/requests?limit=3${cursor ? `&cursor=${cursor}` : ""}`);
      seen.push(...body.data.map((request) => request.id));
      cursor = body.next_cursor;
    }
    expect([seen.length, new Set(seen).size]).toEqual([8, 8]);
    expect(seen).toEqual([...seen].sort().reverse());
  });

  test("the entries of each ledger transaction sum to zero", async () => {
    const { wallet } = (await call("GET", "/users/alice@example.com")).body;
    const { body } = await call("GET", `/ledger/transactions?wallet=${wallet.id}`);
    expect(body.data.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["opening", "manual_adjustment", "code"]));
    for (const { entries } of body.data) expect(entries.reduce((sum: number, entry) => sum + entry.amount_nano_usd, 0)).toBe(0);
    expect((await call("GET", "/ledger/check")).body).toEqual({ ok: true, data: [{ id: "I1", rows: 0 }] });
  });

  test("channels show the state of each key and no secret", async () => {
    const { body, text } = await call("GET", "/channels");
    expect(body.data[0]).toMatchObject({ name: "main", status: "active", keys: [{ suffix: "aaaa", status: "active", attempts: expect.any(Number) }, { status: "active" }] });
    expect(text).not.toContain("sk-upstream");
    expect((await call("POST", "/channels/main/test")).body).toMatchObject({ ok: true, status: 200, latency_ms: 12 });
    expect((await call("POST", "/channels/none/test")).status).toBe(404);
  });

  test("a channel's settings are read and written whole, and what is wrong in them is named", async () => {
    const settings = { params: [{ op: "clamp", path: "/temperature", max: 1 }], headers: [{ op: "set", name: "x-org", value: "acme" }], allow_service_tier: true };
    expect(await call("POST", "/channels/main/settings", { body: settings })).toMatchObject({ status: 200, body: settings });
    expect((await call("GET", "/channels/main/settings")).body).toEqual(settings);
    expect(await call("POST", "/channels/main/settings", { body: { headers: [{ op: "set", name: "Host", value: "x" }] } })).toMatchObject({ status: 400 });
    expect((await call("GET", "/channels/main/settings")).body).toEqual(settings);
    expect((await call("POST", "/channels/main/settings", { body: {} })).status).toBe(200);
    expect((await call("GET", "/channels/none/settings")).status).toBe(404);
    expect((await call("POST", "/channels/main/vendor-models")).body).toEqual({
      listed: true, note: null, gone: [{ name: "old", upstream_name: "old" }],
      models: [{ upstream_name: "gpt-4o-mini", name: "gpt-4o-mini", served: true, known: "sold" }, { upstream_name: "new", name: "new", served: false, known: "unknown" }],
    });
    expect((await call("POST", "/channels/none/vendor-models")).status).toBe(404);
    const learn = (model: string) => call("POST", "/channels/main/learn", { body: { model } });
    expect((await learn("gpt-4o-mini")).body).toEqual({ ok: true, note: null, without: ["responses"], lacks: ["vision"], changed: true, requests: 5 });
    expect((await learn("gpt-4o-mini")).body).toMatchObject({ changed: false });
    expect((await call("GET", "/channels/main/settings")).body).toEqual({ lacks: { "gpt-4o-mini": ["vision"] }, without: ["responses"] });
    expect((await learn("other")).body).toEqual({ ok: false, note: "It does not answer.", without: [], lacks: [], changed: false, requests: 1 });
    expect((await call("POST", "/channels/main/settings", { body: {} })).status).toBe(200);
  });
});

test("a proxy's password is sealed at rest, told to nobody again, and there for those who call", async () => {
  const save = (settings: object) => call("POST", "/channels/main/settings", { body: settings });
  const sealer = createSealer(shop.keys);
  const used = async (): Promise<string | undefined> => [...(await loadSnapshot({ pool: database.pool, sealer, clock: createClock() })).channels.values()].find(({ name }) => name === "main")!.settings.proxy;
  const saved = await save({ proxy: "http://ann:secret-word@10.0.0.5:3128", hide_ids: true });
  expect(saved).toMatchObject({ status: 200, body: { proxy: "http://ann@10.0.0.5:3128", hide_ids: true } });
  expect((await call("GET", "/channels/main/settings")).text).not.toContain("secret-word");
  const { rows } = await database.pool.query<{ text: string }>("SELECT row_to_json(c)::text AS text FROM channels c UNION ALL SELECT row_to_json(a)::text FROM audit_log a");
  expect(rows.filter(({ text }) => text.includes("secret-word"))).toEqual([]);
  expect(await used()).toBe("http://ann:secret-word@10.0.0.5:3128");
  expect((await readProbeSubject(database.pool, sealer, { name: "main" }))!.settings.proxy).toBe("http://ann:secret-word@10.0.0.5:3128");
  // It stays with its address and name, and goes with them.
  await save({ proxy: "http://ann@10.0.0.5:3128" });
  expect(await used()).toBe("http://ann:secret-word@10.0.0.5:3128");
  await save({ proxy: "http://ann@10.0.0.6:3128" });
  expect(await used()).toBe("http://ann@10.0.0.6:3128");
  await save({});
  expect(await used()).toBeUndefined();
  // A store file says it as well, and a second run changes nothing.
  const file = (password: string): string => `channels: [{ name: main, provider: openai, settings: { proxy: "http://bob:${password}@10.0.0.7:3128" } }]`;
  expect((await shop.apply(file("first"))).join()).not.toContain("first");
  expect(await used()).toBe("http://bob:first@10.0.0.7:3128");
  expect(await shop.apply(file("first"))).toEqual([]);
  await shop.apply(file("second"));
  expect(await used()).toBe("http://bob:second@10.0.0.7:3128");
  await save({});
});

test("the description names every call, without a token", async () => {
  const { status, body } = await call("GET", "/openapi.json", { token: "" });
  expect([status, body.openapi]).toEqual([200, "3.1.0"]);
  expect(Object.keys(body.paths as object)).toEqual(expect.arrayContaining([
    "/api/v1/users/{email}", "/api/v1/users/{email}/adjustments", "/api/v1/requests", "/api/v1/ledger/transactions", "/api/v1/ledger/check",
    "/api/v1/channels", "/api/v1/channels/{name}/settings", "/api/v1/channels/{name}/test", "/api/v1/codes", "/api/v1/codes/{code}/redemptions",
  ]));
});

test("every call stands in the audit log under the token's name, refused ones too, and codes only as hints", async () => {
  const { rows } = await database.pool.query<{ actor_id: string; action: string; reason: string | null; after: unknown }>("SELECT actor_id, action, reason, after FROM audit_log WHERE actor_type = 'token' ORDER BY seq");
  expect(rows).toEqual(expect.arrayContaining([
    expect.objectContaining({ actor_id: "scripts", action: "wallet.adjust" }),
    expect.objectContaining({ actor_id: "helpdesk", action: "api GET /ledger/transactions", reason: "refused" }),
    expect.objectContaining({ actor_id: "scripts", action: "api POST /codes/{code}/redemptions", reason: "code_not_found" }),
  ]));
  expect(JSON.stringify(rows)).not.toContain("RACE-CODE");
  expect((await verifyAudit(database.pool, shop.keys.auditKey)).brokenAt).toBeUndefined();
});
