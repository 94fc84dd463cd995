import type { Nano, Pico } from "#money/amount.ts";
import type { RateCard } from "#money/rate-card.ts";
import type { Quantities, UsageSource } from "#money/usage.ts";

/** How a request ended. `status` of lists: ok = ok, empty, refused; cancelled = client_abort; error = the rest. */
export type Outcome =
  | "ok" | "empty" | "client_abort" | "upstream_error" | "upstream_abort" | "refused" | "cut_no_credit" | "interrupted";

/** Bits of `charges.flags`. */
export const FLAG = {
  UNPRICED: 1,
  SUSPECT_USAGE: 2,
  USAGE_INCONSISTENT: 4,
  /** Worst case was not held (guarded modes). */
  GUARDED: 8,
  WAIVED: 16,
  /** A time-out after which the vendor may have billed us. */
  POSSIBLE_UPSTREAM_COST: 32,
  /** Counted from bytes because the tokenizer's queue was full or memory was short. */
  BYTE_ESTIMATE: 64,
} as const;

/** One try on one channel key. */
export type AttemptRecord = Readonly<{
  channelId: string;
  /** Channel key id. */
  credential?: string | undefined;
  upstreamModel?: string | undefined;
  upstreamId?: string | undefined;
  errorClass?: string | undefined;
  status?: number | undefined;
  latencyMs?: number | undefined;
  ttftMs?: number | undefined;
  usage?: Readonly<Record<string, unknown>> | undefined;
  costPico: Pico;
}>;

/** A spending window that the charge counts in. `startsAtMs` = start of the window of the admission. */
export type BudgetWindowRef = Readonly<{ scope: string; period: "day" | "week" | "month" | "total"; startsAtMs: number }>;

/**
 * Everything the settlement needs for one request; goes into the journal before the end of the answer is released.
 * `id` is the request's UUIDv7; `at` is derived from it.
 */
export type ChargeRecord = Readonly<{
  id: string;
  walletId: string;
  userId: string;
  keyId?: string | undefined;
  modelId: string;
  channelId?: string | undefined;
  groupId?: string | undefined;
  card: RateCard;
  outcome: Outcome;
  usageSource: UsageSource;
  quantities: Quantities;
  sumPico: Pico;
  chargeNano: Nano;
  costPico: Pico;
  flags: number;
  endpoint: string;
  stream: boolean;
  httpStatus: number;
  modelAsked?: string | undefined;
  finish?: string | undefined;
  errorCode?: string | undefined;
  holdNano: Nano;
  /** Dialect, native finish, warn codes, tags, agent family; never content. */
  detail?: Readonly<Record<string, unknown>> | undefined;
  latencyMs?: number | undefined;
  ttftMs?: number | undefined;
  attempts: readonly AttemptRecord[];
  budgets: readonly BudgetWindowRef[];
}>;
