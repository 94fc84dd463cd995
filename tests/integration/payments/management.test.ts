import { expect, test } from "vitest";
import { createManagementApi } from "#management/index.ts";
import { createSealer } from "#platform/crypto/seal.ts";
import { createLog } from "#platform/log.ts";
import { TOKEN } from "../../support/test-shop.ts";
import { openDesk, usd, type Desk } from "./desk.ts";

type Body = Readonly<Record<string, unknown>> & Readonly<{ id: string; error: Readonly<{ code: string; details?: unknown }>; data: readonly Readonly<Record<string, unknown>>[]; checkout_url: string; next_cursor: string | null }>;

async function open(): Promise<{ desk: Desk; call: (method: string, path: string, body?: unknown) => Promise<{ status: number; body: Body }> }> {
  const desk = await openDesk({ settings: { "payments.fee_percent": "5" } });
  await desk.shop.apply(`management_tokens:\n  - { name: scripts, secret: ${TOKEN}, role: operator }`);
  const api = createManagementApi({
    pool: desk.db.pool, keys: desk.shop.keys, sealer: createSealer(desk.shop.keys), log: createLog({ level: "silent", format: "json" }), payments: desk.payments, testChannel: async () => undefined, vendorModels: async () => undefined, learnChannel: async () => undefined, checkInvariants: async () => [],
  });
  return {
    desk,
    async call(method, path, body) {
      const response = await api(new Request(`http://shop.test/api/v1${path}`, {
        method, headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" }, ...(body !== undefined && { body: JSON.stringify(body) }),
      }));
      return { status: response.status, body: (await response.json()) as Body };
    },
  };
}

test("a script orders, pays, and refunds by the management REST; each key acts once", async () => {
  const { desk, call } = await open();
  const [buyer, other] = [await desk.buyer(), await desk.buyer()];
  const ask = { user: buyer.email, amount_usd: "20", idempotency_key: "o1" };
  const made = await call("POST", "/orders", ask);
  expect([made.status, made.body]).toEqual([201, expect.objectContaining({ status: "open", state: "open", credit_nano_usd: 20_000_000_000, pay_minor: "2100", currency: "USD", checkout_url: expect.stringContaining("/pay/") })]);
  const again = await call("POST", "/orders", ask);
  expect([again.status, again.body.id, again.body.checkout_url]).toEqual([200, made.body.id, made.body.checkout_url]);
  expect((await call("POST", "/orders", { ...ask, amount_usd: 21 })).body.error.code).toBe("idempotency_conflict");
  expect((await call("POST", "/orders", { ...ask, user: other.email })).body.error.code).toBe("idempotency_conflict");
  expect((await call("POST", "/orders", { ...ask, amount_usd: "0.10", idempotency_key: "o2" })).status).toBe(400);
  expect((await call("POST", "/orders", { ...ask, user: "nobody@example.com", idempotency_key: "o3" })).status).toBe(404);
  expect((await call("POST", `/orders/${made.body.id}/refunds`, { amount_usd: 1, reason: "early", idempotency_key: "r0" })).body.error).toMatchObject({ code: "not_refundable" });

  desk.stripe.acts.pay([...desk.stripe.books.sessions.keys()][0]!);
  await desk.stripe.settled();
  const statuses = async () => (await call("GET", `/orders?user=${buyer.email}`)).body.data.map(({ status }) => status);
  expect(await statuses()).toEqual(["paid"]);

  const refund = { amount_usd: "5.00", reason: "asked for", idempotency_key: "r1" };
  const parts = await Promise.all(Array.from({ length: 5 }, () => call("POST", `/orders/${made.body.id}/refunds`, refund)));
  expect(new Set(parts.map(({ body }) => body.id)).size).toBe(1);
  expect(parts[0]!.body).toMatchObject({ credit_nano_usd: 5_000_000_000, amount_minor: "525" });
  expect(await statuses()).toEqual(["partially_refunded"]);
  await desk.spendDownTo(buyer, usd(5));
  const tooMuch = await call("POST", `/orders/${made.body.id}/refunds`, { ...refund, amount_usd: 15, idempotency_key: "r2" });
  expect([tooMuch.status, tooMuch.body.error]).toEqual([409, expect.objectContaining({ code: "insufficient_balance", details: { refundable_usd: "5.00", refundable_minor: "525" } })]);
  expect((await call("POST", `/orders/${made.body.id}/refunds`, { ...refund, amount_usd: 4 })).body.error.code).toBe("idempotency_conflict");
  await desk.sound();
});

test("orders are listed in pages, by user and by status", async () => {
  const { desk, call } = await open();
  const buyer = await desk.buyer();
  const paid = await desk.paid(buyer, usd(10));
  desk.stripe.acts.dispute(paid.payment);
  const left = await desk.order(buyer, usd(10));
  desk.stripe.acts.expire(left.session);
  const refunded = await desk.paid(buyer, usd(10));
  desk.stripe.acts.refund(refunded.payment, 1_050);
  await desk.stripe.settled();
  await desk.order(buyer, usd(10));
  const seen: unknown[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const { body } = await call("GET", `/orders?limit=3${cursor ? `&cursor=${cursor}` : ""}`);
    seen.push(...body.data.map(({ status }) => status));
    cursor = body.next_cursor;
  }
  expect(seen).toEqual(["open", "refunded", "expired", "disputed"]);
  for (const status of ["open", "refunded", "expired", "disputed"]) expect((await call("GET", `/orders?status=${status}`)).body.data).toHaveLength(1);
  for (const status of ["paid", "failed", "partially_refunded"]) expect((await call("GET", `/orders?status=${status}`)).body.data).toHaveLength(0);
});
