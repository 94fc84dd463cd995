"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useLocale, useTranslations } from "next-intl";
import { useFailureText } from "#ui/account/use-failure-text.client.ts";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { Card } from "#ui/kit/card.tsx";
import { ErrorState, Skeleton } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.tsx";
import { useToast } from "#ui/kit/toast.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";
import type { ConsoleOutputs } from "#ui/trpc/outputs.ts";

type Page = ConsoleOutputs["profile"]["agreements"][number];

/** What the shop's customers are asked to agree to; the refund policy is only to be read. */
const ASKED: ReadonlySet<string> = new Set(["terms", "privacy"]);

/** Which version of each legal page somebody agreed to and when, each to be read again; newer ones can be agreed to here. */
export function AgreementsCard() {
  const t = useTranslations("settings.agreements");
  const trpc = useTRPC();
  const client = useQueryClient();
  const toast = useToast();
  const failure = useFailureText();
  const query = useQuery(trpc.console.profile.agreements.queryOptions());
  const agree = useMutation(trpc.console.profile.agree.mutationOptions({
    onSuccess: async () => {
      await client.invalidateQueries(trpc.console.profile.agreements.queryFilter());
      toast.success(t("done"));
    },
    onError: (error) => toast.error(failure(error) ?? ""),
  }));
  const open = (query.data ?? []).filter(({ page, current, agreed }) => ASKED.has(page) && current !== null && !agreed.some(({ version }) => version === current));
  if (query.data?.length === 0) return null;
  return (
    <Card title={t("title")}>
      <p className="text-fg-2">{t("text")}</p>
      {query.isPending ? <Skeleton className="mt-4 h-16" /> : null}
      {query.isError ? <ErrorState text={t("failed")} onRetry={() => void query.refetch()} /> : null}
      {query.data ? <ul className="mt-4 divide-y border-y">{query.data.map((page) => <Row key={page.page} {...page} />)}</ul> : null}
      {open.length > 0 ? <Callout tone="info" className="mt-4" action={<Button busy={agree.isPending} onClick={() => agree.mutate()}>{t("agree")}</Button>}>{t("open", { pages: open.map(({ page }) => t(`pages.${page}`)).join(t("comma")) })}</Callout> : null}
    </Card>
  );
}

function Row({ page, current, agreed }: Page) {
  const t = useTranslations("settings.agreements");
  const locale = useLocale();
  const address = (version?: number): string => `/${locale}/legal/${page}${version === undefined || version === current ? "" : `?version=${version}`}`;
  return (
    <li className="flex flex-wrap gap-x-6 gap-y-1 py-2.5">
      <span className="w-36 font-medium">{current === null ? t(`pages.${page}`) : <a className="hover:text-accent-text" href={address()} target="_blank" rel="noopener">{t(`pages.${page}`)}</a>}</span>
      <span className="flex min-w-0 flex-1 flex-col gap-1">
        {agreed.map(({ version, at }) => (
          <span key={version} className="nums flex flex-wrap gap-x-4 text-fg-2">
            <a className="link" href={address(version)} target="_blank" rel="noopener">{t("version", { version })}</a>
            <span className="text-fg-3"><Time at={at} /></span>
          </span>
        ))}
        {agreed.length === 0 ? <span className="text-fg-3">{t(ASKED.has(page) ? "never" : "onlyRead")}</span> : null}
      </span>
    </li>
  );
}
