import { formatExact, formatUsdPerMillion } from "#ui/format/index.ts";
import { diffValues, type Change } from "#ui/kit/json-tree.ts";
import { isTokenItem } from "#ui/prices/price-math.ts";

const NANO = /_?nano(?:_usd)?$/i;
const ITEM = /(?:^|\.)items\.(\w+)$/;
const WHOLE = /^-?\d{1,30}$/;

/** What an act changed, with money as money: the log keeps whole units of a nano-dollar, and prices per token in pico-dollars. */
export function readableChanges(before: unknown, after: unknown): Readonly<{ changes: readonly Change[]; same: number }> {
  const { changes, same } = diffValues(before, after);
  return { changes: changes.map(readable), same };
}

function readable(change: Change): Change {
  const item = ITEM.exec(change.path)?.[1];
  if (item !== undefined && isTokenItem(item)) return withTexts(change, change.path, (units) => `$${formatUsdPerMillion(units)} / 1M`);
  if (NANO.test(change.path)) return withTexts(change, change.path.replace(NANO, ""), formatExact);
  return change;
}

function withTexts({ before, after }: Change, path: string, text: (units: bigint) => string): Change {
  const show = (value: string): string => (WHOLE.test(value) ? text(BigInt(value)) : value);
  return { path, ...(before !== undefined && { before: show(before) }), ...(after !== undefined && { after: show(after) }) };
}
