import { priceFromRatio, priceFromWords, PriceTextError, ratioField } from "#catalog/index.ts";
import type { PriceDocument } from "#money/price.ts";
import type { Path } from "#store/yaml-source.ts";

export type FieldIssue = Readonly<{ path: Path; message: string }>;
/** A model's price as it will be published; `ratioInput` is what was typed, when ratios were. */
export type FilePrice = Readonly<{ document: PriceDocument; ratioInput?: Readonly<Record<string, unknown>> }>;
/** What a channel pays: a factor on list prices, and own prices by model name. */
export type FileCost = Readonly<{ ppm?: number; prices: ReadonlyMap<string, PriceDocument> }>;

type Raw = Readonly<Record<string, unknown>>;
export const isRaw = (value: unknown): value is Raw => typeof value === "object" && value !== null && !Array.isArray(value);

/** Price of one entry of `models`, as it stands in the file: other parts of it may be wrong. */
export function modelPriceOf(model: Raw): { price: FilePrice | undefined; issues: FieldIssue[] } {
  const { price, ratio } = model;
  const endpoints = Array.isArray(model.endpoints) ? model.endpoints.filter((name): name is string => typeof name === "string") : [];
  if (price !== undefined && ratio !== undefined) {
    return { price: undefined, issues: [{ path: ["ratio"], message: "a model has a price or a ratio, not both" }] };
  }
  if (isRaw(price)) {
    const { document, issues } = attempt(["price"], () => priceFromWords(price, endpoints));
    return { price: document && { document }, issues };
  }
  if (isRaw(ratio)) {
    const { document, issues } = attempt(["ratio"], () => priceFromRatio(ratio, endpoints));
    return { price: document && { document, ratioInput: ratio }, issues };
  }
  return { price: undefined, issues: [] };
}

/** The `cost` of one entry of `channels`. */
export function channelCostOf(cost: Raw): { cost: FileCost; issues: FieldIssue[] } {
  const { ratio, ...models } = cost;
  const issues: FieldIssue[] = [];
  const factor = ratio === undefined ? undefined : ratioField.safeParse(ratio);
  if (factor && !factor.success) issues.push({ path: ["cost", "ratio"], message: factor.error.issues[0]!.message });
  const prices = new Map<string, PriceDocument>();
  for (const [name, words] of Object.entries(models)) {
    if (!isRaw(words)) {
      issues.push({ path: ["cost", name], message: "must be a price such as { input: 0.1, output: 0.2 }" });
      continue;
    }
    const parsed = attempt(["cost", name], () => priceFromWords(words, []));
    issues.push(...parsed.issues);
    if (parsed.document) prices.set(name, parsed.document);
  }
  return { cost: { ...(factor?.success && { ppm: factor.data }), prices }, issues };
}

function attempt(path: Path, build: () => PriceDocument): { document: PriceDocument | undefined; issues: FieldIssue[] } {
  try {
    return { document: build(), issues: [] };
  } catch (error) {
    if (!(error instanceof PriceTextError)) throw error;
    return { document: undefined, issues: [{ path, message: error.message }] };
  }
}
