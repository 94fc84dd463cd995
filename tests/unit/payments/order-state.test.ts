import { expect, test } from "vitest";
import { judge, nextCheck, ORDER_STATES, statusOf, type OrderFacts } from "#payments/order-state.ts";
import type { ProviderState } from "#payments/provider.ts";

const order: OrderFacts = { id: "o1", state: "open", provider: "stripe", livemode: false, sessionId: "cs_1", paymentId: null, customerId: "cus_1", currency: "USD", payMinor: 2_100n, resolved: false };
const state: ProviderState = { status: "paid", sessionId: "cs_1", amountMinor: 2_100n, taxMinor: 0n, currency: "USD", livemode: false, orderRefs: ["o1", "o1", "o1"], customerId: "cus_1", paymentId: "pi_1" };

test("money that agrees in everything is credited, from every state but paid", () => {
  for (const from of ORDER_STATES) expect(judge({ ...order, state: from }, "stripe", state).do).toBe(from === "paid" ? "nothing" : "credit");
});

test.each([
  ["amount", { amountMinor: 2_099n }], ["amount", { amountMinor: 2_101n }], ["currency", { currency: "EUR" }], ["livemode", { livemode: true }], ["session", { sessionId: "cs_2" }],
  ["owner", { customerId: "cus_2" }], ["owner", { customerId: null }], ["order", { orderRefs: ["o1", "o2", "o1"] }], ["order", { orderRefs: ["o1", null] }], ["order", { orderRefs: [] }],
] as const)("a wrong %s is held for review: %o", (what, change) => {
  const verdict = judge(order, "stripe", { ...state, ...change });
  expect(verdict).toMatchObject({ do: "review" });
  expect(verdict.do === "review" && verdict.checks.filter(({ ok }) => !ok).map((check) => check.what)).toEqual([what]);
});

test("a payment without a number, of another provider, or of another number than known is held for review", () => {
  const { paymentId: _none, ...without } = state;
  expect(judge(order, "stripe", without).do).toBe("review");
  expect(judge(order, "epay", state).do).toBe("review");
  expect(judge({ ...order, paymentId: "pi_0" }, "stripe", state).do).toBe("review");
});

test("states only move on: nothing leads back to open, and what is settled by a person stays", () => {
  const to = (from: OrderFacts["state"], status: ProviderState["status"]) => judge({ ...order, state: from }, "stripe", { ...state, status }).do;
  expect(ORDER_STATES.filter((from) => to(from, "open") === "move")).toEqual(["created"]);
  expect(ORDER_STATES.filter((from) => to(from, "processing") === "move")).toEqual(["created", "open", "failed", "expired"]);
  for (const end of ["failed", "expired"] as const) expect(ORDER_STATES.filter((from) => to(from, end) === "move")).toEqual(["created", "open", "processing"]);
  expect(judge({ ...order, state: "failed", resolved: true }, "stripe", state).do).toBe("nothing");
});

test("the provider is asked every two minutes at the latest while the buyer can pay, then ever less, and three days at most", () => {
  const createdAt = new Date(0);
  const expiresAt = new Date(7_200_000);
  const pause = (nowMs: number, of: OrderFacts["state"] = "open") => {
    const next = nextCheck({ state: of, createdAt, expiresAt }, nowMs);
    return next && (next.getTime() - nowMs) / 60_000;
  };
  expect([pause(0), pause(90_000), pause(7_000_000), pause(7_300_000), pause(10_000_000), pause(100_000_000)]).toEqual([1, 2, 2, 5, 15, 60]);
  expect([pause(7_200_000 + 3 * 86_400_000 + 1), pause(1, "paid"), pause(1, "review")]).toEqual([undefined, undefined, undefined]);
});

test("what outsiders are told", () => {
  const told = (over: Partial<Parameters<typeof statusOf>[0]>) => statusOf({ state: "paid", paidMinor: 2_100n, refundedMinor: 0n, disputed: false, ...over });
  expect([told({}), told({ refundedMinor: 1n }), told({ refundedMinor: 2_100n }), told({ disputed: true, refundedMinor: 1n })]).toEqual(["paid", "partially_refunded", "refunded", "disputed"]);
  expect((["created", "open", "processing", "review", "failed", "expired"] as const).map((each) => told({ state: each }))).toEqual(["open", "open", "open", "open", "failed", "expired"]);
});
