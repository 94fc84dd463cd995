import Link from "next/link";
import type { ReactNode } from "react";
import { cn } from "#ui/kit/cn.ts";

type CardProps = { children: ReactNode; title?: ReactNode; note?: ReactNode; action?: ReactNode; flush?: boolean; className?: string; as?: "section" | "div" | "aside" };

/** One object. `flush` leaves the padding to what is inside, as tables want. */
export function Card({ children, title, note, action, flush = false, className, as: As = "section" }: CardProps) {
  return (
    <As className={cn("card min-w-0", className)}>
      {title || action ? (
        <div className={cn("flex flex-wrap items-start gap-x-3 gap-y-2 px-4 pt-4 sm:px-5", flush && "border-b pb-3")}>
          <div className="min-w-0 flex-1">
            {title ? <h2 className="font-semibold">{title}</h2> : null}
            {note ? <p className="text-13 text-fg-3">{note}</p> : null}
          </div>
          {action}
        </div>
      ) : null}
      {flush ? children : <div className="p-4 sm:p-5">{children}</div>}
    </As>
  );
}

const COLUMNS = { 2: "sm:grid-cols-2", 3: "sm:grid-cols-3", 4: "grid-cols-2 lg:grid-cols-4", 5: "grid-cols-2 md:grid-cols-3 xl:grid-cols-5" } as const;

/** Figures that belong together share one card, parted by hairlines. */
export function StatGrid({ children, columns = 4, className }: { children: ReactNode; columns?: keyof typeof COLUMNS; className?: string }) {
  return <section className={cn("card stats", COLUMNS[columns], className)}>{children}</section>;
}

type StatProps = { label: ReactNode; value: ReactNode; delta?: ReactNode; href?: string; spark?: ReactNode; loading?: boolean };

/** One figure: what it is, how much, against what; a click leads to the rows behind it. */
export function StatCard({ label, value, delta, href, spark, loading = false }: StatProps) {
  const inside = (
    <>
      <p className="text-13 text-fg-2">{label}</p>
      {loading ? <span className="skeleton my-1 h-5 w-20" aria-hidden="true" /> : <p className="nums text-20 font-semibold">{value}</p>}
      {delta || spark ? (
        <div className="mt-1 flex items-end justify-between gap-3">
          <p className="min-w-0 text-12 text-fg-3">{delta}</p>
          {spark}
        </div>
      ) : null}
    </>
  );
  const shared = "block p-4 sm:px-5";
  return href ? <Link href={href} className={cn(shared, "hover:bg-muted focus-visible:-outline-offset-2")}>{inside}</Link> : <div className={shared}>{inside}</div>;
}
