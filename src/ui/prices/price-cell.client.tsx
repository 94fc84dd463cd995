"use client";
import { useTranslations } from "next-intl";
import { useState, type KeyboardEvent } from "react";
import { cn } from "#ui/kit/cn.ts";
import { digitsOf, parseRatio, parseUsd, ratioText, usdText, type Items, type Notation } from "#ui/prices/price-math.ts";
import { priceText } from "#ui/prices/price-text.ts";

type Props = { item: string; model: string; before: Items; items: Items; notation: Notation; onType: (typed: Readonly<{ pico: bigint | undefined }> | "bad") => void };

/** One price of the sheet: looks like text until it is typed into; a changed one keeps what is in force beside it. */
export function PriceCell({ item, model, before, items, notation, onType }: Props) {
  const t = useTranslations("prices");
  const [typing, setTyping] = useState<string>();
  const price = items[item];
  const shown = price === undefined ? "" : notation === "ratio" ? ratioText(item, items).replace("≈ ", "") : usdText(price, digitsOf(item));
  const read = (text: string) => (notation === "ratio" ? parseRatio(text, item, items) : parseUsd(text, digitsOf(item)));
  const parsed = typing === undefined ? undefined : read(typing);
  const bad = parsed !== undefined && "problem" in parsed && parsed.problem !== "empty";
  const changed = price !== before[item];
  const take = (text: string) => {
    setTyping(text);
    const found = read(text);
    onType("pico" in found ? { pico: found.pico } : found.problem === "empty" ? { pico: undefined } : "bad");
  };
  return (
    <span className="flex items-center justify-end gap-1.5">
      {changed && before[item] !== undefined ? <s className="text-12 text-fg-3">{priceText(item, before, notation)}</s> : null}
      <input
        type="text" inputMode="decimal" autoComplete="off" data-price={item} className={cn("price-cell", changed && "price-cell-changed", bad && "price-cell-bad")} placeholder="—"
        aria-label={t("sheet.cell", { model, item: t(`items.${item}`) })} aria-invalid={bad || undefined} title={bad ? t("rows.problems.form") : undefined}
        value={typing ?? shown} onFocus={(event) => event.currentTarget.select()} onChange={(event) => take(event.target.value)} onBlur={() => bad || setTyping(undefined)} onKeyDown={move}
      />
    </span>
  );
}

/** Enter and the arrows go through the column, as in a spreadsheet. */
function move(event: KeyboardEvent<HTMLInputElement>): void {
  const step = event.key === "Enter" || event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (step === 0) return;
  event.preventDefault();
  const column = [...document.querySelectorAll<HTMLInputElement>(`input[data-price="${event.currentTarget.dataset["price"] ?? ""}"]`)];
  column[column.indexOf(event.currentTarget) + step]?.focus();
}
