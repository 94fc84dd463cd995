import { z } from "zod";
import { formatUsd } from "#money/parse-amount.ts";
import { jsonInteger } from "#reports/index.ts";

/** An answer; whole nano-USD that pass 2^53 come as text. */
export const jsonResponse = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json; charset=utf-8", "cache-control": "no-store", ...headers } });

/** `{x_nano_usd, x_usd}` of one amount, below a name. */
export const amountFields = <N extends string>(name: N, value: bigint): Record<`${N}_nano_usd`, number | string> & Record<`${N}_usd`, string> =>
  ({ [`${name}_nano_usd`]: jsonInteger(value), [`${name}_usd`]: formatUsd(value) }) as Record<`${N}_nano_usd`, number | string> & Record<`${N}_usd`, string>;

/** A whole number that may pass 2^53, where it comes as text. */
export const wholeSchema = z.union([z.int(), z.string().regex(/^-?\d+$/)]);
export const nanoSchema = wholeSchema.meta({ description: "Whole nano-USD (1e-9 USD); text above 2^53" });
export const usdSchema = z.string().regex(/^-?\d+\.\d{2,9}$/).meta({ description: "USD as decimal text" });
export const timeSchema = z.iso.datetime();

export const walletSchema = z.strictObject({
  id: z.uuid(), balance_nano_usd: nanoSchema, balance_usd: usdSchema, held_nano_usd: nanoSchema,
});

export const listSchema = <T extends z.ZodType>(item: T) => z.strictObject({ data: z.array(item), next_cursor: z.string().nullable() });

/** Cursors are opaque to callers: the id of the last row. */
export const toCursor = (id: string): string => Buffer.from(id).toString("base64url");
export const fromCursor = (cursor: string): string => Buffer.from(cursor, "base64url").toString();

/** One row more than asked for tells whether there is a next page. */
export function page<T>(rows: readonly T[], limit: number, idOf: (row: T) => string): { rows: readonly T[]; next_cursor: string | null } {
  const more = rows.length > limit;
  const shown = more ? rows.slice(0, limit) : rows;
  return { rows: shown, next_cursor: more ? toCursor(idOf(shown.at(-1)!)) : null };
}
