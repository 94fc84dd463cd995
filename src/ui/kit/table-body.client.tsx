"use client";
import { ArrowDown, ArrowUp, ChevronsUpDown } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useRef, type MouseEvent, type ReactNode } from "react";
import { cn } from "#ui/kit/cn.ts";
import { Menu } from "#ui/kit/menu.client.tsx";
import { Skeleton } from "#ui/kit/states.tsx";
import { afterToggle, afterToggleAll, shownState } from "#ui/kit/table-selection.ts";
import type { Column, DataTableProps, Selection } from "#ui/kit/table-types.ts";

/** By the table's own width, which a drawer beside it takes from: `lg` is what a screen of 1024 px leaves beside the navigation, `xl` one of 1280. */
export const HIDE = { lg: "@max-[736px]:hidden", xl: "@max-[980px]:hidden" } as const;

/** How a row opens: a link where it has an address, else a button; a plain click opens the drawer where there is one. */
export type Opening<Row> = Pick<DataTableProps<Row>, "onOpen" | "href">;

/** The element that opens a row: all of a card, or the content of the first cell. */
export function RowOpener<Row>({ row, rowKey, opening: { onOpen, href }, open, className, children }: { row: Row; rowKey: string; opening: Opening<Row>; open: boolean; className: string; children: ReactNode }) {
  if (href) {
    const onClick = (event: MouseEvent) => {
      if (!onOpen || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
      event.preventDefault();
      onOpen(row);
    };
    return <Link href={href(row)} prefetch={false} data-row={rowKey} className={className} aria-expanded={onOpen ? open : undefined} onClick={onClick}>{children}</Link>;
  }
  if (onOpen) return <button type="button" data-row={rowKey} className={cn("text-left", className)} aria-expanded={open} onClick={() => onOpen(row)}>{children}</button>;
  return <>{children}</>;
}

export function TableHead<Row>({ columns, keys, selection, menu, sticky }: { columns: readonly Column<Row>[]; keys: readonly string[]; selection: Selection | undefined; menu: boolean; sticky: boolean }) {
  const t = useTranslations("tables");
  return (
    <thead>
      <tr>
        {selection ? (
          <th scope="col" className="w-8 pr-0!">
            <AllBox label={t("selection.page")} state={keys.length === 0 ? "none" : shownState(selection.selected, keys)} onChange={() => selection.onChange(afterToggleAll(selection.selected, keys))} />
          </th>
        ) : null}
        {columns.map((column, i) => (
          <th key={column.id} scope="col" className={cn(column.align === "right" && "num", column.hideBelow && HIDE[column.hideBelow], i === 0 && sticky && "tbl-stick")} aria-sort={ariaSort(column)}>
            {column.sort ? <SortButton sort={column.sort} right={column.align === "right"}>{column.header}</SortButton> : column.header}
          </th>
        ))}
        {menu ? <th scope="col" className="w-10"><span className="sr-only">{t("actions")}</span></th> : null}
      </tr>
    </thead>
  );
}

function ariaSort({ sort }: Pick<Column<never>, "sort">): "ascending" | "descending" | "none" | undefined {
  if (!sort) return undefined;
  return sort.direction === "asc" ? "ascending" : sort.direction === "desc" ? "descending" : "none";
}

function SortButton({ sort: { direction, onSort }, right, children }: { sort: NonNullable<Column<never>["sort"]>; right: boolean; children: ReactNode }) {
  const Icon = direction === "asc" ? ArrowUp : direction === "desc" ? ArrowDown : ChevronsUpDown;
  return (
    <button type="button" className={cn("-my-1 inline-flex min-h-6 items-center align-middle gap-1 rounded-control hover:text-fg", direction && "text-fg", right && "flex-row-reverse")} onClick={onSort}>
      {children}
      <Icon size={12} strokeWidth={1.75} aria-hidden="true" className={direction ? "" : "opacity-60"} />
    </button>
  );
}

function AllBox({ label, state, onChange }: { label: string; state: "none" | "some" | "all"; onChange: () => void }) {
  return (
    <input type="checkbox" className="check" aria-label={label} checked={state === "all"} onChange={onChange} ref={(box) => {
      if (box) box.indeterminate = state === "some";
    }} />
  );
}

type BodyProps<Row> = Pick<DataTableProps<Row>, "columns" | "rowKey" | "selection" | "rowMenu" | "openKey" | "onOpen" | "href"> & { rows: readonly Row[]; sticky: boolean };

export function TableBody<Row>({ rows, columns, rowKey, selection, rowMenu, openKey, onOpen, href, sticky }: BodyProps<Row>) {
  const t = useTranslations("tables");
  const last = useRef<string>(undefined);
  const keys = rows.map(rowKey);
  const opening: Opening<Row> = { ...(onOpen && { onOpen }), ...(href && { href }) };
  const opens = Boolean(onOpen ?? href);
  const toggle = (key: string, event: MouseEvent) => {
    selection?.onChange(afterToggle(selection.selected, keys, key, last.current, event.shiftKey));
    last.current = key;
  };
  return (
    <tbody>
      {rows.map((row, at) => {
        const key = keys[at] ?? "";
        const selected = selection?.selected.has(key) ?? false;
        return (
          <tr key={key} aria-current={openKey === key ? "true" : undefined} data-selected={selected || undefined} className={opens ? "cursor-pointer" : undefined} onClick={opens ? (event) => clickRow(event, key) : undefined}>
            {selection ? (
              <td className="pr-0!"><input type="checkbox" className="check" aria-label={t("selection.row", { row: at + 1 })} checked={selected} onChange={() => undefined} onClick={(event) => toggle(key, event)} /></td>
            ) : null}
            {columns.map((column, i) => (
              <td key={column.id} className={cn(column.align === "right" && "num", column.hideBelow && HIDE[column.hideBelow], i === 0 && sticky && "tbl-stick")}>
                {i === 0 && opens ? <RowOpener row={row} rowKey={key} opening={opening} open={openKey === key} className="tbl-opener">{column.cell(row)}</RowOpener> : <div className="tbl-cell">{column.cell(row)}</div>}
              </td>
            ))}
            {rowMenu ? <td className="num"><Menu label={t("rowMenu")} items={rowMenu(row)} /></td> : null}
          </tr>
        );
      })}
    </tbody>
  );
}

/** A click anywhere on a row is one on its opener, unless it was meant for something else or ended a selection of text. */
function clickRow(event: MouseEvent<HTMLTableRowElement>, key: string): void {
  const target = event.target;
  if (!(target instanceof Element) || !event.currentTarget.contains(target)) return;
  if (target.closest("a, button, input, label, select, [role=menuitem]") || String(getSelection() ?? "") !== "") return;
  const opener = event.currentTarget.querySelector<HTMLElement>(`[data-row="${CSS.escape(key)}"]`);
  opener?.dispatchEvent(new window.MouseEvent("click", { bubbles: true, cancelable: true, metaKey: event.metaKey, ctrlKey: event.ctrlKey }));
}

const WIDTHS = ["w-3/5", "w-2/5", "w-1/2", "w-1/3", "w-3/4"] as const;

/** Rows to come, as high as rows are. */
export function SkeletonBody<Row>({ columns, count, selection, menu }: { columns: readonly Column<Row>[]; count: number; selection: boolean; menu: boolean }) {
  return (
    <tbody aria-hidden="true">
      {Array.from({ length: count }, (_, row) => (
        <tr key={row}>
          {selection ? <td className="pr-0!" /> : null}
          {columns.map((column, i) => (
            <td key={column.id} className={cn(column.hideBelow && HIDE[column.hideBelow])}>
              <Skeleton className={cn("h-3", WIDTHS[(row + i * 2) % WIDTHS.length], column.align === "right" && "ml-auto")} />
            </td>
          ))}
          {menu ? <td /> : null}
        </tr>
      ))}
    </tbody>
  );
}
