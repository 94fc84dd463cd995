import "server-only";
import { cache } from "react";
import { legalInForce, listLegalVersions, versionInForce, versionToCome, type LegalPage, type LegalVersion } from "#accounts/index.ts";
import { shop } from "#app/shop.ts";

/** Legal pages that hold now, with the number of their version. */
export const legalPages = cache(async (): Promise<ReadonlyMap<LegalPage, number>> => {
  const { pool, clock } = await shop();
  return legalInForce(pool, clock.now());
});

/** One page with all its versions, newest first: which holds, and which comes next. */
export const legalPage = cache(async (page: LegalPage) => {
  const { pool, clock } = await shop();
  const versions = await listLegalVersions(pool, page);
  return { versions, current: versionInForce(versions, clock.now()), next: versionToCome(versions, clock.now()) };
});

/** A version's text in the reader's own language, else in the other. */
export function textOf({ texts }: LegalVersion, locale: string): Readonly<{ text: string; lang: string }> | undefined {
  const written = Object.entries(texts ?? {}).flatMap(([lang, text]) => (text?.trim() ? [{ text, lang }] : []));
  return written.find(({ lang }) => lang === locale) ?? written[0];
}
