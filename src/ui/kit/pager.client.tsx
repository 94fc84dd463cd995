"use client";
import { useTranslations } from "next-intl";
import { Button } from "#ui/kit/button.tsx";
import type { PagerProps } from "#ui/kit/table-types.ts";

const SIZES = [25, 50, 100] as const;

/** Older and newer: a list that grows while it is read has no page numbers. */
export function Pager({ hasPrevious, hasNext, onPrevious, onNext, size, onSize, total, busy = false }: PagerProps & { busy?: boolean }) {
  const t = useTranslations("tables");
  if (!hasPrevious && !hasNext && !onSize && !total) return null;
  return (
    <nav className="flex flex-wrap items-center gap-2 py-3 text-13 text-fg-2" aria-label={t("pager.label")}>
      {size === undefined ? null : onSize ? (
        <label className="inline-flex items-center gap-2">
          <span className="sr-only">{t("pager.sizeLabel")}</span>
          <select className="field field-quiet h-7! w-auto! px-2! text-13!" value={size} onChange={(event) => onSize(Number(event.target.value))}>
            {[...new Set([...SIZES, size])].sort((a, b) => a - b).map((count) => <option key={count} value={count}>{t("pager.size", { count })}</option>)}
          </select>
        </label>
      ) : <span>{t("pager.size", { count: size })}</span>}
      {total ? <span className="nums text-fg-3">{total}</span> : null}
      <span className="flex-1 sm:hidden" />
      <Button size="sm" disabled={!hasPrevious || busy} onClick={onPrevious}>{t("pager.previous")}</Button>
      <Button size="sm" disabled={!hasNext || busy} onClick={onNext}>{t("pager.next")}</Button>
    </nav>
  );
}
