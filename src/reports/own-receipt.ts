import { effectivePico, pico, ppm } from "#money/amount.ts";
import { FLAG } from "#money/charge.ts";
import type { PriceDocument } from "#money/price-document.ts";
import { tokenPrice } from "#money/price-items.ts";
import { injectionOf, warningsOf, type ReceiptLine, type RequestStatus, type UsageView } from "#reports/receipt.ts";
import type { Receipt } from "#reports/receipts.store.ts";

/** Which row of the published policy a charge follows. */
export const RULES = [
  "normal", "estimated", "suspect", "empty_free", "empty_billed", "left_free", "left_input", "left_stream", "failed", "broken_free", "broken",
  "refused", "blocked_free", "cut", "interrupted",
] as const;
export type Rule = (typeof RULES)[number];

/** Who has to change something so that it works. */
export const FAULTS = ["request", "account", "vendor", "shop"] as const;
export type Fault = (typeof FAULTS)[number];

export type OwnReceiptLine = Readonly<{
  item: string; quantity: number; unitPico: bigint;
  /** List price, where it and the factors together give the price that was charged. */
  listPico: bigint | null;
  amountPico: bigint;
}>;

/** A receipt as the request's owner reads it: the stored lines, and nothing of channels, vendors' keys and cost. */
export type OwnReceipt = Readonly<{
  id: string; at: Date; status: RequestStatus; outcome: string; httpStatus: number; errorCode: string | null; fault: Fault | null;
  model: string; vendor: string | null; modelAsked: string | null; key: Readonly<{ id: string; name: string | null; internal: boolean }> | null;
  endpoint: string; stream: boolean; finish: string | null; usage: UsageView; usageSource: string;
  lines: readonly OwnReceiptLine[]; factors: readonly Readonly<{ source: string; name: string; ppm: number }>[];
  sumPico: bigint;
  /** What rounding up to whole nano-dollars added. */
  roundingPico: bigint;
  chargeNano: bigint; holdNano: bigint; releasedNano: bigint; drawn: Readonly<{ lots: bigint; paid: bigint; debt: bigint }>;
  settledAt: Date | null; settlementId: string;
  priceVersion: bigint; priceSince: Date;
  /** The highest price step passed, and the input that passed it. */
  tier: Readonly<{ over: number; input: number }> | null;
  rule: Rule; waived: boolean;
  /** Further tries before the answer; they are not charged. */
  retries: number;
  /** What of the request could not be carried, by the codes of `x-modelmart-warn`. */
  warnings: readonly string[];
  /** The shop's own words in the request, as tokens of its input; `absorbed` = the shop pays for them. */
  injected: Readonly<{ tokens: number; absorbed: boolean }> | null;
  ttftMs: number | null; latencyMs: number | null;
}>;

/** What a receipt needs beside the charge itself. */
export type ReceiptFacts = Readonly<{
  vendor: string | null; keyKind: string | null; settlementId: string; settledAt: Date | null; priceSince: Date; document: PriceDocument;
}>;

export function ownReceipt(receipt: Receipt, facts: ReceiptFacts): OwnReceipt {
  const { lines, chargeNano, holdNano } = receipt;
  const sumPico = lines.reduce((sum, { amountPico }) => sum + amountPico, 0n);
  const internal = facts.keyKind === "internal";
  return {
    id: receipt.id, at: receipt.at, status: receipt.status, outcome: receipt.outcome, httpStatus: receipt.httpStatus, errorCode: receipt.errorCode,
    fault: faultOf(receipt), model: receipt.model, vendor: facts.vendor, modelAsked: receipt.modelAsked === receipt.model ? null : receipt.modelAsked,
    key: receipt.keyId === null ? null : { id: receipt.keyId, name: internal ? null : receipt.keyName, internal },
    endpoint: receipt.endpoint, stream: receipt.stream, finish: receipt.finish, usage: receipt.usage, usageSource: receipt.usageSource,
    lines: [...lines].sort(byPlace).map((line) => withList(line, receipt, facts.document)),
    factors: receipt.multipliers.map(({ source, name, ppm: factor }) => ({ source, name, ppm: factor })),
    sumPico, roundingPico: chargeNano * 1_000n - sumPico, chargeNano, holdNano,
    releasedNano: holdNano > chargeNano ? holdNano - chargeNano : 0n, drawn: receipt.paid,
    settledAt: facts.settledAt, settlementId: facts.settlementId, priceVersion: receipt.priceVersion, priceSince: facts.priceSince,
    tier: tierOf(receipt.usage, facts.document), rule: ruleOf(receipt), waived: (receipt.flags & FLAG.WAIVED) !== 0,
    retries: Math.max(0, receipt.attempts.length - 1), warnings: warningsOf(receipt.detail), injected: injectionOf(receipt.detail), ttftMs: receipt.ttftMs, latencyMs: receipt.latencyMs,
  };
}

const ORDER = ["input", "cache_read", "cache_write_5m", "cache_write_1h", "input_audio", "input_image", "input_video", "cache_read_audio", "output", "reasoning"];
const placeOf = (item: string): number => {
  const place = ORDER.indexOf(item.split(":")[0]!);
  return place < 0 ? ORDER.length : place;
};
const byPlace = (a: ReceiptLine, b: ReceiptLine): number => placeOf(a.item) - placeOf(b.item);

/** The list price is shown only where list × factors is what was charged: in a price step of its own it would not be. */
function withList({ item, quantity, unitPico, amountPico }: ReceiptLine, { multipliers }: Receipt, { items }: PriceDocument): OwnReceiptLine {
  const prices = Object.fromEntries(Object.entries(items).map(([name, price]) => [name, pico(BigInt(price))]));
  const list = tokenPrice(prices, item);
  const fits = list !== undefined && effectivePico(list, multipliers.map(({ ppm: factor }) => ppm(factor))) === unitPico;
  return { item, quantity, unitPico, listPico: fits ? list : null, amountPico };
}

function tierOf(usage: UsageView, { tiers }: PriceDocument): OwnReceipt["tier"] {
  const input = usage.input + usage.cache_read + usage.cache_write_5m + usage.cache_write_1h
    + ["input_audio", "cache_read_audio", "input_image", "input_video"].reduce((sum, item) => sum + (usage.other?.[item] ?? 0), 0);
  const passed = tiers?.filter(({ over }) => input > over).map(({ over }) => over) ?? [];
  return passed.length > 0 ? { over: Math.max(...passed), input } : null;
}

function ruleOf({ outcome, usageSource, flags, chargeNano, usage }: Receipt): Rule {
  const free = chargeNano === 0n;
  switch (outcome) {
    case "empty": return free ? "empty_free" : "empty_billed";
    case "client_abort": return usage.output + usage.reasoning > 0 ? "left_stream" : free ? "left_free" : "left_input";
    case "upstream_error": return "failed";
    case "upstream_abort": return free ? "broken_free" : "broken";
    case "refused": return (flags & FLAG.WAIVED) !== 0 ? "blocked_free" : "refused";
    case "cut_no_credit": return "cut";
    case "interrupted": return "interrupted";
    default: return (flags & FLAG.SUSPECT_USAGE) !== 0 ? "suspect" : usageSource === "estimated" ? "estimated" : "normal";
  }
}

const BY_REQUEST = /^(?:invalid_|missing_|unsupported_|context_length|content_policy|model_not_|endpoint_not_|not_found|method_|request_|upstream_request_rejected)/;
const BY_ACCOUNT = /^(?:insufficient_quota|account_|budget_|low_balance|key_|ip_not_|rate_limit|concurrency_)/;
const BY_VENDOR = /^(?:upstream_|bad_upstream)/;

function faultOf({ status, outcome, errorCode }: Receipt): Fault | null {
  if (status !== "error") return null;
  if (outcome === "cut_no_credit") return "account";
  if (outcome === "interrupted") return "shop";
  if (errorCode === null) return "vendor";
  if (BY_REQUEST.test(errorCode)) return "request";
  if (BY_ACCOUNT.test(errorCode)) return "account";
  return BY_VENDOR.test(errorCode) ? "vendor" : "shop";
}
