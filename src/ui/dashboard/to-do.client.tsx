"use client";
import { useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { CheckCheck, CircleAlert, CircleX, Clock, FileQuestion, Scale, TrendingDown, type LucideIcon } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { AppRouter } from "#trpc/root.ts";
import { formatTotal } from "#ui/format/index.ts";
import { cn } from "#ui/kit/cn.ts";
import { ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

type Item = inferRouterOutputs<AppRouter>["admin"]["dashboard"]["toDo"]["rows"][number];
type Look = Readonly<{ icon: LucideIcon; tone: "bad" | "warn" | "info"; href: (item: Item) => string }>;

const channel = ({ id }: Item): string => `/admin/channels?open=${id}`;
const model = ({ name }: Item): string => `/admin/models?q=${encodeURIComponent(name)}`;

const LOOKS: Readonly<Record<Item["kind"], Look>> = {
  invariant_broken: { icon: Scale, tone: "bad", href: () => "/admin/ledger" },
  dead_letters: { icon: CircleX, tone: "bad", href: () => "/admin/health" },
  suspense: { icon: Scale, tone: "bad", href: ({ id }) => `/admin/ledger/accounts/${encodeURIComponent(id)}` },
  channel_down: { icon: CircleX, tone: "bad", href: channel },
  channel_failing: { icon: CircleAlert, tone: "warn", href: channel },
  keys_off: { icon: CircleAlert, tone: "warn", href: channel },
  below_cost: { icon: TrendingDown, tone: "bad", href: ({ name }) => `/admin/prices?q=${encodeURIComponent(name)}` },
  model_without_price: { icon: FileQuestion, tone: "info", href: model },
  model_without_channel: { icon: FileQuestion, tone: "info", href: model },
  order_in_review: { icon: Clock, tone: "warn", href: ({ id }) => `/admin/orders/${id}` },
  approval_waiting: { icon: Clock, tone: "warn", href: () => "/admin/approvals" },
  dispute_open: { icon: CircleAlert, tone: "bad", href: () => "/admin/disputes" },
};
const TONES = { bad: "text-bad", warn: "text-warn", info: "text-info" } as const;

/** What wants a person, the gravest first: what, since when, and a link to where it is mended. */
export function ToDoList() {
  const trpc = useTRPC();
  const t = useTranslations("dashboard");
  const { data, isError, refetch } = useQuery({ ...trpc.admin.dashboard.toDo.queryOptions(), refetchInterval: 15_000 });
  const more = Object.values(data?.more ?? {}).reduce((sum, count) => sum + count, 0);
  return (
    <section className="card min-w-0" aria-labelledby="todo-title">
      <div className="flex items-baseline p-4 pb-3">
        <h2 id="todo-title" className="flex-1 font-semibold">{t("toDo")}</h2>
        <span className="nums text-13 text-fg-3">{data ? data.rows.length + more : ""}</span>
      </div>
      {isError && !data ? <ErrorState onRetry={() => void refetch()} /> : !data ? <div className="p-4"><SkeletonText lines={4} /></div> : data.rows.length === 0 ? (
        <p className="flex gap-2 border-t p-4 text-fg-2"><CheckCheck className="text-ok" size={16} strokeWidth={1.75} aria-hidden="true" />{t("toDoEmpty")}</p>
      ) : (
        <ul>
          {data.rows.map((item) => <ToDoLine key={`${item.kind} ${item.id}`} item={item} />)}
          {more > 0 ? <li className="border-t px-4 py-3 text-13 text-fg-2">{t("moreToDo", { count: more })}</li> : null}
        </ul>
      )}
    </section>
  );
}

function ToDoLine({ item }: { item: Item }) {
  const t = useTranslations("dashboard");
  const classes = useTranslations("channels.overview.classes");
  const disputes = useTranslations("admin-orders.disputeReasons");
  const { icon: Icon, tone, href } = LOOKS[item.kind];
  const said = item.detail ?? "";
  const facts = { name: item.name, count: item.count ?? 0, amount: formatTotal(item.amountNano ?? 0n), detail: classes.has(said) ? classes(said) : disputes.has(said) ? disputes(said) : said };
  return (
    <li className="border-t">
      <Link href={href(item)} className="flex gap-3 px-4 py-2.5 hover:bg-muted focus-visible:-outline-offset-2">
        <Icon className={cn("mt-0.5", TONES[tone])} size={16} strokeWidth={1.75} aria-hidden="true" />
        <span className="min-w-0 flex-1">
          <span className="block truncate">{t(`toDoTitle.${item.kind}`, facts)}</span>
          <span className="block truncate text-12 text-fg-3">{t(`toDoText.${item.kind}`, facts)}</span>
        </span>
        {item.since ? <Time at={item.since} className="text-12 text-fg-3" /> : null}
      </Link>
    </li>
  );
}
