import type { PoolClient } from "pg";
import type { Nano } from "#money/amount.ts";
import type { ChargeRecord, BudgetWindowRef } from "#money/charge.ts";
import type { RateCard } from "#money/rate-card.ts";

/** A money limit on a key or user, with its window at admission. */
export type BudgetLimit = BudgetWindowRef & Readonly<{ limitNano: Nano; /** When the window ends; absent for `total`. */ endsAtMs?: number }>;

/** What the relay knows before it sends; turned into a hold by `quote.ts`. */
export type Ask = Readonly<{
  requestId: string;
  admittedAtMs: number;
  walletId: string;
  userId: string;
  keyId?: string;
  modelId: string;
  groupId?: string;
  endpoint: string;
  /** The dearest card that this request could be charged with (highest reachable tier). */
  card: RateCard;
  stream: boolean;
  /** Upper bound of input tokens: utf8 bytes of all text + 16 per message + 1,000 if tools, capped by the context window. */
  inputTokensMax: number;
  /** Better count of input tokens, on demand (tokenizer worker); undefined when it takes too long. */
  countInput?: (() => Promise<number | undefined>) | undefined;
  /** Client's cap on output tokens (already min'ed with the model's limit); undefined = none given. */
  maxOutputTokens?: number | undefined;
  /** The model's own limit; undefined = unknown (then the context window or 32,768). */
  modelMaxOutput?: number | undefined;
  /** Answers asked for; default 1. */
  candidates: number;
  /** False for embeddings: no output tokens are held. */
  producesTokens: boolean;
  /** Other worst-case quantities by price-book item (images, characters, server tool calls). */
  items?: Readonly<Record<string, number>>;
  /** The money waits for work that may never begin: nothing is noted of it until `Hold.begin`, so that a crash leaves no trace. */
  beginsLater?: boolean;
  /** Limits that apply; the scopes `key:<id>` and `user:<id>` with period `total` are always counted, limited or not. */
  budgets: readonly BudgetLimit[];
}>;

/** Bounds of a request that another model would serve: what is left out stays as it was asked. */
export type HoldSize = Readonly<Partial<Pick<Ask, "inputTokensMax" | "maxOutputTokens" | "modelMaxOutput" | "items">>>;

export type HoldMode = "free" | "rich" | "guarded-stream" | "guarded-single";

/** Money set aside for one request. Exactly one `finish` or `release` ends it. */
export interface Hold {
  readonly mode: HoldMode;
  /** The most that was held so far, for the receipt. */
  readonly heldNano: Nano;
  /** Guarded single without a client cap: the `max_tokens` to send upstream, reported as `x-modelmart-max-tokens`. */
  readonly maxTokens?: number;
  /** The work that the money waited for begins: noted from now on as every request is. Nothing where it has been. */
  begin(): void;
  /**
   * Guarded streams: tell how many output tokens have been delivered (estimate); returns false when the money
   * is used up and the stream must be cut. Cheap; call per chunk. Always true in other modes.
   */
  delivered(outputTokens: number): boolean;
  /** Raises the hold to cover another card (dearer route), and other bounds; false = no cover, and nothing has changed. */
  raise(card: RateCard, size?: HoldSize): Promise<boolean>;
  /**
   * Writes the charge down; resolves when it is durable, after which the end of the answer may be released.
   * Without any record for the request's own wallet it is never called twice.
   */
  finish(record: ChargeRecord): Promise<void>;
  /** Ends it in place of `finish` when nothing was done for it: no charge is written, not even one of nothing. */
  release(): void;
}

/** What is set aside for it; `maxTokens` is the cap to put on the answer where the client gave none and the money needs one. */
export type DurableHold = Readonly<{ heldNano: Nano; maxTokens?: number }>;

/** Work that outlives this process, and what else is written when its money is set aside. */
export type DurableWork = Readonly<{
  kind: "task" | "batch";
  expiresAtMs: number;
  /** Runs in the transaction that sets the money aside: both happen, or neither. */
  write(client: PoolClient, heldNano: Nano): Promise<void>;
}>;

/** Why a request was not admitted; the relay turns it into its error. */
export type Refusal = Readonly<
  | { refused: "credit-exhausted"; neededNano: Nano; availableNano: Nano; affordableMaxTokens: number }
  | { refused: "account-debt"; /** 0: it owes nothing, but a payment of its is disputed or under suspicion. */ debtNano: Nano }
  | { refused: "budget-exceeded"; scope: string; period: string; limitNano: Nano; spentNano: Nano; resetsAtMs?: number }
  | { refused: "low-balance-concurrency" }
  | { refused: "billing-unavailable"; retryAfterMs: number }
  | { refused: "billing-backlog"; retryAfterMs: number }
>;

/** The relay's only door to money: admission, the journal, settlement behind it. One a process; built by `createBilling`. */
export interface Billing {
  /**
   * Sets money aside and notes the OPEN record, which is in the page cache at the end of this turn. At once where
   * enough is leased; one database round trip when a lease must be taken.
   */
  admit(ask: Ask): Hold | Refusal | Promise<Hold | Refusal>;
  /**
   * Sets the worst case of durable work aside in the database, where it outlives this process; nothing for what is
   * free. Ended by `settleDurable`, by whoever sees the end.
   */
  admitDurable(ask: Ask, work: DurableWork): Promise<DurableHold | Refusal>;
  /** A charge without a hold of its own: what comes on top of a request that has one, and house probes. */
  record(record: ChargeRecord): Promise<void>;
  /** This relay node's present id; a node that was taken for dead goes on under another. */
  readonly nodeId: string;
  /** Live relay nodes as this one sees them, itself included. */
  readonly nodes: number;
  /** Database gone too long, or backlog too deep, or fenced: nothing can be admitted. */
  readonly ready: boolean;
  /** Waiting charges, for metrics and shutdown. */
  readonly backlog: number;
  /** Settles everything, gives leases back, closes the journal. */
  close(): Promise<void>;
}

export const isRefusal = (result: object): result is Refusal => "refused" in result;
