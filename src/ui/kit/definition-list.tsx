import { Fragment, type ReactNode } from "react";
import { cn } from "#ui/kit/cn.ts";

export type Fact = Readonly<{ label: ReactNode; value: ReactNode; key?: string }>;

/** Facts about one thing: name left, value right of it. Unknown is a dash, never nothing. */
export function DefinitionList({ items, className }: { items: readonly Fact[]; className?: string }) {
  return (
    <dl className={cn("facts", className)}>
      {items.map(({ label, value, key }, i) => (
        <Fragment key={key ?? i}>
          <dt>{label}</dt>
          <dd>{value === undefined || value === null || value === "" ? "—" : value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}
