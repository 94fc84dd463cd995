"use client";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { useLocale, useTranslations } from "next-intl";
import { useEffect, useState, type FormEvent } from "react";
import { formatExact } from "#ui/format/index.ts";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { Card } from "#ui/kit/card.tsx";
import { MoneyField } from "#ui/kit/fields.client.tsx";
import { ErrorState, Skeleton, SkeletonText } from "#ui/kit/states.tsx";
import { formatPay } from "#ui/orders/format-pay.ts";
import { PriceLines, type Price } from "#ui/wallet/price-lines.client.tsx";
import { newKey } from "#ui/wallet/new-key.ts";
import { Presets, problemKey, START } from "#ui/wallet/presets.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

const PAUSE_MS = 250;

/** Buying credit: an amount, what it costs and brings, and the way to the payment page. */
export function TopUp() {
  const t = useTranslations("wallet.topUp");
  const trpc = useTRPC();
  const offer = useQuery(trpc.console.wallet.offer.queryOptions());
  if (offer.isError && !offer.data) return <Card title={t("title")}><ErrorState className="p-0" onRetry={() => void offer.refetch()} /></Card>;
  if (!offer.data) return <Card title={t("title")}><div className="grid gap-4"><Skeleton className="h-16" /><SkeletonText lines={4} /></div></Card>;
  if (offer.data.card && offer.data.maxNano < offer.data.minNano) return <Card title={t("title")}><p className="text-fg-2">{t("usedUp")}</p></Card>;
  if (!offer.data.card) return <Card title={t("title")}><p className="text-fg-2">{t("off")}</p></Card>;
  return <Card title={t("title")}><Form offer={offer.data} /></Card>;
}

type Offer = Readonly<{ test: boolean; minNano: bigint; maxNano: bigint; newAccount: boolean; presets: readonly Price[] }>;

function Form({ offer }: { offer: Offer }) {
  const t = useTranslations("wallet.topUp");
  const locale = useLocale();
  const trpc = useTRPC();
  const [amount, setAmount] = useState<bigint | undefined>(() => offer.presets.find(({ creditNano }) => creditNano === START)?.creditNano ?? offer.presets[0]?.creditNano);
  const [key, setKey] = useState(newKey);
  const inside = amount !== undefined && amount >= offer.minNano && amount <= offer.maxNano;
  const asked = usePaused(inside ? amount : undefined);
  const quote = useQuery({ ...trpc.console.wallet.quote.queryOptions({ creditNano: (asked ?? offer.minNano).toString() }), enabled: asked !== undefined, placeholderData: keepPreviousData });
  const price = offer.presets.find(({ creditNano }) => creditNano === amount) ?? (quote.data?.creditNano === amount ? quote.data : undefined);
  const topUp = useMutation(trpc.console.wallet.topUp.mutationOptions({
    onSuccess: ({ url }) => url && location.assign(url),
  }));
  const choose = (next: bigint | undefined) => {
    setAmount(next);
    setKey(newKey());
    topUp.reset();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (price && inside && !topUp.isPending) topUp.mutate({ creditNano: price.creditNano, key });
  };
  const range = { min: formatExact(offer.minNano), max: formatExact(offer.maxNano) };
  const going = topUp.isPending || Boolean(topUp.data?.url);
  return (
    <form className="flex flex-col gap-4" onSubmit={submit} noValidate>
      {offer.test ? <Callout tone="info">{t("test")}</Callout> : null}
      <Presets presets={offer.presets} amount={amount} onChoose={choose} />
      <MoneyField label={t("own")} value={amount} onChange={choose} hint={t("range", range)} error={amount !== undefined && !inside ? t(offer.newAccount ? "outsideNew" : "outside", range) : undefined} />
      {price && inside ? <PriceLines price={price} /> : <div className="border-t pt-4">{inside && !quote.isError ? <SkeletonText lines={3} /> : <p className="text-13 text-fg-3">{quote.isError ? t(problemKey(quote.error)) : t("choose")}</p>}</div>}
      {topUp.isError ? <Callout tone="bad">{t(problemKey(topUp.error))}</Callout> : null}
      {topUp.data && !topUp.data.url ? <Callout tone="warn">{t("unanswered")}</Callout> : null}
      <Button type="submit" variant="primary" size="lg" busy={going} disabled={!price || !inside}>{price && inside ? t("pay", { amount: formatPay(price.pay, price.currency, locale) }) : t("payPlain")}</Button>
      <p className="text-12 text-fg-3">{price && price.currency !== "USD" ? `${t("rate", { rate: rateText(price.rate), currency: price.currency })} ` : ""}{t("note")}</p>
    </form>
  );
}

/** Millionths as decimal text. */
const rateText = (rate: bigint): string => `${rate / 1_000_000n}.${(rate % 1_000_000n).toString().padStart(6, "0")}`.replace(/\.?0+$/, "");

/** What was typed, once there is a pause in the typing. */
function usePaused(amount: bigint | undefined): bigint | undefined {
  const [paused, setPaused] = useState(amount);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(amount), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [amount]);
  return paused;
}
