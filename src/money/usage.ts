/**
 * What a vendor reported, taken apart into disjoint buckets. Non-negative safe integers; absent = not reported.
 * Filled by each dialect's `usage.ts`; money never looks at a vendor's own usage object.
 */
export type Usage = Readonly<{
  inputUncached?: number;
  cacheRead?: number;
  cacheWrite5m?: number;
  cacheWrite1h?: number;
  inputAudio?: number;
  cacheReadAudio?: number;
  inputImage?: number;
  inputVideo?: number;
  /** Visible text and tool calls, reasoning not included. */
  outputText?: number;
  reasoning?: number;
  outputAudio?: number;
  outputImage?: number;
  /** Every other item of the price book by its name: `image:1024x1024:high`, `char`, `web_search`, `tool:<name>` … */
  items?: Readonly<Record<string, number>>;
  /** The tier that the vendor says it served. */
  serviceTier?: string;
  /** What the vendor says it took, when it says so. */
  vendorCostNanoUsd?: bigint;
  /** The vendor's own object, at most 4 KiB, for the operator. */
  raw?: unknown;
}>;

/** `upstream`: the vendor's numbers. `estimated`: ours. `none`: nothing was used or known. */
export type UsageSource = "upstream" | "estimated" | "none";

/** Names of the price book with a column of their own in `charges` and `rate_cards`. */
export const COLUMN_ITEMS = ["input", "cache_read", "cache_write_5m", "cache_write_1h", "output", "reasoning"] as const;
export type ColumnItem = (typeof COLUMN_ITEMS)[number];

/** Price-book item name -> billable quantity; only quantities above 0 are present. `request` is always 1. */
export type Quantities = Readonly<Record<string, number>>;

/** Usage in the price book's words. Field by field: a loop over names costs ten times as much, several times a request. */
export function toQuantities(usage: Usage): Quantities {
  const quantities: Record<string, number> = { request: 1 };
  if (usage.inputUncached! > 0) quantities.input = usage.inputUncached!;
  if (usage.cacheRead! > 0) quantities.cache_read = usage.cacheRead!;
  if (usage.cacheWrite5m! > 0) quantities.cache_write_5m = usage.cacheWrite5m!;
  if (usage.cacheWrite1h! > 0) quantities.cache_write_1h = usage.cacheWrite1h!;
  if (usage.inputAudio! > 0) quantities.input_audio = usage.inputAudio!;
  if (usage.cacheReadAudio! > 0) quantities.cache_read_audio = usage.cacheReadAudio!;
  if (usage.inputImage! > 0) quantities.input_image = usage.inputImage!;
  if (usage.inputVideo! > 0) quantities.input_video = usage.inputVideo!;
  if (usage.outputText! > 0) quantities.output = usage.outputText!;
  if (usage.reasoning! > 0) quantities.reasoning = usage.reasoning!;
  if (usage.outputAudio! > 0) quantities.output_audio = usage.outputAudio!;
  if (usage.outputImage! > 0) quantities.output_image = usage.outputImage!;
  for (const item in usage.items) {
    const value = usage.items[item]!;
    if (value > 0) quantities[item] = value;
  }
  return quantities;
}

/** As `totalInputTokens`, of a usage. */
export const inputTokensOf = (u: Usage): number =>
  (u.inputUncached ?? 0) + (u.cacheRead ?? 0) + (u.cacheWrite5m ?? 0) + (u.cacheWrite1h ?? 0)
  + (u.inputAudio ?? 0) + (u.cacheReadAudio ?? 0) + (u.inputImage ?? 0) + (u.inputVideo ?? 0);

/** All input tokens of every modality, cached ones included: what price tiers compare with. */
export const totalInputTokens = (q: Quantities): number =>
  (q.input ?? 0) + (q.cache_read ?? 0) + (q.cache_write_5m ?? 0) + (q.cache_write_1h ?? 0)
  + (q.input_audio ?? 0) + (q.cache_read_audio ?? 0) + (q.input_image ?? 0) + (q.input_video ?? 0);
