import { factorText } from "#ui/channels/wire.ts";
import { formatExact, formatLatency, formatUsdPerMillion } from "#ui/format/index.ts";
import { diffValues, type Change } from "#ui/kit/json-tree.ts";
import { digitsOf, isTokenItem, usdText } from "#ui/prices/price-math.ts";

const NANO = /_?nano(?:_usd)?$/i;
const PPM = /(?:^|\.|_)ppm$|Ppm$/;
const MS = /_ms$|Ms$/;
const ITEM = /(?:^|\.)items\.(\w+)$/;
const WHOLE = /^-?\d{1,30}$/;

/**
 * What an act changed, with money as money, factors as factors and spans as spans: the log keeps whole units of a
 * nano-dollar, parts per million, milliseconds, and prices per token in pico-dollars.
 */
export function readableChanges(before: unknown, after: unknown): Readonly<{ changes: readonly Change[]; same: number }> {
  const { changes, same } = diffValues(before, after);
  return { changes: changes.map(readable), same };
}

function readable(change: Change): Change {
  const item = ITEM.exec(change.path)?.[1];
  if (item !== undefined) return withTexts(change, (pico) => itemPrice(item, pico));
  if (NANO.test(change.path)) return withTexts(change, formatExact);
  if (PPM.test(change.path)) return withTexts(change, (ppm) => (ppm < 0n ? ppm.toString() : `× ${factorText(Number(ppm))}`));
  if (MS.test(change.path)) return withTexts(change, (ms) => formatLatency(Number(ms)));
  return change;
}

/** Of tokens for a million, of time for a second, of all else for a piece. */
function itemPrice(item: string, pico: bigint): string {
  if (isTokenItem(item)) return `$${formatUsdPerMillion(pico)} / 1M`;
  return `$${usdText(pico, digitsOf(item))}${digitsOf(item) === 9 ? " / s" : ""}`;
}

function withTexts({ path, before, after }: Change, text: (units: bigint) => string): Change {
  const show = (value: string): string => (WHOLE.test(value) ? text(BigInt(value)) : value);
  return { path, ...(before !== undefined && { before: show(before) }), ...(after !== undefined && { after: show(after) }) };
}
