import Link from "next/link";
import { TabStrip } from "#ui/kit/tab-strip.client.tsx";

export type RouteTab = Readonly<{ href: string; label: string; count?: number }>;

/** Tabs are addresses: the open one can be sent to a colleague. */
export function RouteTabs({ tabs, current, label }: { tabs: readonly RouteTab[]; current: string; label?: string }) {
  return (
    <TabStrip current={current} label={label} words={tabs.map(({ label: text, count }) => `${text} ${count ?? ""}`).join()}>
      {tabs.map(({ href, label: text, count }) => (
        <Link key={href} href={href} aria-current={href === current ? "page" : undefined} scroll={false}>
          {text}
          {count === undefined ? null : <span className="nums text-13 font-normal text-fg-3">{count.toLocaleString("en-US")}</span>}
        </Link>
      ))}
    </TabStrip>
  );
}
