"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, Clock, LoaderCircle, Undo2, type LucideIcon } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useRef, type ReactNode } from "react";
import { formatExact } from "#ui/format/index.ts";
import { Button, LinkButton } from "#ui/kit/button.tsx";
import { cn } from "#ui/kit/cn.ts";
import { DefinitionList } from "#ui/kit/definition-list.tsx";
import { Money } from "#ui/kit/money.tsx";
import { ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.client.tsx";
import { TONE_TEXT, type Tone } from "#ui/kit/tone.ts";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { OrderStatusDot } from "#ui/orders/order-status.client.tsx";
import { PayAmount } from "#ui/orders/pay-amount.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";
import type { OwnOrder } from "#ui/wallet/own-orders.client.tsx";

const LOOK_MS = 2_000;
/** The provider itself is asked less often: its notification is nearly always there first. */
const ASK_MS = 12_000;
const WAITING = ["created", "open", "processing"];

/** One order as it stands, and as it moves: the page that one comes back to from paying. */
export function ReturnStatus({ orderId, left }: { orderId: string; left: boolean }) {
  const t = useTranslations("wallet.return");
  const trpc = useTRPC();
  const queries = useQueryClient();
  const order = useQuery({ ...trpc.console.wallet.order.queryOptions({ id: orderId }), refetchInterval: ({ state }) => (state.data && WAITING.includes(state.data.state) ? LOOK_MS : false) });
  const check = useMutation(trpc.console.wallet.checkOrder.mutationOptions({ onSuccess: (answer) => queries.setQueryData(trpc.console.wallet.order.queryKey({ id: orderId }), answer.order) }));
  const state = order.data?.state;
  const waiting = state !== undefined && WAITING.includes(state);
  const ask = useRef(check.mutate);
  ask.current = check.mutate;
  useEffect(() => {
    if (!waiting) return;
    ask.current({ id: orderId });
    const timer = setInterval(() => ask.current({ id: orderId }), ASK_MS);
    return () => clearInterval(timer);
  }, [orderId, waiting]);
  useEffect(() => {
    if (state === "paid") void queries.invalidateQueries({ queryKey: trpc.console.wallet.balance.queryKey() });
  }, [queries, state, trpc]);
  return (
    <>
      <PageHeader title={t("title")} back={{ href: "/console/wallet", label: t("back") }} />
      {order.isError && !order.data ? <ErrorState title={t("unknown")} text={t("unknownText")} className="px-0" onRetry={() => void order.refetch()} />
        : !order.data ? <div className="max-w-[560px]"><SkeletonText lines={4} /></div>
        : <Told order={order.data} left={left} url={check.data?.url ?? null} busy={check.isPending} onCheck={() => check.mutate({ id: orderId })} />}
    </>
  );
}

type ToldProps = { order: OwnOrder; left: boolean; url: string | null; busy: boolean; onCheck: () => void };

function Told({ order, left, url, busy, onCheck }: ToldProps) {
  const t = useTranslations("wallet.return");
  const trpc = useTRPC();
  // Whoever pays before the first request comes from the first steps, and goes on with them.
  const overview = useQuery({ ...trpc.console.overview.get.queryOptions(), enabled: order.state === "paid" });
  const starting = overview.data?.steps.hasRequest === false;
  const toWallet = <LinkButton href="/console/wallet">{t("toWallet")}</LinkButton>;
  const again = <LinkButton href="/console/wallet" variant="primary">{t("again")}</LinkButton>;
  const check = <Button busy={busy} onClick={onCheck}>{t("check")}</Button>;
  const pay = url ? <a className="btn btn-primary" href={url}>{t("goOn")}</a> : null;
  const credit = formatExact(order.creditNano + order.bonusNano);
  switch (order.state) {
    case "paid":
      return <Panel order={order} tone="ok" icon={CircleCheck} title={order.refundedText ? t("paid.refundedTitle") : t("paid.title", { amount: credit })} text={order.refundedText ? t("paid.refundedText") : t("paid.text")} actions={<>{starting ? <LinkButton href="/onboarding" variant="primary">{t("continue")}</LinkButton> : null}{toWallet}{starting ? null : <LinkButton href="/console/playground">{t("playground")}</LinkButton>}</>} />;
    case "processing":
      return <Panel order={order} tone="info" icon={Clock} title={t("processing.title")} text={t("processing.text")} actions={<>{check}{toWallet}</>} />;
    case "failed":
      return <Panel order={order} tone="bad" icon={CircleAlert} title={t("failed.title")} text={<>{order.failure ? <span className="block">{t("failed.reason", { reason: order.failure })}</span> : null}{t("failed.text")}</>} actions={again} />;
    case "expired":
      return <Panel order={order} tone="neutral" icon={Clock} title={t("expired.title")} text={t("expired.text")} actions={again} />;
    case "review":
      return <Panel order={order} tone="warn" icon={CircleAlert} title={t("review.title")} text={t("review.text", { number: order.number })} actions={toWallet} />;
    default:
      return left
        ? <Panel order={order} tone="neutral" icon={Undo2} title={t("left.title")} text={t("left.text")} actions={<>{pay}{toWallet}</>} />
        : <Panel order={order} tone="info" icon={LoaderCircle} spin title={t("waiting.title")} text={t("waiting.text")} actions={<>{check}{pay}{toWallet}</>} />;
  }
}

type PanelProps = { order: OwnOrder; tone: Tone; icon: LucideIcon; spin?: boolean; title: string; text: ReactNode; actions: ReactNode };

function Panel({ order, tone, icon: Icon, spin = false, title, text, actions }: PanelProps) {
  const t = useTranslations("wallet.return");
  return (
    <div className="grid max-w-[1040px] gap-6 lg:grid-cols-[minmax(0,1fr)_380px]">
      <section className="card p-5 sm:p-6" role="status" aria-live="polite">
        <Icon className={cn(TONE_TEXT[tone], spin && "animate-spin motion-reduce:animate-none")} size={28} strokeWidth={1.5} aria-hidden="true" />
        <h2 className="mt-3 text-16 font-semibold">{title}</h2>
        <div className="mt-1 max-w-[52ch] text-fg-2">{text}</div>
        <div className="mt-5 flex flex-wrap gap-2">{actions}</div>
      </section>
      <section className="card p-5" aria-label={t("facts")}>
        <DefinitionList items={[
          { label: t("number"), value: <span className="font-mono text-13">{order.number}</span> },
          { label: t("status"), value: <OrderStatusDot status={order.status} state={order.state} /> },
          { label: t("at"), value: <Time at={order.createdAt} as="stamp" className="whitespace-normal" /> },
          { label: t("pay"), value: <PayAmount text={order.payText} currency={order.currency} /> },
          ...(order.taxText && !/^0*\.?0*$/.test(order.taxText) ? [{ label: t("tax"), value: <PayAmount text={order.taxText} currency={order.currency} /> }] : []),
          { label: t("credit"), value: <Money nano={order.creditNano} as="total" /> },
          ...(order.bonusNano > 0n ? [{ label: t("bonus"), value: <Money nano={order.bonusNano} as="total" /> }] : []),
          ...(order.refundedText ? [{ label: t("refunded"), value: <PayAmount text={order.refundedText} currency={order.currency} /> }] : []),
          ...(order.invoice ? [{ label: t("invoice"), value: <a className="link" href={`/console/wallet/invoices/${order.invoice}`} target="_blank" rel="noopener">{order.invoice}</a> }] : []),
        ]} />
      </section>
    </div>
  );
}
