"use client";
import { useCallback, useState } from "react";
import type { Items } from "#ui/prices/price-math.ts";
import { withCell, withItems, type Drafts, type SheetRow } from "#ui/prices/sheet-drafts.ts";
import { begin, redo, step, undo, type History } from "#ui/prices/sheet-history.ts";

type Typed = Parameters<typeof withCell>[3];
type State<Row extends SheetRow> = Readonly<{ history: History<Drafts<Row>>; /** Counts what was not typed: half-typed texts of before are void then. */ rev: number }>;

/** The sheet as it is being typed, with every step to take back. */
export function useSheet<Row extends SheetRow>() {
  const [{ history, rev }, setState] = useState<State<Row>>({ history: begin(new Map()), rev: 0 });
  const change = useCallback((next: (history: History<Drafts<Row>>) => History<Drafts<Row>>, typed = false) =>
    setState((state) => {
      const changed = next(state.history);
      return changed === state.history ? state : { history: changed, rev: typed ? state.rev : state.rev + 1 };
    }), []);
  return {
    drafts: history.now, rev,
    canUndo: history.past.length > 0, canRedo: history.future.length > 0,
    type: useCallback((row: Row, item: string, typed: Typed) => change((now) => step(now, withCell(now.now, row, item, typed), `${row.id} ${item}`), true), [change]),
    /** Many cells as one step. */
    fill: useCallback((all: readonly Readonly<{ row: Row; items: Items }>[]) => change((now) => step(now, all.reduce<Drafts<Row>>((drafts, { row, items }) => withItems(drafts, row, items), now.now))), [change]),
    undo: useCallback(() => change(undo), [change]),
    redo: useCallback(() => change(redo), [change]),
    clear: useCallback(() => change(() => begin(new Map())), [change]),
  };
}

export type Sheet<Row extends SheetRow> = ReturnType<typeof useSheet<Row>>;
