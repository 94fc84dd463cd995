import type { ReactNode } from "react";
import { cn } from "#ui/kit/cn.ts";

/** A table of a work area: its rows run to the edges of the page, and its first cell lines up with the page's title. */
export function Bleed({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <div className={cn("md:-mx-6 md:[&_.tbl_:is(td,th):first-child]:pl-6 md:[&_.tbl_:is(td,th):last-child]:pr-6 md:[&_.tbl-pager]:px-6 md:[&_.state-box]:px-6", className)}>{children}</div>
  );
}
