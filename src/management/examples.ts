/** One call of the description as it may look: what stands in the address, what is sent, and what comes back. */
export type Example = Readonly<{ path?: Readonly<Record<string, string>>; query?: Readonly<Record<string, string>>; body?: unknown; answer: unknown }>;

const WALLET = { id: "0199a6f2-7c1e-7a52-9c4e-51f0b1f3a7d2", balance_nano_usd: 12_345_678_900, balance_usd: "12.3456789", held_nano_usd: 0 };
const EMAIL = { email: "ann@example.com" };
const CHANNEL = { name: "openai-main" };

const REQUEST = {
  id: "req_01K6KF5T3RFNJ9R7HX2M8QZV4D", created_at: "2026-11-20T09:31:07.214Z", user: "ann@example.com",
  key: { id: "0199a6f3-0b5d-7e11-8f60-3c2a5e9d4b17", name: "production" }, wallet_id: WALLET.id, model: "gpt-4.1", model_asked: null, channel: "openai-main",
  group: "default", endpoint: "chat", stream: true, status: "ok", outcome: "ok", http_status: 200, finish_reason: "stop", error_code: null,
  usage: { input: 1200, cache_read: 0, cache_write_5m: 0, cache_write_1h: 0, output: 300, reasoning: 0, images: 0, seconds: 0 }, usage_source: "upstream",
  charge_nano_usd: 5_760_000, cost_nano_usd: 4_800_000, hold_nano_usd: 43_000_000, drawn: { lots_nano_usd: 0, paid_nano_usd: 5_760_000, debt_nano_usd: 0 },
  price_version: 41, flags: 0, multipliers: [{ source: "group", name: "default", ppm: 1_000_000 }],
  lines: [
    { item: "input", quantity: 1200, unit_pico_usd: 2_400_000, amount_pico_usd: "2880000000", amount_nano_usd: 2_880_000 },
    { item: "output", quantity: 300, unit_pico_usd: 9_600_000, amount_pico_usd: "2880000000", amount_nano_usd: 2_880_000 },
  ],
  attempts: [{ n: 1, channel: "openai-main", status: 200, error_class: null, upstream_model: "gpt-4.1-2025-04-14", latency_ms: 2140, first_token_ms: 410, cost_nano_usd: 4_800_000 }],
  latency_ms: 2146, first_token_ms: 416,
};

const TRANSACTION = {
  id: "0199a6f4-51a0-7c0d-b3e8-6f1d2a9c8e04", kind: "manual_adjustment", idempotency_key: "adjust:0199a6f0:ticket-4711", posted_at: "2026-11-20T09:12:44.000Z",
  actor: { type: "operator", id: "token:billing-script" }, reference: null, reason: "token billing-script: Goodwill, ticket 4711",
  entries: [{ account: "expense:goodwill", amount_nano_usd: 5_000_000_000 }, { account: `wallet:${WALLET.id}:lots`, amount_nano_usd: -5_000_000_000 }],
};

const CHANNEL_ROW = {
  id: "0199a6f1-2d4b-7f90-a1c3-8e5d7b6a9f20", number: 1, name: "openai-main", provider: "openai", base_url: null, status: "active", reason: null, priority: 10, weight: 100,
  models: ["gpt-4.1", "gpt-4.1-mini"], groups: ["default"],
  keys: [{
    id: "0199a6f1-2d4c-7a33-9b02-4f6e8d1c5a7b", suffix: "x9Qe", fingerprint: "5f0c1b7a", status: "active", reason: null, disabled_at: null,
    attempts: 214, failures: 1, last_error: "rate", last_used_at: "2026-11-20T09:31:05.068Z",
  }],
};

const SETTINGS = {
  params: [{ op: "clamp", path: "/temperature", max: 1 }], headers: [{ op: "set", name: "x-team", value: "shop" }],
  system: { mode: "if_absent", text: "Answer in the language of the question." }, allow_service_tier: true,
};

const CODE = {
  id: "0199a6f5-93b7-7d48-8a1f-2c7e6b5d4a30", hint: "7QXM…K4", amount_nano_usd: 10_000_000_000, amount_usd: "10.00", uses: 1, used: 0, per_user: 1, status: "active",
  expires: "2027-01-31T00:00:00.000Z", created_at: "2026-11-20T10:02:18.430Z",
};

const ORDER = {
  id: "0199a6f6-04c9-7b15-9e72-1d8f3a6c5b42", number: "ORD-20261120-7KQ2M9XF", user: "ann@example.com", status: "open", state: "open", credit_nano_usd: 20_000_000_000, credit_usd: "20.00",
  bonus_nano_usd: 0, bonus_usd: "0.00", refunded_nano_usd: 0, refunded_usd: "0.00", currency: "usd", pay_minor: "2000", provider: "stripe",
  created_at: "2026-11-20T10:15:00.000Z", paid_at: null, expires_at: "2026-11-20T11:15:00.000Z", invoice: null,
};
const PAID = { ...ORDER, status: "paid", state: "paid", paid_at: "2026-11-20T10:16:31.000Z", invoice: "INV-2026-000117" };
const REFUNDED = { ...PAID, status: "partially_refunded", refunded_nano_usd: 5_000_000_000, refunded_usd: "5.00" };

/** By method and path, for the description. */
export const EXAMPLES: Readonly<Record<string, Example>> = {
  "GET /users/{email}": {
    path: EMAIL,
    answer: { id: "0199a6f2-7c1d-7e08-b6a4-9d3c2f1e8b57", email: "ann@example.com", name: "Ann", role: "customer", group: "default", status: "active", created_at: "2026-10-02T08:00:00.000Z", wallet: WALLET },
  },
  "POST /users/{email}/adjustments": {
    path: EMAIL,
    body: { amount_usd: "5.00", reason: "Goodwill, ticket 4711", idempotency_key: "ticket-4711" },
    answer: { id: TRANSACTION.id, amount_nano_usd: 5_000_000_000, amount_usd: "5.00", wallet: { ...WALLET, balance_nano_usd: 17_345_678_900, balance_usd: "17.3456789" } },
  },
  "GET /requests": { query: { user: "ann@example.com", limit: "1" }, answer: { data: [REQUEST], next_cursor: "MDE5OWE2ZjctMWEyYi03YzNkLThlNGYtNWE2YjdjOGQ5ZTBm" } },
  "GET /requests/{id}": { path: { id: REQUEST.id }, answer: REQUEST },
  "GET /ledger/transactions": { query: { wallet: WALLET.id }, answer: { data: [TRANSACTION], next_cursor: null } },
  "GET /ledger/check": { answer: { ok: true, data: [{ id: "I1", rows: 0 }, { id: "I2", rows: 0 }, { id: "I3", rows: 0 }] } },
  "GET /channels": { answer: { data: [CHANNEL_ROW], next_cursor: null } },
  "POST /channels/{name}/test": { path: CHANNEL, answer: { ok: true, status: 200, latency_ms: 640, model: "gpt-4.1-mini", request_id: "req_01K6KF8W2C5A7N3DTP9YB4M6QE", error: null } },
  "POST /channels/{name}/vendor-models": {
    path: CHANNEL,
    answer: { listed: true, note: null, models: [{ upstream_name: "gpt-4.1", name: "gpt-4.1", served: true, known: "sold" }, { upstream_name: "gpt-5.2", name: "gpt-5.2", served: false, known: "priced" }], gone: [{ name: "gpt-4-32k", upstream_name: "gpt-4-32k" }] },
  },
  "POST /channels/{name}/learn": { path: CHANNEL, body: { model: "gpt-4.1" }, answer: { ok: true, note: null, without: ["responses"], lacks: ["audio_in"], changed: true, requests: 6 } },
  "GET /channels/{name}/settings": { path: CHANNEL, answer: SETTINGS },
  "POST /channels/{name}/settings": { path: CHANNEL, body: SETTINGS, answer: SETTINGS },
  "GET /codes": { query: { limit: "1" }, answer: { data: [CODE], next_cursor: null } },
  "POST /codes": { body: { amount: "10.00", uses: 1, expires: "2027-01-31" }, answer: { code: "7QXM-2D9F-H3VT-RSK4", ...CODE } },
  "POST /codes/{code}/redemptions": {
    path: { code: "7QXM-2D9F-H3VT-RSK4" },
    body: { user: "ann@example.com" },
    answer: { id: "0199a6f5-c2d1-7a66-b0f9-3e8d7c6b5a41", credit_nano_usd: 10_000_000_000, credit_usd: "10.00", wallet: { ...WALLET, balance_nano_usd: 22_345_678_900, balance_usd: "22.3456789" } },
  },
  "GET /orders": { query: { user: "ann@example.com", status: "paid" }, answer: { data: [PAID], next_cursor: null } },
  "POST /orders": { body: { user: "ann@example.com", amount_usd: "20.00", idempotency_key: "invoice-2026-11" }, answer: { ...ORDER, checkout_url: "https://checkout.stripe.com/c/pay/cs_live_a1b2c3" } },
  "POST /orders/{id}/refunds": {
    path: { id: ORDER.id },
    body: { amount_usd: "5.00", reason: "Bought twice by mistake", idempotency_key: "ticket-4712" },
    answer: { id: "0199a6f8-6e3f-7c94-a5d2-7b1c9e8f6d53", status: "pending", credit_nano_usd: 5_000_000_000, credit_usd: "5.00", amount_minor: "500", order: REFUNDED },
  },
};
