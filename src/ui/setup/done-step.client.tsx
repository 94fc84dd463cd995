"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { ArrowRight, CircleCheck } from "lucide-react";
import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { paint } from "#ui/connect/paint.ts";
import { formatCharge, formatPercent } from "#ui/format/index.ts";
import { Button, LinkButton } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { CodeView } from "#ui/kit/code-view.client.tsx";
import { SkeletonText } from "#ui/kit/states.tsx";
import { callable } from "#ui/models/wildcard.ts";
import { SetupPart } from "#ui/setup/setup-frame.tsx";
import type { SetupStep } from "#ui/setup/steps.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

const LOOK_MS = 2_000;

const curlOf = (base: string, secret: string, model: string): string => `curl ${base}/v1/chat/completions \\
  -H "authorization: Bearer ${secret}" \\
  -H "content-type: application/json" \\
  -d '{"model": "${model}", "messages": [{"role": "user", "content": "What is a lantern?"}]}'
`;

type Props = { base: string; secret: string | undefined; onSecret: (secret: string) => void; onGo: (step: SetupStep) => void };

/** The shop is open: one request to prove it, seen as it is sold, and what was left for later. */
export function DoneStep({ base, secret, onSecret, onGo }: Props) {
  const t = useTranslations("setup.done");
  const locale = useLocale();
  const trpc = useTRPC();
  const state = useQuery(trpc.admin.setup.state.queryOptions());
  const served = state.data?.served;
  return (
    <SetupPart title={served === false ? t("notYet") : t("title")} lead={served === false ? t("notYetLead") : secret === undefined ? t("leadBack") : t("lead")}>
      {served === undefined ? <SkeletonText lines={6} /> : served ? <FirstRequest base={base} secret={secret} onSecret={onSecret} /> : (
        <div className="flex flex-wrap gap-2"><Button variant="primary" size="lg" onClick={() => onGo(state.data?.channelId ? "prices" : "vendor")}>{state.data?.channelId ? t("toPrices") : t("toVendor")}</Button></div>
      )}
      <ul className="mt-8 border-t">
        {([["/admin", "admin"], ["/admin/codes", "codes"], [`/${locale}`, "store"]] as const).map(([href, name]) => (
          <li key={name} className="border-b">
            <Link href={href} prefetch={false} className="flex items-center gap-4 py-3 hover:bg-muted sm:-mx-3 sm:px-3">
              <span className="min-w-0 flex-1"><span className="block font-medium">{t(`links.${name}`)}</span><span className="block text-13 text-fg-2">{t(`links.${name}Text`)}</span></span>
              <ArrowRight className="text-fg-3" size={16} strokeWidth={1.75} aria-hidden="true" />
            </Link>
          </li>
        ))}
      </ul>
    </SetupPart>
  );
}

function FirstRequest({ base, secret, onSecret }: Pick<Props, "base" | "secret" | "onSecret">) {
  const t = useTranslations("setup.done");
  const trpc = useTRPC();
  const models = useQuery(trpc.console.models.list.queryOptions());
  const sale = useQuery(trpc.admin.setup.firstSale.queryOptions(undefined, { refetchInterval: ({ state }) => (state.data?.sold ? false : LOOK_MS) }));
  const make = useMutation(trpc.admin.setup.firstKey.mutationOptions({ onSuccess: ({ secret: made }) => onSecret(made) }));
  const offered = models.data && callable(models.data);
  const model = offered?.find(({ endpoints }) => endpoints.length === 0 || endpoints.includes("chat"))?.slug ?? offered?.[0]?.slug;
  const { sold, failed } = sale.data ?? {};
  return (
    <>
      {secret !== undefined && model !== undefined ? (
        <>
          <CodeView title={t("terminal")} parts={paint(curlOf(base, secret, model))} />
          <p className="mt-2 text-13 text-fg-3">{t("keyNote")}</p>
        </>
      ) : sold ? null : (
        <div className="flex flex-wrap items-center gap-3">
          <Button variant="primary" size="lg" busy={make.isPending} onClick={() => make.mutate()}>{t("makeKey")}</Button>
          <p className="text-13 text-fg-2">{t("makeKeyText")}</p>
        </div>
      )}
      {make.isError ? <Callout tone="bad" className="mt-3">{make.error.message}</Callout> : null}
      <div className="mt-4" role="status">
        {sold ? (
          <div className="flex flex-wrap items-center gap-x-4 gap-y-3 rounded-card border bg-surface p-4">
            <CircleCheck className="flex-none text-ok" size={20} strokeWidth={1.75} aria-hidden="true" />
            <p className="min-w-0 flex-1 text-16 font-semibold">
              {t("sold", { charge: formatCharge(sold.chargeNano), margin: formatCharge(sold.marginNano) })}
              <span className="block text-13 font-normal text-fg-2">{t("soldText", { model: sold.model, share: formatPercent(Number(sold.marginNano) / Number(sold.chargeNano)) })}</span>
            </p>
            <LinkButton href={`/admin/requests/${sold.id}`} prefetch={false} variant={secret === undefined ? "primary" : "secondary"}>{t("receipt")}</LinkButton>
          </div>
        ) : failed ? (
          <Callout tone="warn" title={t("failed", { model: failed.model })} action={<LinkButton size="sm" href={`/admin/requests/${failed.id}`} prefetch={false}>{t("why")}</LinkButton>}>{t("failedText")}</Callout>
        ) : secret === undefined ? null : <p className="flex items-center gap-2 text-fg-2"><span className="spinner" aria-hidden="true" />{t("waiting")}</p>}
      </div>
    </>
  );
}
