"use client";
import { useTranslations } from "next-intl";
import { useState, type ClipboardEvent, type KeyboardEvent } from "react";
import { cn } from "#ui/kit/cn.ts";
import { digitsOf, parseRatio, parseUsd, ratioText, usdText, type Items, type Notation } from "#ui/prices/price-math.ts";
import { priceText } from "#ui/prices/price-text.ts";
import { isRange } from "#ui/prices/spread-cells.ts";

export type Typed = Readonly<{ pico: bigint | undefined }> | "bad";

type Props = {
  item: string; id: string; model: string; before: Items; items: Items; notation: Notation;
  /** Of the sheet: what was typed before another step than typing is void. */
  rev: number;
  onType: (typed: Typed) => void;
  /** A copied range; `from` is the cell that it was pasted into. */
  onRange: (text: string, from: HTMLInputElement) => void;
  onUndo: () => void;
  onRedo: () => void;
};

/** One price of the sheet: looks like text until it is typed into; a changed one keeps what is in force beside it. */
export function PriceCell({ item, id, model, before, items, notation, rev, onType, onRange, onUndo, onRedo }: Props) {
  const t = useTranslations("prices");
  const [typed, setTyped] = useState<Readonly<{ text: string; rev: number }>>();
  const typing = typed?.rev === rev ? typed.text : undefined;
  const price = items[item];
  const shown = price === undefined ? "" : notation === "ratio" ? ratioText(item, items).replace("≈ ", "") : usdText(price, digitsOf(item));
  const read = (text: string) => (notation === "ratio" ? parseRatio(text, item, items) : parseUsd(text, digitsOf(item)));
  const parsed = typing === undefined ? undefined : read(typing);
  const bad = parsed !== undefined && "problem" in parsed && parsed.problem !== "empty";
  const changed = price !== before[item];
  const take = (text: string) => {
    setTyped({ text, rev });
    const found = read(text);
    onType("pico" in found ? { pico: found.pico } : found.problem === "empty" ? { pico: undefined } : "bad");
  };
  const putBack = () => {
    setTyped(undefined);
    onType({ pico: before[item] });
  };
  const onPaste = (event: ClipboardEvent<HTMLInputElement>) => {
    const text = event.clipboardData.getData("text/plain");
    if (!isRange(text)) return;
    event.preventDefault();
    onRange(text, event.currentTarget);
  };
  return (
    <span className="flex items-center justify-end gap-1.5">
      {changed && before[item] !== undefined ? <s className="text-12 text-fg-3">{priceText(item, before, notation)}</s> : null}
      <input
        type="text" inputMode="decimal" autoComplete="off" data-price={item} data-model={id} className={cn("price-cell", changed && "price-cell-changed", bad && "price-cell-bad")} placeholder="—"
        aria-label={t("sheet.cell", { model, item: t(`items.${item}`) })} aria-invalid={bad || undefined} title={bad ? t("rows.problems.form") : undefined}
        value={typing ?? shown} onFocus={(event) => event.currentTarget.select()} onChange={(event) => take(event.target.value)} onBlur={() => bad || setTyped(undefined)}
        onPaste={onPaste} onKeyDown={(event) => onKey(event, { take, onUndo, onRedo, ...((changed || bad) && { putBack }) })}
      />
    </span>
  );
}

type Acts = Readonly<{ take: (text: string) => void; onUndo: () => void; onRedo: () => void; putBack?: () => void }>;

/** As in a spreadsheet: Enter and the arrows go from cell to cell, Ctrl+D fills from above, Ctrl+Z takes back, Esc puts back what is in force. */
function onKey(event: KeyboardEvent<HTMLInputElement>, { take, onUndo, onRedo, putBack }: Acts): void {
  const cell = event.currentTarget, key = event.key.toLowerCase();
  const command = (event.ctrlKey || event.metaKey) && !event.altKey;
  const act = command ? { d: () => { const above = neighbour(cell, -1, 0); if (above) take(above.value); }, z: event.shiftKey ? onRedo : onUndo, y: onRedo }[key]
    : key === "escape" ? putBack
    : event.altKey || event.shiftKey && key !== "enter" ? undefined
    : { enter: () => neighbour(cell, event.shiftKey ? -1 : 1, 0)?.focus(), arrowdown: () => neighbour(cell, 1, 0)?.focus(), arrowup: () => neighbour(cell, -1, 0)?.focus(), ...sideways(cell) }[key];
  if (!act) return;
  event.preventDefault();
  event.stopPropagation();
  act();
}

/** Left and right leave the cell only where nobody is moving within its text. */
function sideways(cell: HTMLInputElement): Readonly<Record<string, () => void>> {
  const whole = cell.selectionStart === 0 && cell.selectionEnd === cell.value.length;
  return whole ? { arrowleft: () => neighbour(cell, 0, -1)?.focus(), arrowright: () => neighbour(cell, 0, 1)?.focus() } : {};
}

/** Cells of the sheet that can be seen, row by row from the top. */
export function cellRows(cell: HTMLInputElement): readonly (readonly HTMLInputElement[])[] {
  const rows = [...(cell.closest("table")?.querySelectorAll("tbody tr") ?? [])];
  return rows.map((row) => [...row.querySelectorAll<HTMLInputElement>("input[data-price]")].filter(({ offsetParent }) => offsetParent !== null)).filter(({ length }) => length > 0);
}

function neighbour(cell: HTMLInputElement, down: number, right: number): HTMLInputElement | undefined {
  const rows = cellRows(cell);
  const at = rows.findIndex((row) => row.includes(cell));
  if (down === 0) return rows[at]?.[rows[at].indexOf(cell) + right];
  return rows[at + down]?.find(({ dataset }) => dataset["price"] === cell.dataset["price"]);
}
