import { afterFactor, marginOf, type Items } from "#ui/prices/price-math.ts";

/** What the sheet knows of a model. */
export type SheetRow = Readonly<{
  id: string; slug: string; prices: Items; lowestPpm: number | null;
  costs: readonly Readonly<{ item: string; dearest: bigint }>[];
  month: Readonly<{ input: bigint; output: bigint; soldNano: bigint | null }>;
}>;

/** A model's prices as they are being typed, against the row as it was when the typing began. */
export type Draft<Row> = Readonly<{ base: Row; items: Items; /** Buckets whose text is no price. */ bad: ReadonlySet<string> }>;
export type Drafts<Row> = ReadonlyMap<string, Draft<Row>>;

/** Buckets that differ from what is in force. */
export const changedItems = (items: Items, before: Items): readonly string[] => [...new Set([...Object.keys(items), ...Object.keys(before)])].filter((item) => items[item] !== before[item]);

/** With one cell typed; a row that says what is in force again is no draft any more. */
export function withCell<Row extends SheetRow>(drafts: Drafts<Row>, row: Row, item: string, typed: Readonly<{ pico: bigint | undefined }> | "bad"): Drafts<Row> {
  const { base, items, bad } = drafts.get(row.id) ?? { base: row, items: row.prices, bad: new Set<string>() };
  const { [item]: _, ...others } = items;
  const draft: Draft<Row> = typed === "bad"
    ? { base, items, bad: new Set([...bad, item]) }
    : { base, items: typed.pico === undefined ? others : { ...others, [item]: typed.pico }, bad: new Set([...bad].filter((other) => other !== item)) };
  const next = new Map(drafts);
  if (draft.bad.size === 0 && changedItems(draft.items, base.prices).length === 0) next.delete(row.id);
  else next.set(row.id, draft);
  return next;
}

/** The worst bucket's margin in the cheapest group on the dearest live channel, in millionths: as the server counts it. */
export const lowestMargin = (items: Items, costs: SheetRow["costs"], leastPpm: number): number | null =>
  costs.flatMap(({ item, dearest }) => (items[item] === undefined ? [] : [marginOf(afterFactor(items[item], leastPpm), dearest) ?? 0])).sort((a, b) => a - b)[0] ?? null;

/** What the last month would have sold for more or less, by the weight that input and output had in it. */
export function monthEffect(row: SheetRow, items: Items): bigint {
  const worth = (prices: Items): bigint => row.month.input * (prices["input"] ?? 0n) + row.month.output * (prices["output"] ?? 0n);
  const was = worth(row.prices), sold = row.month.soldNano ?? 0n;
  return was === 0n ? 0n : (sold * worth(items)) / was - sold;
}

/** With several buckets of a row set at once; the others stay as they are. */
export const withItems = <Row extends SheetRow>(drafts: Drafts<Row>, row: Row, items: Items): Drafts<Row> =>
  Object.entries(items).reduce((now, [item, pico]) => withCell(now, row, item, { pico }), drafts);
