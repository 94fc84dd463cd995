import type { ReactNode } from "react";

/** The one narrow column of the pages that are nothing but a form. */
export function Column({ children }: { children: ReactNode }) {
  return <div className="mx-auto w-full max-w-[368px] px-4 pt-10 pb-24 max-sm:max-w-none sm:px-0 sm:pt-[12vh]">{children}</div>;
}
