"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState, type RefObject } from "react";
import { cn } from "#ui/kit/cn.ts";
import { Pager } from "#ui/kit/pager.client.tsx";
import { ErrorState, NoMatch, StaleNote } from "#ui/kit/states.tsx";
import { HIDE, SkeletonBody, TableBody, TableHead } from "#ui/kit/table-body.client.tsx";
import { SkeletonCards, TableCards } from "#ui/kit/table-cards.client.tsx";
import type { DataTableProps } from "#ui/kit/table-types.ts";
import { Time } from "#ui/kit/time.client.tsx";
import { useHydrated } from "#ui/kit/use-hydrated.client.ts";
import { useMedia } from "#ui/kit/use-media.client.ts";
import { useRowKeys } from "#ui/kit/use-row-keys.client.ts";

export type { Column, DataTableProps, PagerProps, TableState } from "#ui/kit/table-types.ts";
export { SelectionBar } from "#ui/kit/selection-bar.client.tsx";

const SKELETON_ROWS = 8;

/**
 * A list that pages by key: table from 768 px on, cards below. It knows the five states; old rows stay, dimmed, while
 * the next ones come, so that nothing jumps.
 */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { rows, rowKey, state, error, onRetry, empty, filtered, onClearFilters, updatedAt, pager, openKey, onOpen, onClose, href } = props;
  const t = useTranslations("tables");
  const router = useRouter();
  const root = useRef<HTMLDivElement>(null);
  const byKey = (key: string, act: (row: Row) => void) => {
    const row = rows?.find((one) => rowKey(one) === key);
    if (row !== undefined) act(row);
  };
  useRowKeys(root, {
    keys: rows?.map(rowKey) ?? [],
    openKey,
    onOpen: onOpen && ((key) => byKey(key, onOpen)),
    onClose,
    onFollow: href && ((key) => byKey(key, (row) => router.push(href(row)))),
  });

  const failed = state === "error" && !rows?.length;
  const nothing = rows !== undefined && rows.length === 0 && !failed && state !== "loading";
  const busy = state === "loading";
  return (
    <div ref={root} data-rows="" className="min-w-0" aria-busy={busy}>
      <span className="sr-only" role="status">{busy ? t("loading") : ""}</span>
      {state === "stale" || (state === "error" && rows?.length) ? (
        <StaleNote {...(onRetry && { onRetry })}>{updatedAt ? t.rich("stale", { time: () => <Time at={updatedAt} /> }) : t("staleUnknown")}</StaleNote>
      ) : null}
      {failed ? <ErrorState title={t("failed")} text={error?.text} requestId={error?.requestId} onRetry={onRetry} />
        : nothing ? (filtered ? <NoMatch {...(onClearFilters && { onClear: onClearFilters })} /> : empty)
        : <Rows {...props} dimmed={state === "stale" || state === "error" || (busy && rows !== undefined)} root={root} />}
      {pager && !failed && !(nothing && !pager.hasPrevious) ? <div className="tbl-pager"><Pager {...pager} busy={busy} /></div> : null}
    </div>
  );
}

/** Until the browser has looked at its width, both forms are there and the style sheet shows the right one. */
function Rows<Row>({ dimmed, root, ...props }: DataTableProps<Row> & { dimmed: boolean; root: RefObject<HTMLDivElement | null> }) {
  const { columns, rows, rowKey, pager, selection, rowMenu, density, label } = props;
  const hydrated = useHydrated();
  const wide = useMedia("(min-width: 768px)");
  const overflows = useOverflow(root, wide);
  const coming = Math.min(pager?.size ?? SKELETON_ROWS, SKELETON_ROWS);
  const dim = dimmed ? "tbl-dimmed" : "";
  return (
    <>
      {!hydrated || wide ? (
        <div className={cn("tbl-scroll @container max-md:hidden", dim)} data-scroll="" {...(overflows && { tabIndex: 0, role: "region", "aria-label": label })}>
          <table className={cn("tbl tbl-hover", density === "compact" && "tbl-dense")} aria-label={label}>
            <colgroup>
              {selection ? <col width="40" /> : null}
              {columns.map(({ id, width, hideBelow }) => <col key={id} width={width?.replace("px", "")} className={hideBelow && HIDE[hideBelow]} />)}
              {rowMenu ? <col width="48" /> : null}
            </colgroup>
            <TableHead columns={columns} keys={rows?.map(rowKey) ?? []} selection={selection} menu={Boolean(rowMenu)} sticky={overflows} />
            {rows === undefined ? <SkeletonBody columns={columns} count={coming} selection={Boolean(selection)} menu={Boolean(rowMenu)} /> : <TableBody {...props} rows={rows} sticky={overflows} />}
          </table>
        </div>
      ) : null}
      {!hydrated || !wide ? (
        <div className={cn("md:hidden", dim)}>{rows === undefined ? <SkeletonCards count={coming} /> : <TableCards {...props} rows={rows} />}</div>
      ) : null}
    </>
  );
}

/** Is the table wider than its place? Then it scrolls, by keyboard too, and the first column stays. */
function useOverflow(root: RefObject<HTMLDivElement | null>, wide: boolean): boolean {
  const [overflows, setOverflows] = useState(false);
  useEffect(() => {
    const box = root.current?.querySelector<HTMLElement>("[data-scroll]");
    if (!box) return;
    const look = () => setOverflows(box.scrollWidth > box.clientWidth + 1);
    const observer = new ResizeObserver(look);
    observer.observe(box);
    if (box.firstElementChild) observer.observe(box.firstElementChild);
    return () => observer.disconnect();
  }, [root, wide]);
  return overflows;
}
