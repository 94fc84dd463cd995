"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useLocale, useTranslations } from "next-intl";
import { useState, type FormEvent } from "react";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { formatPay } from "#ui/orders/format-pay.ts";
import { newKey } from "#ui/wallet/new-key.ts";
import { Presets, problemKey, START } from "#ui/wallet/presets.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

/**
 * Buying credit in one row: an amount of those offered and the button that pays it. The wallet has the long form.
 *
 * @param primary whether paying is what the page wants next
 */
export function QuickTopUp({ primary }: { primary: boolean }) {
  const t = useTranslations("wallet.topUp");
  const locale = useLocale();
  const trpc = useTRPC();
  const offer = useQuery(trpc.console.wallet.offer.queryOptions());
  const [chosen, setChosen] = useState<bigint>();
  const [key, setKey] = useState(newKey);
  const topUp = useMutation(trpc.console.wallet.topUp.mutationOptions({ onSuccess: ({ url }) => url && location.assign(url) }));
  const presets = offer.data?.presets ?? [];
  const price = presets.find(({ creditNano }) => creditNano === (chosen ?? START)) ?? presets[0];
  if (!offer.data?.card || !price) return null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!topUp.isPending) topUp.mutate({ creditNano: price.creditNano, key });
  };
  const choose = (amount: bigint) => {
    setChosen(amount);
    setKey(newKey());
    topUp.reset();
  };
  return (
    <form className="flex flex-col gap-3" onSubmit={submit} aria-label={t("title")}>
      <Presets presets={presets} amount={price.creditNano} onChoose={choose} />
      {topUp.isError ? <Callout tone="bad">{t(problemKey(topUp.error))}</Callout> : null}
      {topUp.data && !topUp.data.url ? <Callout tone="warn">{t("unanswered")}</Callout> : null}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Button type="submit" variant={primary ? "primary" : "secondary"} className="max-sm:w-full" busy={topUp.isPending || Boolean(topUp.data?.url)}>{t("pay", { amount: formatPay(price.pay, price.currency, locale) })}</Button>
        <p className="text-13 text-fg-3">{price.fee ? `${t("withFee", { amount: formatPay(price.fee, price.currency, locale) })}${locale === "zh" ? "" : " "}` : ""}{offer.data.test ? t("test") : t("note")}</p>
      </div>
    </form>
  );
}
