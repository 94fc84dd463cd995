"use client";
import { useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { AppRouter } from "#trpc/root.ts";
import { formatCount, formatExact, formatLatency, formatPerMillion, formatPerPiece } from "#ui/format/index.ts";
import { Badge, StatusDot } from "#ui/kit/badge.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { DefinitionList } from "#ui/kit/definition-list.tsx";
import { IdText } from "#ui/kit/id-text.tsx";
import { JsonView } from "#ui/kit/json-view.client.tsx";
import { Money } from "#ui/kit/money.tsx";
import { ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.tsx";
import { RefundCharge, type RefundRight } from "#ui/requests-admin/refund-charge.client.tsx";
import { outcomeTone } from "#ui/requests-admin/request-words.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

export type RequestDetail = inferRouterOutputs<AppRouter>["admin"]["requests"]["get"];

/** One request as staff see it: the customer's receipt, then what it took to serve it. */
export function RequestView({ id, full = false, mayRefund = "none", linked = false }: { id: string; full?: boolean; mayRefund?: RefundRight; /** May open what the books say of it. */ linked?: boolean }) {
  const trpc = useTRPC();
  const t = useTranslations("requests-admin");
  const { data, isError, refetch, error } = useQuery(trpc.admin.requests.get.queryOptions({ id }));
  if (isError) return <ErrorState title={t("gone")} text={error.data?.code === "NOT_FOUND" ? t("goneText") : undefined} onRetry={() => void refetch()} className="p-0" />;
  if (!data) return <SkeletonText lines={8} />;
  return (
    <div className={full ? "grid items-start gap-8 xl:grid-cols-2" : "flex flex-col gap-6"}>
      <div className="flex min-w-0 flex-col gap-6">
        <div className="flex flex-wrap items-center gap-2">
          <StatusDot tone={outcomeTone(data.outcome)}>{t(`outcome.${data.outcome}`)}</StatusDot>
          <span className="text-13 text-fg-3"><Time at={data.at} as="stamp" /></span>
          {data.booking.refundId ? <Badge tone="info">{t("refunded")}</Badge> : null}
          {mayRefund !== "none" && data.chargeNano > 0n && !data.booking.refundId ? <RefundCharge id={data.id} chargeNano={data.chargeNano} asks={mayRefund === "ask"} /> : null}
          {full ? null : <Link href={`/admin/requests/${data.id}`} className="link ml-auto text-13">{t("fullPage")}</Link>}
        </div>
        {data.outcome === "ok" || data.outcome === "client_abort" ? null : <Callout tone="info">{t(`why.${data.outcome}`)}</Callout>}
        <Receipt request={data} />
        <Facts request={data} />
      </div>
      <div className="flex min-w-0 flex-col gap-6">
        <Attempts request={data} />
        <Bookings request={data} linked={linked} />
        {data.detail && Object.keys(data.detail).length > 0 ? <Part title={t("detail")}><JsonView value={data.detail} /></Part> : null}
      </div>
    </div>
  );
}

function Part({ title, action, children }: { title: string; action?: ReactNode; children: ReactNode }) {
  return (
    <section className="min-w-0">
      <div className="mb-2 flex items-center gap-3"><h2 className="flex-1 font-semibold">{title}</h2>{action}</div>
      {children}
    </section>
  );
}

/** Tokens are priced by the million, pictures and calls by the piece. */
const priceText = (item: string, pico: bigint): string => (/^(?:request|image(?!_)|character)/.test(item) ? formatPerPiece(pico) : formatPerMillion(pico));

/** The stored lines; they add up to the charge. */
function Receipt({ request }: { request: RequestDetail }) {
  const t = useTranslations("requests-admin");
  return (
    <Part title={t("receipt")}>
      <table className="tbl tbl-dense tbl-flush">
        <thead><tr><th scope="col">{t("item")}</th><th scope="col" className="num">{t("quantity")}</th><th scope="col" className="num max-sm:hidden">{t("price")}</th><th scope="col" className="num">{t("amount")}</th></tr></thead>
        <tbody>
          {request.lines.map(({ item, quantity, unitPico, amountNano }) => (
            <tr key={item}>
              <td className="whitespace-normal! max-sm:py-1.5!">{t.has(`items.${item}`) ? t(`items.${item}`) : item}<span className="nums block text-12 text-fg-3 sm:hidden">× {priceText(item, unitPico)}</span></td>
              <td className="num">{formatCount(quantity)}</td>
              <td className="num text-fg-2 max-sm:hidden">{priceText(item, unitPico)}</td>
              <td className="num"><Money nano={amountNano} /></td>
            </tr>
          ))}
          {request.lines.length === 0 ? <tr><td colSpan={4} className="text-fg-2">{t("noLines")}</td></tr> : null}
          <tr className="font-semibold"><td colSpan={2} className="max-sm:hidden">{t("charged")}</td><td colSpan={2} className="pl-0! sm:hidden">{t("charged")}</td><td className="max-sm:hidden" /><td className="num"><Money nano={request.chargeNano} /></td></tr>
          {request.costNano === null ? null : (
            <>
              <tr className="text-fg-2"><td colSpan={2} className="max-sm:hidden">{t("cost")}</td><td colSpan={2} className="pl-0! sm:hidden">{t("cost")}</td><td className="max-sm:hidden" /><td className="num"><Money nano={request.costNano} /></td></tr>
              <tr><td colSpan={2} className="max-sm:hidden">{t("margin")}</td><td colSpan={2} className="pl-0! sm:hidden">{t("margin")}</td><td className="max-sm:hidden" /><td className="num"><Money nano={request.chargeNano - request.costNano} className={request.chargeNano < request.costNano ? "text-bad" : ""} /></td></tr>
            </>
          )}
        </tbody>
      </table>
      <p className="mt-2 text-12 text-fg-3">{t("perMillion")}{request.multipliers.length > 0 ? ` ${request.multipliers.map(({ name, ppm }) => `${name} × ${ppm / 1_000_000}`).join(", ")}` : ""}</p>
    </Part>
  );
}

function Facts({ request }: { request: RequestDetail }) {
  const t = useTranslations("requests-admin");
  return (
    <DefinitionList items={[
      { label: t("id"), value: <IdText id={request.id} /> },
      { label: t("user"), value: <Link href={`/admin/users/${request.userId}`} className="link">{request.userEmail ?? request.userId}</Link> },
      { label: t("keyName"), value: request.keyName },
      { label: t("model"), value: request.modelAsked && request.modelAsked !== request.model ? `${request.modelAsked} → ${request.model}` : request.model },
      { label: t("group"), value: request.group },
      { label: t("endpoint"), value: `${request.endpoint}${request.stream ? ` · ${t("stream")}` : ""}` },
      { label: t("http"), value: [request.httpStatus, request.errorCode, request.finish].filter(Boolean).join(" · ") },
      { label: t("firstToken"), value: formatLatency(request.ttftMs) },
      { label: t("total"), value: formatLatency(request.latencyMs) },
      { label: t("usageSource"), value: t(`source.${request.usageSource}`) },
    ]} />
  );
}

function Attempts({ request }: { request: RequestDetail }) {
  const t = useTranslations("requests-admin");
  const classes = useTranslations("channels.overview.classes");
  const seesCost = request.costNano !== null;
  return (
    <Part title={t("attempts")}>
      {request.attempts.length === 0 ? <p className="text-fg-2">{t("noAttempts")}</p> : (
        <ol className="flex flex-col">
          {request.attempts.map((attempt) => (
            <li key={attempt.n} className="border-t py-2.5 first:border-t-0">
              <p className="flex flex-wrap items-baseline gap-x-3">
                <span className="nums text-fg-3">{attempt.n}</span>
                <span className="min-w-0 flex-1 truncate font-medium">{attempt.channel ?? attempt.channelId}{attempt.keySuffix ? <span className="font-mono text-12 text-fg-3"> …{attempt.keySuffix}</span> : null}</span>
                <span className="nums text-13 text-fg-2">{formatLatency(attempt.latencyMs)}</span>
                {seesCost ? <Money nano={attempt.costNano} className="text-13" /> : null}
              </p>
              <p className="mt-0.5 flex flex-wrap items-center gap-x-3 pl-5 text-13">
                <StatusDot tone={attempt.errorClass === null ? "ok" : "bad"}>{attempt.errorClass === null ? t("outcome.ok") : classes.has(attempt.errorClass) ? classes(attempt.errorClass) : attempt.errorClass}{attempt.status ? ` · ${attempt.status}` : ""}</StatusDot>
                {attempt.upstreamModel ? <span className="truncate text-fg-3">{attempt.upstreamModel}</span> : null}
                {attempt.upstreamId ? <IdText id={attempt.upstreamId} /> : null}
              </p>
            </li>
          ))}
        </ol>
      )}
    </Part>
  );
}

/** Where the money of this request stands in the books. */
function Bookings({ request, linked }: { request: RequestDetail; linked: boolean }) {
  const t = useTranslations("requests-admin");
  const { booking, paid } = request;
  const inBooks = (id: string, text: ReactNode): ReactNode => (linked ? <Link href={`/admin/ledger/transactions/${id}`} className="link">{text}</Link> : text);
  return (
    <Part title={t("bookings")}>
      <DefinitionList items={[
        { label: t("held"), value: <Money nano={request.holdNano} /> },
        { label: t("drawn"), value: t("drawnParts", { given: formatExact(paid.lots), paid: formatExact(paid.paid), debt: formatExact(paid.debt) }) },
        { label: t("settlement"), value: booking.settlementId === null ? null : inBooks(booking.settlementId, <IdText id={booking.settlementId} plain={linked} />) },
        ...(booking.refundId ? [{ label: t("refunded"), value: inBooks(booking.refundId, <Money nano={booking.refundNano} />) }] : []),
        { label: t("priceVersion"), value: request.priceVersion.toString() },
      ]} />
    </Part>
  );
}
