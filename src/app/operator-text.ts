import "server-only";
import { shop } from "#app/shop.ts";

/** A text that the operator wrote, in the language it is in. */
export type OperatorText = Readonly<{ text: string; lang: string }>;

/** The settings that hold a text by language. */
export type OperatorTextPath = "landing.title" | "landing.lead";

/** A text of the operator's in the reader's own language, else in the other; undefined while he has written none. */
export async function operatorText(path: OperatorTextPath, locale: string): Promise<OperatorText | undefined> {
  const texts = (await (await shop()).settings())[path];
  const written = Object.entries(texts ?? {}).flatMap(([lang, text]) => (text?.trim() ? [{ text, lang }] : []));
  return written.find(({ lang }) => lang === locale) ?? written[0];
}
