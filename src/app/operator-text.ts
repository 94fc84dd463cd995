import "server-only";
import { storedSettings } from "#accounts/index.ts";
import { shop } from "#app/shop.ts";

/** A text that the operator wrote, in the language it is in. */
export type OperatorText = Readonly<{ text: string; lang: string }>;

/** A setting that holds a text by language: the reader's own, else the other; undefined while nothing is set. */
export async function operatorText(path: string, locale: string): Promise<OperatorText | undefined> {
  const value = (await storedSettings((await shop()).pool)).get(path);
  if (typeof value !== "object" || value === null) return undefined;
  const texts = value as Readonly<Record<string, unknown>>;
  for (const lang of [locale, ...Object.keys(texts)]) {
    const text = texts[lang];
    if (typeof text === "string" && text.trim() !== "") return { text, lang };
  }
  return undefined;
}
