import Link from "next/link";
import type { ReactNode } from "react";
import { cn } from "#ui/kit/cn.ts";

export type BarListItem = Readonly<{ id: string; label: ReactNode; value: number; href?: string; note?: ReactNode; icon?: ReactNode }>;

type Props = { items: readonly BarListItem[]; format: (value: number) => string; label: string; /** What a full bar stands for; the largest value by default. */ max?: number; className?: string };

/** Shares compared by length: names and figures in text, the bar behind them. */
export function BarList({ items, format, label, max, className }: Props) {
  const full = max ?? Math.max(0, ...items.map(({ value }) => value));
  return (
    <ol className={cn("flex flex-col gap-1", className)} aria-label={label}>
      {items.map(({ id, label: name, value, href, note, icon }) => {
        const inside = (
          <>
            <svg className="absolute inset-0 size-full" aria-hidden="true"><rect width={`${full > 0 ? Math.max(0, Math.min(100, (100 * value) / full)).toFixed(2) : 0}%`} height="100%" rx="4" className="fill-accent-soft" /></svg>
            <span className="relative flex min-w-0 flex-1 items-center gap-2">{icon}<span className="truncate">{name}</span>{note ? <span className="text-13 text-fg-3">{note}</span> : null}</span>
            <span className="nums relative">{format(value)}</span>
          </>
        );
        const look = "relative flex min-h-8 items-center gap-4 px-2";
        return <li key={id}>{href ? <Link href={href} className={cn(look, "rounded-control hover:underline")}>{inside}</Link> : <div className={look}>{inside}</div>}</li>;
      })}
    </ol>
  );
}
