"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { formatTokens, formatUsdPerMillion } from "#ui/format/index.ts";
import { StatusDot } from "#ui/kit/badge.tsx";
import { LinkButton } from "#ui/kit/button.tsx";
import { Card } from "#ui/kit/card.tsx";
import { DefinitionList } from "#ui/kit/definition-list.tsx";
import { ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.client.tsx";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { MissingPage } from "#ui/layout/page-states.client.tsx";
import { ModelForm } from "#ui/models-admin/model-form.client.tsx";
import { Problems } from "#ui/models-admin/model-list.client.tsx";
import { refusalOf } from "#ui/channels/use-act.client.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

/** One model: its facts, its price, who serves it. */
export function ModelPage({ id, write }: { id: string; write: boolean }) {
  const t = useTranslations("models-admin");
  const kinds = useTranslations("model.facts.kinds");
  const abilities = useTranslations("models.can");
  const trpc = useTRPC();
  const query = useQuery(trpc.admin.models.get.queryOptions({ id }));
  const model = query.data;
  if (query.isError) return refusalOf(query.error).code === "not_found" ? <MissingPage /> : <ErrorState onRetry={() => void query.refetch()} />;
  if (!model) return <><PageHeader title="…" back={{ href: "/admin/models", label: t("title") }} /><SkeletonText lines={8} /></>;
  const list = (name: string, word = (text: string): string => text): string => { const value = model.facts[name]; return Array.isArray(value) ? value.map(String).map(word).join(t("page.and")) : typeof value === "string" ? value : ""; };
  const kind = (name: string): string => (kinds.has(name) ? kinds(name) : name);
  const known = [
    { label: t("page.modalities"), value: list("input") === "" ? "" : `${list("input", kind)} → ${list("output", kind)}` }, { label: t("page.can"), value: list("can", (name) => (abilities.has(name) ? abilities(name) : name)) }, { label: t("page.released"), value: list("released") },
    { label: t("page.knowledge"), value: list("knowledge") }, { label: t("page.source"), value: list("source") === "" ? "" : `${list("source")}, ${list("asOf")}` },
  ].filter(({ value }) => value !== "");
  return (
    <>
      <PageHeader title={model.slug} back={{ href: "/admin/models", label: t("title") }} badge={<Problems model={model} />}
        actions={<LinkButton href={`/admin/requests?model=${encodeURIComponent(model.slug)}`}>{t("page.requests")}</LinkButton>} />
      <div className="grid gap-6 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <Card title={t("page.facts")}><ModelForm key={model.id} model={model} readOnly={!write} /></Card>
        <div className="flex min-w-0 flex-col gap-6">
          <Card title={t("page.price")} action={<LinkButton size="sm" href={`/admin/prices?open=${model.id}`}>{t("page.editPrice")}</LinkButton>}>
            {model.priced ? <DefinitionList items={[
              { label: t("list.input"), value: formatUsdPerMillion(model.input) }, { label: t("list.cacheRead"), value: formatUsdPerMillion(model.cacheRead) }, { label: t("list.output"), value: formatUsdPerMillion(model.output) },
              { label: t("page.since"), value: <Time at={model.priceSince} /> }, { label: t("list.requests"), value: formatTokens(model.day.requests) }, { label: t("page.next"), value: model.scheduled ? <Time at={model.scheduled} /> : null },
            ]} /> : <p className="text-fg-2">{t("list.unpriced")}</p>}
          </Card>
          <Card title={t("page.channels")}>
            {model.routes.length === 0 ? <p className="text-fg-2">{t("page.noChannels")}</p> : (
              <ul className="flex flex-col gap-2">
                {model.routes.map(({ channelId, name, live, priority }) => (
                  <li key={channelId} className="flex items-center gap-3"><Link className="link min-w-0 flex-1 truncate" href={`/admin/channels/${channelId}`}>{name}</Link><span className="nums text-13 text-fg-3">{t("page.priority", { priority })}</span><StatusDot tone={live ? "ok" : "neutral"}>{live ? t("page.live") : t("page.off")}</StatusDot></li>
                ))}
              </ul>
            )}
          </Card>
          <Card title={t("page.more")}>
            {known.length === 0 ? <p className="text-fg-2">{t("page.notListed")}</p> : <DefinitionList items={known} />}
          </Card>
        </div>
      </div>
    </>
  );
}
