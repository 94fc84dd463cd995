import { z } from "zod";
import { ActRefused, priceFromRatio, priceFromWords, PriceTextError } from "#catalog/index.ts";
import { parsePriceDocument, PriceDocumentError, type PriceDocument } from "#money/price.ts";

const decimal = z.string().trim().max(40);

/**
 * A price as an editor sends it. `words`: USD in the store file's words. `ratio`: the ratio form. `document`: the price
 * document itself in pico-USD, for tiers and windows. All three end as the same integers.
 */
export const priceInput = z.discriminatedUnion("form", [
  z.strictObject({ form: z.literal("words"), words: z.record(z.string().max(100), decimal) }),
  z.strictObject({ form: z.literal("ratio"), ratio: z.record(z.string().max(30), decimal) }),
  z.strictObject({ form: z.literal("document"), document: z.unknown(), ratio: z.record(z.string().max(30), decimal).optional() }),
]);
export type PriceInput = z.output<typeof priceInput>;

/** @throws ActRefused invalid */
export function readPrice(input: PriceInput, endpoints: readonly string[]): Readonly<{ document: PriceDocument; ratioInput?: unknown }> {
  try {
    if (input.form === "words") return { document: priceFromWords(input.words, endpoints) };
    if (input.form === "ratio") return { document: priceFromRatio(input.ratio, endpoints), ratioInput: input.ratio };
    const document = parsePriceDocument(input.document);
    return { document, ...(input.ratio && agrees(document, input.ratio, endpoints) && { ratioInput: input.ratio }) };
  } catch (error) {
    if (error instanceof PriceTextError || error instanceof PriceDocumentError) throw new ActRefused("invalid", error.message);
    throw error;
  }
}

/** What was typed is kept beside the price only if it says the same to the last digit. */
function agrees(document: PriceDocument, ratio: Readonly<Record<string, string>>, endpoints: readonly string[]): boolean {
  const typed = priceFromRatio(ratio, endpoints);
  const items = Object.keys({ ...typed.items, ...document.items });
  return items.every((item) => typed.items[item] === document.items[item]);
}
