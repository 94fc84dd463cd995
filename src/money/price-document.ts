import { isPriceItem } from "#money/price-items.ts";
import type { PriceWindow } from "#money/price-windows.ts";

/** The immutable JSON of a price version; amounts are integer strings in pico-USD per unit. */
export type PriceDocument = Readonly<{
  items: Readonly<Record<string, string>>;
  tiers?: readonly Readonly<{ over: number; mode: "whole" | "marginal"; items: Readonly<Record<string, string>> }>[];
  service?: Readonly<Record<string, Readonly<{ ppm?: number; items?: Readonly<Record<string, string>> }>>>;
  windows?: readonly PriceWindow[];
  hold?: Readonly<{ outputTokens?: number; imageTokens?: number; calls?: Readonly<Record<string, number>> }>;
}>;

/** The JSON is no price document; `message` begins with the path of what is wrong. */
export class PriceDocumentError extends Error {
  override readonly name = "PriceDocumentError";
}

/** $1,000 for one unit; times the largest multiplier it still fits PostgreSQL's bigint. */
const UNIT_PICO_MAX = 1_000_000_000_000_000n;
export const PPM_MAX = 1_000_000_000;
const TOKENS_MAX = 1_000_000_000;
const ENTRIES_MAX = { items: 256, tiers: 8, service: 16, windows: 16 } as const;

/**
 * Checks a price document of any origin (database, store file, form), strictly: unknown fields are refused.
 *
 * @throws PriceDocumentError
 */
export function parsePriceDocument(json: unknown): PriceDocument {
  const doc = object(json, "price", ["items", "tiers", "service", "windows", "hold"]);
  const items = parseItems(doc.items, "items");
  if (Object.keys(items).length === 0) fail("items", "needs at least one price");
  return {
    items,
    ...(doc.tiers !== undefined && { tiers: parseTiers(doc.tiers) }),
    ...(doc.service !== undefined && { service: parseService(doc.service) }),
    ...(doc.windows !== undefined && { windows: list(doc.windows, "windows").map((window, i) => parseWindow(window, `windows[${i}]`)) }),
    ...(doc.hold !== undefined && { hold: parseHold(doc.hold) }),
  };
}

function parseItems(json: unknown, path: string): Record<string, string> {
  const entries = Object.entries(object(json, path));
  if (entries.length > ENTRIES_MAX.items) fail(path, `has more than ${ENTRIES_MAX.items} entries`);
  return Object.fromEntries(entries.map(([item, price]) => {
    if (!isPriceItem(item)) fail(`${path}.${item}`, "is not an item of the price book");
    if (typeof price !== "string" || !/^\d{1,16}$/.test(price) || BigInt(price) > UNIT_PICO_MAX) {
      fail(`${path}.${item}`, `must be a whole number of pico-USD as text, at most ${UNIT_PICO_MAX}`);
    }
    return [item, price];
  }));
}

function parseTiers(json: unknown): NonNullable<PriceDocument["tiers"]> {
  const tiers = list(json, "tiers").map((entry, i) => {
    const tier = object(entry, `tiers[${i}]`, ["over", "mode", "items"]);
    const mode: "whole" | "marginal" = tier.mode === "whole" || tier.mode === "marginal" ? tier.mode : fail(`tiers[${i}].mode`, "must be whole or marginal");
    return { over: whole(tier.over, `tiers[${i}].over`, 1, TOKENS_MAX), mode, items: parseItems(tier.items, `tiers[${i}].items`) };
  });
  if (new Set(tiers.map(({ over }) => over)).size < tiers.length) fail("tiers", "must not begin at the same number twice");
  return tiers.sort((a, b) => a.over - b.over);
}

function parseService(json: unknown): NonNullable<PriceDocument["service"]> {
  const entries = Object.entries(object(json, "service"));
  if (entries.length > ENTRIES_MAX.service) fail("service", `has more than ${ENTRIES_MAX.service} entries`);
  return Object.fromEntries(entries.map(([name, entry]) => {
    const service = object(entry, `service.${name}`, ["ppm", "items"]);
    return [name, {
      ...(service.ppm !== undefined && { ppm: whole(service.ppm, `service.${name}.ppm`, 0, PPM_MAX) }),
      ...(service.items !== undefined && { items: parseItems(service.items, `service.${name}.items`) }),
    }];
  }));
}

function parseWindow(json: unknown, path: string): PriceWindow {
  const window = object(json, path, ["tz", "days", "from", "to", "ppm", "at"]);
  const { tz, days, from, to, at } = window;
  if (typeof tz !== "string" || !isZone(tz)) return fail(`${path}.tz`, "must be a time zone such as Europe/Berlin");
  if (typeof days !== "string" || !/^[01]{7}$/.test(days)) return fail(`${path}.days`, "must be seven digits 0 or 1, Monday first");
  if (typeof from !== "string" || !/^([01]\d|2[0-3]):[0-5]\d$/.test(from)) return fail(`${path}.from`, "must be a time such as 16:30");
  if (typeof to !== "string" || !/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/.test(to)) return fail(`${path}.to`, "must be a time such as 00:30 or 24:00");
  if (from === to) return fail(path, "must not begin and end at the same time; a whole day is 00:00 to 24:00");
  if (at !== undefined && at !== "start" && at !== "end") return fail(`${path}.at`, "must be start or end");
  return { tz, days, from, to, ppm: whole(window.ppm, `${path}.ppm`, 0, PPM_MAX), ...(at && { at }) };
}

function parseHold(json: unknown): NonNullable<PriceDocument["hold"]> {
  const hold = object(json, "hold", ["outputTokens", "imageTokens", "calls"]);
  const count = (name: "outputTokens" | "imageTokens") => hold[name] !== undefined && { [name]: whole(hold[name], `hold.${name}`, 0, TOKENS_MAX) };
  const calls = hold.calls === undefined ? undefined : Object.fromEntries(Object.entries(object(hold.calls, "hold.calls")).map(([item, calls_]) => {
    if (!isPriceItem(item)) fail(`hold.calls.${item}`, "is not an item of the price book");
    return [item, whole(calls_, `hold.calls.${item}`, 0, 10_000)];
  }));
  return { ...count("outputTokens"), ...count("imageTokens"), ...(calls && { calls }) };
}

function object(json: unknown, path: string, known?: readonly string[]): Record<string, unknown> {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return fail(path, "must be an object");
  const stranger = known && Object.keys(json).find((key) => !known.includes(key));
  if (stranger !== undefined) fail(`${path}.${stranger}`, "is not known here");
  return json as Record<string, unknown>;
}

function list(json: unknown, path: "tiers" | "windows"): readonly unknown[] {
  if (!Array.isArray(json)) return fail(path, "must be a list");
  if (json.length > ENTRIES_MAX[path]) fail(path, `has more than ${ENTRIES_MAX[path]} entries`);
  return json;
}

function whole(json: unknown, path: string, least: number, most: number): number {
  if (typeof json !== "number" || !Number.isSafeInteger(json) || json < least || json > most) {
    return fail(path, `must be a whole number from ${least} to ${most}`);
  }
  return json;
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

function fail(path: string, problem: string): never {
  throw new PriceDocumentError(`${path} ${problem}`);
}
