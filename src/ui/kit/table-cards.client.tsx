"use client";
import { ChevronRight } from "lucide-react";
import { useTranslations } from "next-intl";
import { Menu } from "#ui/kit/menu.client.tsx";
import { Skeleton } from "#ui/kit/states.tsx";
import { RowOpener } from "#ui/kit/table-body.client.tsx";
import { afterToggle } from "#ui/kit/table-selection.ts";
import type { DataTableProps } from "#ui/kit/table-types.ts";

type Props<Row> = Pick<DataTableProps<Row>, "rowKey" | "card" | "onOpen" | "href" | "openKey" | "rowMenu" | "selection" | "label"> & { rows: readonly Row[] };

/** The same rows on a phone: a list of its own, never a squeezed table. */
export function TableCards<Row>({ rows, rowKey, card, onOpen, href, openKey, rowMenu, selection, label }: Props<Row>) {
  const t = useTranslations("tables");
  const opens = Boolean(onOpen ?? href);
  return (
    <ul className="tbl-cards divide-y border-y" aria-label={label}>
      {rows.map((row, at) => {
        const key = rowKey(row);
        return (
          <li key={key} className="flex items-center gap-2" aria-current={openKey === key ? "true" : undefined}>
            {selection ? (
              <input type="checkbox" className="check ml-1" aria-label={t("selection.row", { row: at + 1 })} checked={selection.selected.has(key)} onChange={() => selection.onChange(afterToggle(selection.selected, [], key, undefined, false))} />
            ) : null}
            <RowOpener row={row} rowKey={key} opening={{ ...(onOpen && { onOpen }), ...(href && { href }) }} open={openKey === key} className="flex min-h-14 min-w-0 flex-1 items-center gap-2 py-3">
              <div className={opens ? "min-w-0 flex-1" : "min-w-0 flex-1 py-3"}>{card(row)}</div>
              {opens ? <ChevronRight size={16} strokeWidth={1.75} className="text-fg-3" aria-hidden="true" /> : null}
            </RowOpener>
            {rowMenu ? <Menu label={t("rowMenu")} items={rowMenu(row)} size="md" /> : null}
          </li>
        );
      })}
    </ul>
  );
}

export function SkeletonCards({ count }: { count: number }) {
  return (
    <ul className="tbl-cards divide-y border-y" aria-hidden="true">
      {Array.from({ length: count }, (_, i) => (
        <li key={i} className="flex min-h-14 flex-col justify-center gap-2 py-3">
          <span className="flex justify-between gap-8"><Skeleton className={i % 2 ? "h-3 w-2/5" : "h-3 w-1/2"} /><Skeleton className="h-3 w-16" /></span>
          <span className="flex justify-between gap-8"><Skeleton className={i % 3 ? "h-3 w-1/2" : "h-3 w-3/5"} /><Skeleton className="h-3 w-12" /></span>
        </li>
      ))}
    </ul>
  );
}
