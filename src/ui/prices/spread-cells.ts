import { cellsOf, readCell } from "#ui/prices/paste-table.ts";
import type { Items, Notation } from "#ui/prices/price-math.ts";

/** A row that a copied range falls on: its cells from where the range begins, from left to right. */
export type SpreadRow<Row> = Readonly<{ row: Row; items: readonly string[]; before: Items }>;

export type Spread<Row> = Readonly<{ changes: readonly Readonly<{ row: Row; items: Items }>[]; /** Cells that were no price, and those that found no place. */ bad: number; beyond: number }>;

/** A range of cells copied in a spreadsheet, laid onto the sheet from one cell on. Empty cells leave what is there. */
export function spreadCells<Row>(text: string, rows: readonly SpreadRow<Row>[], notation: Notation): Spread<Row> {
  const copied = cellsOf(text.replace(/\r?\n$/, ""));
  let bad = 0, beyond = 0;
  const changes = copied.flatMap((cells, at) => {
    const target = rows[at];
    if (!target) {
      beyond += cells.length;
      return [];
    }
    beyond += Math.max(0, cells.length - target.items.length);
    let items: Items = {};
    cells.slice(0, target.items.length).forEach((cell, column) => {
      if (cell === "" || cell === "—") return;
      const item = target.items[column]!;
      const read = readCell(cell, item, { ...target.before, ...items }, notation);
      if ("pico" in read) items = { ...items, [item]: read.pico };
      else bad += 1;
    });
    return Object.keys(items).length === 0 ? [] : [{ row: target.row, items }];
  });
  return { changes, bad, beyond };
}

/** Is it more than what one cell takes? */
export const isRange = (text: string): boolean => /\t|\n/.test(text.replace(/\r?\n$/, ""));
