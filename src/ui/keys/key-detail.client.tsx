"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useRouter } from "next/navigation";
import { formatExact } from "#ui/format/index.ts";
import { Connect } from "#ui/connect/connect.client.tsx";
import { useKeyActions } from "#ui/keys/key-actions.client.tsx";
import { KeyLimit, KeyStatus, tightestBudget } from "#ui/keys/key-cells.client.tsx";
import { draftOf, isRetired, maskedKey, type KeyRow } from "#ui/keys/key-draft.ts";
import { KeyHistory } from "#ui/keys/key-history.client.tsx";
import { KeySettings } from "#ui/keys/key-settings.client.tsx";
import { useLimitSentence } from "#ui/keys/limit-sentence.client.ts";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { Card } from "#ui/kit/card.tsx";
import { DefinitionList } from "#ui/kit/definition-list.tsx";
import { Menu } from "#ui/kit/menu.client.tsx";
import { Money } from "#ui/kit/money.tsx";
import { EmptyState, ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { RouteTabs } from "#ui/kit/tabs.tsx";
import { Time } from "#ui/kit/time.client.tsx";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { useLive } from "#ui/live/use-live.client.ts";
import { callable, isWildcard } from "#ui/models/wildcard.ts";
import { RequestList } from "#ui/requests/request-list.client.tsx";
import { UsagePanel } from "#ui/usage/usage-panel.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

const TABS = ["usage", "requests", "settings", "history", "connect"] as const;
type Tab = (typeof TABS)[number];

/** One key: what it is, and its usage, requests, settings, history and snippets. */
export function KeyDetail({ id, base, shopName }: { id: string; base: string; shopName: string }) {
  const t = useTranslations("keys");
  const trpc = useTRPC();
  const queries = useQueryClient();
  const router = useRouter();
  const [tab] = useQueryState("tab", parseAsStringLiteral(TABS).withDefault("usage"));
  const query = useQuery(trpc.console.keys.get.queryOptions({ id }));
  useLive(["keys", "requests"], () => void queries.invalidateQueries({ queryKey: trpc.console.keys.get.queryKey({ id }) }));
  const { items, ask, setEnabled, dialogs } = useKeyActions({ base, shopName, away: (next) => next !== id && router.push(`/console/keys/${next}`) });
  const key = query.data;
  const back = { href: "/console/keys", label: t("title") };
  if (query.error?.data?.code === "NOT_FOUND" || query.error?.data?.code === "BAD_REQUEST") {
    return <><PageHeader title={t("detail.missing")} back={back} /><EmptyState title={t("detail.missing")} text={t("detail.missingText")} /></>;
  }
  if (!key) {
    return <><PageHeader title={t("detail.title")} back={back} />{query.isError ? <ErrorState onRetry={() => void query.refetch()} busy={query.isFetching} /> : <SkeletonText lines={5} />}</>;
  }
  const actions = isRetired(key) ? null : (
    <>
      {key.state === "disabled" ? <Button onClick={() => setEnabled(key, true)}>{t("act.enable")}</Button> : <Button onClick={() => setEnabled(key, false)}>{t("act.disable")}</Button>}
      <Button onClick={() => ask("rotate", key)}>{t("act.rotateNow")}</Button>
      <Menu label={t("act.more")} size="md" items={items(key).slice(-2).map((item) => ({ ...item, apart: false }))} />
    </>
  );
  return (
    <>
      <PageHeader title={key.name} badge={<span className="text-13"><KeyStatus row={key} /></span>} back={back} actions={actions} />
      <Facts row={key} />
      <div className="mt-6 mb-5">
        <RouteTabs label={t("detail.tabs")} current={address(id, tab)} tabs={TABS.map((name) => ({ href: address(id, name), label: t(`detail.tab.${name}`) }))} />
      </div>
      <Panel tab={tab} row={key} base={base} shopName={shopName} />
      {dialogs}
    </>
  );
}

const address = (id: string, tab: Tab): string => `/console/keys/${id}${tab === "usage" ? "" : `?tab=${tab}`}`;

function Facts({ row }: { row: KeyRow }) {
  const t = useTranslations("keys");
  const sentence = useLimitSentence();
  return (
    <Card>
      <div className="grid items-start gap-x-8 gap-y-2 md:grid-cols-2">
        <DefinitionList items={[
          { key: "key", label: t("columns.key"), value: <code className="text-13">{maskedKey(row)}</code> },
          { key: "limits", label: t("form.limits"), value: <span className="flex flex-wrap items-center gap-x-4 gap-y-1">{sentence.limits(draftOf(row))}{row.budgets.length > 0 ? <KeyLimit row={row} /> : null}</span> },
          { key: "access", label: t("form.access"), value: sentence.access(draftOf(row)) },
          { key: "expires", label: t("form.expiry"), value: row.expiresAt ? <Time at={row.expiresAt} as="stamp" /> : t("form.expiries.never") },
        ]} />
        <DefinitionList items={[
          { key: "month", label: t("columns.month"), value: <Money nano={row.monthNano} as="total" /> },
          { key: "today", label: t("columns.today"), value: <Money nano={row.todayNano} as="total" /> },
          { key: "used", label: t("columns.used"), value: row.lastUsedAt ? <Time at={row.lastUsedAt} /> : t("never") },
          { key: "created", label: t("detail.created"), value: <Time at={row.createdAt} as="stamp" /> },
        ]} />
      </div>
      {row.state === "low" || row.state === "exhausted" ? <BudgetNote row={row} /> : null}
      {row.oldSecret ? <Callout className="mt-4" tone="info">{t.rich("detail.oldSecret", { suffix: row.oldSecret.suffix ?? "", time: () => <Time at={row.oldSecret!.until} as="stamp" /> })}</Callout> : null}
    </Card>
  );
}

/** Requests end before the last cent does: what is refused, and that two clicks change it. */
function BudgetNote({ row }: { row: KeyRow }) {
  const t = useTranslations("keys");
  const tightest = tightestBudget(row);
  if (!tightest) return null;
  const left = tightest.amountNano - tightest.spentNano;
  return (
    <Callout className="mt-4" tone={row.state === "low" ? "warn" : "bad"} action={<Link className="link" href={address(row.id, "settings")}>{t("detail.raise")}</Link>}>
      {t(`detail.${row.state}`, { left: formatExact(left < 0n ? 0n : left), period: t(`periods.${tightest.per}`) })}
    </Callout>
  );
}

function Panel({ tab, row, base, shopName }: { tab: Tab; row: KeyRow; base: string; shopName: string }) {
  const trpc = useTRPC();
  const { data = [] } = useQuery({ ...trpc.console.models.list.queryOptions(), enabled: tab === "connect" });
  switch (tab) {
    case "usage": return <UsagePanel keyId={row.id} />;
    case "requests": return <RequestList keyId={row.id} />;
    case "settings": return <KeySettings key={row.id} row={row} />;
    case "history": return <KeyHistory id={row.id} />;
    case "connect": return <Card><Connect base={base} shopName={shopName} model={row.models.find((name) => !isWildcard(name)) ?? callable(data)[0]?.slug ?? "model"} /></Card>;
  }
}
