import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { cn } from "#ui/kit/cn.ts";
import { Skeleton } from "#ui/kit/states.tsx";

type RowProps = {
  title: ReactNode; children: ReactNode;
  /** Its figures did not come, the last time; `stale` while there are older ones. */
  failed?: boolean; stale?: boolean; onRetry?: () => void;
};

/** Figures of one kind, side by side. A row whose figures fail says so by itself; the others live on. */
export function FigureRow({ title, children, failed = false, stale = false, onRetry }: RowProps) {
  const t = useTranslations("dashboard");
  const again = onRetry ? <button type="button" className="link" onClick={onRetry}>{t("rowRetry")}</button> : null;
  return (
    <div className="border-t first:border-t-0 xl:grid xl:grid-cols-[132px_minmax(0,1fr)]">
      <h2 className="px-4 pt-4 text-13 text-fg-2 max-xl:pb-0">{title}</h2>
      {failed && !stale ? <p role="alert" className="flex flex-wrap items-center gap-x-3 px-4 py-5 text-13 text-fg-2">{t("rowFailed")} {again}</p> : (
        <div className={stale ? "tbl-dimmed" : undefined}>
          {stale ? <p role="status" className="flex flex-wrap items-center gap-x-3 px-4 pt-3 text-13">{t("rowStale")} {again}</p> : null}
          <div className="grid grid-cols-2 md:grid-cols-3 lg:grid-cols-5">{children}</div>
        </div>
      )}
    </div>
  );
}

type FigureProps = { label: string; value: ReactNode; note?: ReactNode; href: string; loading: boolean; bad?: boolean; /** Beside the value: the shape of the last minutes. */ aside?: ReactNode };

/** A figure that leads to the rows it is the sum of. */
export function Figure({ label, value, note, href, loading, bad = false, aside }: FigureProps) {
  return (
    <Link href={href} className="figure min-w-0 px-4 py-2.5 hover:bg-muted focus-visible:-outline-offset-2 md:py-3.5">
      <p className="text-12 text-fg-3">{label}</p>
      {loading ? <Skeleton className="my-1 h-5 w-24" /> : <p className={cn("nums mt-0.5 flex items-center gap-2 text-20 font-semibold", bad && "text-bad")}>{value}{aside}</p>}
      <p className="mt-0.5 truncate text-12 text-fg-3">{loading ? <Skeleton className="h-3 w-20" /> : note}</p>
    </Link>
  );
}
