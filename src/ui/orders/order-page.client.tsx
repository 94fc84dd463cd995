"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Check, X } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import Link from "next/link";
import { useState } from "react";
import { formatExact } from "#ui/format/index.ts";
import { reasonOf } from "#ui/account/reason.ts";
import { Badge } from "#ui/kit/badge.tsx";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { Card } from "#ui/kit/card.tsx";
import { DefinitionList } from "#ui/kit/definition-list.tsx";
import { IdText } from "#ui/kit/id-text.tsx";
import { Money } from "#ui/kit/money.tsx";
import { ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.client.tsx";
import { useToast } from "#ui/kit/toast.client.tsx";
import { PageHeader } from "#ui/layout/page-header.tsx";
import type { OrdersOutputs } from "#ui/orders/order-list.client.tsx";
import { checkName } from "#ui/orders/check-names.ts";
import { formatPay, minorText } from "#ui/orders/format-pay.ts";
import { ORDER_TONE, orderWord } from "#ui/orders/order-status.client.tsx";
import { OrderTimeline } from "#ui/orders/order-timeline.client.tsx";
import { PayAmount } from "#ui/orders/pay-amount.client.tsx";
import { DisputeStatus, DueIn } from "#ui/orders/dispute-list.client.tsx";
import { RefundStatus } from "#ui/orders/refund-list.client.tsx";
import { RefundDialog } from "#ui/orders/refund-dialog.client.tsx";
import { ResolveDialog } from "#ui/orders/resolve-dialog.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

export type OrderDetail = OrdersOutputs["get"];
const UNPAID = ["created", "open", "processing", "failed", "expired", "review"];

/** One order: what was agreed, what was compared, what happened, and what can be done. */
export function OrderPage({ id, mayAct, mayRefund }: { id: string; mayAct: boolean; mayRefund: boolean }) {
  const t = useTranslations("admin-orders");
  const trpc = useTRPC();
  const order = useQuery({ ...trpc.admin.orders.get.queryOptions({ id }), refetchInterval: ({ state }) => (state.data && ["open", "processing"].includes(state.data.order.state) ? 5_000 : false) });
  const back = { href: "/admin/orders", label: t("tabs.orders") };
  if (order.isError && !order.data) return <><PageHeader title={t("order")} back={back} /><ErrorState className="px-0" onRetry={() => void order.refetch()} /></>;
  if (!order.data) return <><PageHeader title={t("order")} back={back} /><SkeletonText lines={8} /></>;
  return <Detail detail={order.data} mayAct={mayAct} mayRefund={mayRefund} />;
}

function Detail({ detail, mayAct, mayRefund }: { detail: OrderDetail; mayAct: boolean; mayRefund: boolean }) {
  const t = useTranslations("admin-orders");
  const words = useTranslations("wallet.status");
  const { order, held, refundable } = detail;
  const [asked, setAsked] = useState<"refund" | "credit" | "return">();
  const word = orderWord(order.status, order.state);
  const canRefund = mayRefund && order.state === "paid" && refundable !== null && refundable.leftMinor > 0n;
  return (
    <>
      <PageHeader
        title={<span className="font-mono">{order.number}</span>} back={{ href: "/admin/orders", label: t("tabs.orders") }}
        badge={<span className="inline-flex gap-1.5"><Badge tone={ORDER_TONE[word]}>{words(word)}</Badge>{order.livemode ? null : <Badge tone="info">{t("test")}</Badge>}</span>}
        actions={<>{mayAct && UNPAID.includes(order.state) && detail.providerOn ? <CheckNow id={order.id} /> : null}{canRefund ? <Button onClick={() => setAsked("refund")}>{t("refund.open")}</Button> : null}</>}
      />
      {order.state === "review" ? (
        <Callout tone="warn" className="mb-6" title={t("review.title")} action={mayRefund ? <div className="flex flex-wrap gap-2">{held ? <Button size="sm" onClick={() => setAsked("credit")}>{t("review.credit")}</Button> : null}<Button size="sm" onClick={() => setAsked("return")}>{t(held ? "review.return" : "review.close")}</Button></div> : undefined}>
          {held ? t("review.held", { amount: formatExact(held.amountNano) }) : t("review.nothing")}
        </Callout>
      ) : null}
      <div className="grid gap-6 lg:grid-cols-[minmax(0,1fr)_minmax(0,380px)]">
        <div className="flex min-w-0 flex-col gap-6">
          <Card title={t("timeline.title")}><OrderTimeline detail={detail} /></Card>
          <Linked detail={detail} />
        </div>
        <div className="flex min-w-0 flex-col gap-6">
          <Amounts order={order} />
          <Checks detail={detail} />
          <References order={order} />
        </div>
      </div>
      {asked === "refund" && refundable ? <RefundDialog order={order} refundable={refundable} onClose={() => setAsked(undefined)} /> : null}
      {asked === "credit" || asked === "return" ? <ResolveDialog id={order.id} how={asked} held={held?.amountNano} onClose={() => setAsked(undefined)} /> : null}
    </>
  );
}

function CheckNow({ id }: { id: string }) {
  const t = useTranslations("admin-orders");
  const words = useTranslations("wallet.status");
  const trpc = useTRPC();
  const toast = useToast();
  const queries = useQueryClient();
  const check = useMutation(trpc.admin.orders.check.mutationOptions({
    onSuccess: ({ before, after }) => {
      toast.success(before === after ? t("check.same", { state: words(orderWord(after, after)) }) : t("check.moved", { state: words(orderWord(after, after)) }));
      return queries.invalidateQueries({ queryKey: trpc.admin.orders.pathKey() });
    },
    onError: (error) => toast.error(t(reasonOf(error) === "provider" ? "check.away" : "check.failed")),
  }));
  return <Button busy={check.isPending} onClick={() => check.mutate({ id })}>{t("check.now")}</Button>;
}

function Amounts({ order }: { order: OrderDetail["order"] }) {
  const t = useTranslations("admin-orders.amounts");
  const pay = (text: string) => <PayAmount text={text} currency={order.currency} />;
  return (
    <Card title={t("title")} note={t("note")}>
      <DefinitionList items={[
        { label: t("credit"), value: <Money nano={order.creditNano} /> },
        ...(order.bonusNano > 0n ? [{ label: t("bonus"), value: <Money nano={order.bonusNano} /> }] : []),
        { label: t("subtotal"), value: pay(order.subtotalText) },
        ...(order.discountMinor > 0n ? [{ label: t("discount"), value: pay(`-${order.discountText}`) }] : []),
        ...(order.feeMinor > 0n ? [{ label: t("fee"), value: pay(order.feeText) }] : []),
        { label: t("pay"), value: <span className="font-medium">{pay(order.payText)}</span> },
        ...(order.taxText ? [{ label: t("tax"), value: pay(order.taxText) }] : []),
        ...(order.currency === "USD" ? [] : [{ label: t("rate"), value: <span className="nums">{`${order.rate / 1_000_000n}.${(order.rate % 1_000_000n).toString().padStart(6, "0")}`}</span> }]),
        ...(order.refundedMinor > 0n ? [{ label: t("refunded"), value: pay(order.refundedText) }] : []),
      ]} />
    </Card>
  );
}

function Checks({ detail: { checks, order } }: { detail: OrderDetail }) {
  const t = useTranslations("admin-orders.checks");
  const locale = useLocale();
  const said = (what: string, value: string): string => (what === "amount" && /^\d+$/.test(value) ? formatPay(minorText(BigInt(value), order.payText), order.currency, locale) : value || "—");
  return (
    <Card title={t("title")} note={checks ? <Time at={checks.at} as="stamp" /> : undefined}>
      {checks === null ? <p className="text-13 text-fg-2">{t("none")}</p> : (
        <ul className="flex flex-col gap-1.5">
          {checks.list.map(({ what, ok, ours, theirs }) => {
            const known = checkName(what);
            return (
              <li key={what} className="flex items-start gap-2">
                {ok ? <Check className="mt-0.5 flex-none text-ok" size={16} strokeWidth={2} aria-label={t("ok")} /> : <X className="mt-0.5 flex-none text-bad" size={16} strokeWidth={2} aria-label={t("wrong")} />}
                <span className="min-w-0 flex-1">{known ? t(known) : what}{ok ? null : <span className="block text-13 break-all text-bad">{t("differs", { ours: said(what, ours), theirs: said(what, theirs) })}</span>}</span>
              </li>
            );
          })}
        </ul>
      )}
    </Card>
  );
}

function References({ order }: { order: OrderDetail["order"] }) {
  const t = useTranslations("admin-orders.refs");
  const id = (value: string | null) => (value ? <IdText id={value} /> : null);
  return (
    <Card title={t("title")}>
      <DefinitionList items={[
        { label: t("user"), value: <Link className="link break-all" href={`/admin/users/${order.userId}`}>{order.email}</Link> },
        { label: t("id"), value: id(order.id) },
        { label: t("session"), value: id(order.sessionId) },
        { label: t("payment"), value: id(order.paymentId) },
        { label: t("invoice"), value: order.invoice ? <a className="link" href={`/console/wallet/invoices/${order.invoice}`} target="_blank" rel="noopener">{order.invoice}</a> : null },
        { label: t("expires"), value: <Time at={order.expiresAt} as="stamp" /> },
        ...(order.nextCheckAt ? [{ label: t("nextCheck"), value: <Time at={order.nextCheckAt} as="stamp" /> }] : []),
      ]} />
    </Card>
  );
}

function Linked({ detail: { refunds, disputes } }: { detail: OrderDetail }) {
  const t = useTranslations("admin-orders");
  if (refunds.length === 0 && disputes.length === 0) return null;
  return (
    <Card title={t("linked")} flush>
      <ul className="divide-y">
        {refunds.map((refund) => (
          <li key={refund.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 sm:px-5">
            <span className="w-24 text-fg-2 max-sm:w-auto">{t("tabs.refund")}</span><RefundStatus status={refund.status} />
            <span className="min-w-0 flex-1 truncate text-13 text-fg-2 max-sm:order-last max-sm:basis-full" title={refund.failureReason ?? refund.reason}>{refund.failureReason ?? refund.reason}</span>
            <Time at={refund.createdAt} className="text-13 text-fg-3" /><PayAmount text={`-${refund.amountText}`} currency={refund.currency} />
          </li>
        ))}
        {disputes.map((dispute) => (
          <li key={dispute.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 sm:px-5">
            <span className="w-24 text-fg-2 max-sm:w-auto">{t("tabs.dispute")}</span><DisputeStatus status={dispute.status} />
            <span className="min-w-0 flex-1 truncate text-13 text-fg-2 max-sm:order-last max-sm:basis-full">{dispute.frozenNano > 0n ? <>{t("columns.frozen")} <Money nano={dispute.frozenNano} /></> : dispute.reason}</span>
            <DueIn at={dispute.evidenceDueAt} open={dispute.outcome === null} />
            <a className="link text-13" href={`https://dashboard.stripe.com/${dispute.livemode ? "" : "test/"}disputes/${dispute.providerDisputeId}`} target="_blank" rel="noopener noreferrer">{t("atStripe")}</a>
            <PayAmount text={`-${dispute.amountText}`} currency={dispute.currency} />
          </li>
        ))}
      </ul>
    </Card>
  );
}
