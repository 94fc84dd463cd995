/** How a request ended, in the words of lists. */
export type RequestStatus = "ok" | "cancelled" | "error";

export type ReceiptLine = Readonly<{
  item: string;
  quantity: number;
  unitPico: bigint;
  amountPico: bigint;
  /** This line's part of the charge; the parts of all lines add up to it exactly. */
  amountNano: bigint;
}>;

/** Quantities of a charge in the words of the REST: disjoint; items without a word of their own under `other`. */
export type UsageView = Readonly<{
  input: number; cache_read: number; cache_write_5m: number; cache_write_1h: number; output: number; reasoning: number;
  images: number; seconds: number; other?: Readonly<Record<string, number>>;
}>;

const COLUMNS = ["input", "cache_read", "cache_write_5m", "cache_write_1h", "output", "reasoning"] as const;

export const statusOf = (outcome: string): RequestStatus => {
  if (outcome === "ok" || outcome === "empty" || outcome === "refused") return "ok";
  return outcome === "client_abort" ? "cancelled" : "error";
};

/** The outcomes behind a status, for filters. */
export const OUTCOMES_OF: Readonly<Record<RequestStatus, readonly string[]>> = {
  ok: ["ok", "empty", "refused"],
  cancelled: ["client_abort"],
  error: ["upstream_error", "upstream_abort", "cut_no_credit", "interrupted"],
};

/**
 * The lines of a charge, from its quantities and the frozen prices of its rate card. A waived charge (sum 0 while
 * something was used) has its lines at 0.
 *
 * The whole charge is rounded up once, so a line's nano amount is what it adds to the running sum rounded up:
 * the amounts then add up to the charge, whatever the fractions.
 */
export function receiptLines(quantities: Readonly<Record<string, number>>, prices: Readonly<Record<string, bigint>>, sumPico: bigint): ReceiptLine[] {
  let running = 0n;
  return Object.entries(quantities).filter(([, quantity]) => quantity > 0).flatMap(([item, quantity]): ReceiptLine[] => {
    const unitPico = prices[item] ?? 0n;
    if (item === "request" && unitPico === 0n) return []; // every request is one request: of interest only where it costs
    const amountPico = sumPico === 0n ? 0n : BigInt(quantity) * unitPico;
    const before = ceilNano(running);
    running += amountPico;
    return [{ item, quantity, unitPico, amountPico, amountNano: ceilNano(running) - before }];
  });
}

const ceilNano = (sumPico: bigint): bigint => (sumPico + 999n) / 1000n;

/** Cost is kept in pico; whole nano for people, rounded half up. */
export const costNano = (pico: bigint): bigint => (pico + 500n) / 1000n;

export function usageView(quantities: Readonly<Record<string, number>>): UsageView {
  const view: Record<(typeof COLUMNS)[number], number> & { images: number; seconds: number } =
    { input: 0, cache_read: 0, cache_write_5m: 0, cache_write_1h: 0, output: 0, reasoning: 0, images: 0, seconds: 0 };
  const other: Record<string, number> = {};
  let milliseconds = 0;
  for (const [name, quantity] of Object.entries(quantities)) {
    const item = name.replace(/:over_\d+$/, ""); // input above a marginal tier's border is billed under a name of its own
    const family = item.split(":")[0]!;
    if ((COLUMNS as readonly string[]).includes(item)) view[item as (typeof COLUMNS)[number]] += quantity;
    else if (family === "image") view.images += quantity;
    else if (family.endsWith("_ms")) milliseconds += quantity;
    else if (item !== "request") other[item] = (other[item] ?? 0) + quantity;
  }
  view.seconds = milliseconds / 1000;
  return Object.keys(other).length > 0 ? { ...view, other } : view;
}

type Detail = Readonly<Record<string, unknown>>;

/** What could not be carried, as it was said in `x-modelmart-warn`. */
export const warningsOf = ({ warnings }: Detail): readonly string[] => (Array.isArray(warnings) ? warnings.filter((code) => typeof code === "string") : []);

/** The shop's own words in a request. */
export const injectionOf = (detail: Detail): Readonly<{ tokens: number; absorbed: boolean }> | null =>
  (typeof detail.injected_tokens_estimate === "number" ? { tokens: detail.injected_tokens_estimate, absorbed: detail.injected_absorbed === true } : null);
