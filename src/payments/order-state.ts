import type { ProviderState } from "#payments/provider.ts";

export const ORDER_STATES = ["created", "open", "processing", "paid", "failed", "expired", "review"] as const;
export type OrderState = (typeof ORDER_STATES)[number];

/** What outsiders are told, payments that went back included. */
export const ORDER_STATUSES = ["open", "paid", "failed", "expired", "refunded", "partially_refunded", "disputed"] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

/** What of an order decides its fate. */
export type OrderFacts = Readonly<{
  id: string;
  state: OrderState;
  provider: string;
  livemode: boolean;
  sessionId: string | null;
  paymentId: string | null;
  customerId: string | null;
  currency: string;
  payMinor: bigint;
  /** Money that did not match has been dealt with by a person: nothing may happen by itself any more. */
  resolved: boolean;
}>;

/** One thing that must agree before credit is given. */
export type Check = Readonly<{ what: "provider" | "livemode" | "session" | "payment" | "owner" | "order" | "currency" | "amount"; ok: boolean; ours: string; theirs: string }>;

/** What is to be done with an order, given the provider's present truth. */
export type Verdict =
  | Readonly<{ do: "nothing" }>
  | Readonly<{ do: "move"; to: Exclude<OrderState, "paid" | "review"> }>
  | Readonly<{ do: "credit"; checks: readonly Check[] }>
  | Readonly<{ do: "review"; checks: readonly Check[] }>;

/** From where each state can be reached; `paid` from everywhere, by credit alone. */
const FROM: Readonly<Record<"open" | "processing" | "failed" | "expired", readonly OrderState[]>> = {
  open: ["created"],
  processing: ["created", "open", "failed", "expired"],
  failed: ["created", "open", "processing"],
  expired: ["created", "open", "processing"],
};

/** Decides by states alone; the same truth twice decides nothing the second time. */
export function judge(order: OrderFacts, provider: string, state: ProviderState): Verdict {
  if (order.state === "paid" || order.resolved) return { do: "nothing" };
  if (state.status !== "paid") return FROM[state.status].includes(order.state) ? { do: "move", to: state.status } : { do: "nothing" };
  const checks = compare(order, provider, state);
  return { do: checks.every(({ ok }) => ok) ? "credit" : "review", checks };
}

/** Everything that must agree, each with both sides; money that differs in one is never credited. */
export function compare(order: OrderFacts, provider: string, state: ProviderState): readonly Check[] {
  const check = (what: Check["what"], ours: string | null, theirs: string | null, ok = ours === theirs): Check => ({ what, ok, ours: ours ?? "", theirs: theirs ?? "" });
  const strange = state.orderRefs.find((ref) => ref !== order.id);
  return [
    check("provider", order.provider, provider),
    check("livemode", order.livemode ? "live" : "test", state.livemode ? "live" : "test"),
    check("session", order.sessionId, state.sessionId, order.sessionId === null || order.sessionId === state.sessionId),
    check("payment", order.paymentId, state.paymentId ?? null, state.paymentId !== undefined && (order.paymentId === null || order.paymentId === state.paymentId)),
    check("owner", order.customerId, state.customerId, order.customerId === null || order.customerId === state.customerId),
    check("order", order.id, strange === undefined ? order.id : strange ?? "", state.orderRefs.length > 0 && strange === undefined),
    check("currency", order.currency, state.currency),
    check("amount", order.payMinor.toString(), state.amountMinor.toString()),
  ];
}

/** The word for outsiders. */
export function statusOf(order: Readonly<{ state: OrderState; paidMinor: bigint; refundedMinor: bigint; disputed: boolean }>): OrderStatus {
  if (order.state === "failed" || order.state === "expired") return order.state;
  if (order.state !== "paid") return "open";
  if (order.disputed) return "disputed";
  if (order.refundedMinor === 0n) return "paid";
  return order.refundedMinor >= order.paidMinor ? "refunded" : "partially_refunded";
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Money may come late; after this nothing is asked any more. */
const GIVE_UP_MS = 3 * DAY_MS;
/** Pause by how long the order's end is past. */
const LATER: readonly (readonly [sinceMs: number, pauseMs: number])[] = [[15 * MINUTE_MS, 5 * MINUTE_MS], [120 * MINUTE_MS, 15 * MINUTE_MS], [Infinity, 60 * MINUTE_MS]];

/**
 * When the provider is to be asked next: while the buyer can pay, every two minutes at the latest; afterwards ever less.
 *
 * @returns undefined when there is nothing more to wait for
 */
export function nextCheck(order: Readonly<{ state: OrderState; createdAt: Date; expiresAt: Date }>, nowMs: number): Date | undefined {
  const endMs = order.expiresAt.getTime();
  if (order.state === "paid" || order.state === "review" || nowMs > endMs + GIVE_UP_MS) return undefined;
  if (nowMs < endMs && order.state !== "processing") return new Date(nowMs + (nowMs - order.createdAt.getTime() < MINUTE_MS ? 1 : 2) * MINUTE_MS);
  const [, pauseMs] = LATER.find(([sinceMs]) => nowMs - endMs < sinceMs)!;
  return new Date(nowMs + pauseMs);
}
