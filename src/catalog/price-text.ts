import { AmountError } from "#money/parse-amount.ts";
import { parsePriceDocument, PriceDocumentError, type PriceDocument } from "#money/price.ts";
import { itemsFromWords, ratioToDocument, wordsFromItems, type Ratio } from "#money/price-words.ts";

/** A price as it stands in a store file: USD in words, with tiers and windows of the price document beside them. */
type Raw = Readonly<Record<string, unknown>>;

/** What a price says that is wrong; the message is for the person who typed it. */
export class PriceTextError extends Error {
  override readonly name = "PriceTextError";
}

/** Endpoints whose models make tokens: their output must have a price. */
const TOKEN_MAKERS: ReadonlySet<string> = new Set(["chat", "responses", "messages", "gemini", "realtime"]);
const RATIO_WORDS = ["model", "completion", "cache", "cache_write", "image", "audio", "audio_completion"];

/** @throws PriceTextError */
export function priceFromWords(price: Raw, endpoints: readonly string[]): PriceDocument {
  const { tiers, service, windows, hold, ...words } = price;
  const document = checked(() => parsePriceDocument({
    items: items(words, endpoints),
    ...(tiers !== undefined && { tiers: withItems(tiers, endpoints) }),
    ...(service !== undefined && { service: isRaw(service) ? Object.fromEntries(Object.entries(service).map(([name, rule]) => [name, ruleOf(rule, endpoints)])) : service }),
    ...(windows !== undefined && { windows }),
    ...(hold !== undefined && { hold }),
  }));
  if (document.items.input !== undefined && document.items.output === undefined && endpoints.some((endpoint) => TOKEN_MAKERS.has(endpoint))) {
    throw new PriceTextError("output must have a price: the model makes tokens");
  }
  return document;
}

/** @throws PriceTextError */
export function priceFromRatio(ratio: Raw, endpoints: readonly string[]): PriceDocument {
  const stranger = Object.keys(ratio).find((word) => !RATIO_WORDS.includes(word));
  if (stranger !== undefined) throw new PriceTextError(`there is no ratio ${stranger}`);
  if (ratio.model === undefined) throw new PriceTextError("model must be given: 1 = 2 USD per million input tokens");
  const wrong = Object.entries(ratio).find(([, value]) => typeof value !== "number" && typeof value !== "string");
  if (wrong) throw new PriceTextError(`${wrong[0]} must be a number`);
  if (ratio.completion === undefined && (endpoints.length === 0 || endpoints.some((endpoint) => TOKEN_MAKERS.has(endpoint)))) {
    throw new PriceTextError("completion may be left out only where the model makes no tokens (say so by its endpoints)");
  }
  return checked(() => parsePriceDocument(ratioToDocument(ratio as Ratio)));
}

/** The inverse of `priceFromWords`. Prices come as numbers where that keeps every digit. */
export function wordsFromPrice(document: PriceDocument): Raw {
  const words = (prices: Readonly<Record<string, string>>): Raw =>
    Object.fromEntries(Object.entries(wordsFromItems(prices)).map(([word, text]) => [word, text.length <= 15 ? Number(text) : text]));
  return {
    ...words(document.items),
    ...(document.tiers && { tiers: document.tiers.map((tier) => ({ ...tier, items: words(tier.items) })) }),
    ...(document.service && {
      service: Object.fromEntries(Object.entries(document.service).map(([name, rule]) => [name, rule.items ? { ...rule, items: words(rule.items) } : rule])),
    }),
    ...(document.windows && { windows: document.windows }),
    ...(document.hold && { hold: document.hold }),
  };
}

function items(words: Raw, endpoints: readonly string[]): Record<string, string> {
  const wrong = Object.entries(words).find(([, value]) => typeof value !== "number" && typeof value !== "string");
  if (wrong) throw new PriceTextError(`${wrong[0]} must be a number`);
  return itemsFromWords(words as Record<string, string | number>, endpoints);
}

/** Things of another form are passed on: the document's own check says what is wrong with them. */
const withItems = (tiers: unknown, endpoints: readonly string[]): unknown => (Array.isArray(tiers) ? tiers.map((tier) => ruleOf(tier, endpoints)) : tiers);
const ruleOf = (rule: unknown, endpoints: readonly string[]): unknown => (isRaw(rule) && isRaw(rule.items) ? { ...rule, items: items(rule.items, endpoints) } : rule);
const isRaw = (value: unknown): value is Raw => typeof value === "object" && value !== null && !Array.isArray(value);

function checked(build: () => PriceDocument): PriceDocument {
  try {
    return build();
  } catch (error) {
    if (error instanceof AmountError || error instanceof PriceDocumentError) throw new PriceTextError(error.message);
    throw error;
  }
}
