"use client";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { formatExact } from "#ui/format/index.ts";
import { cn } from "#ui/kit/cn.ts";
import { PayAmount } from "#ui/orders/pay-amount.client.tsx";

export type Price = Readonly<{
  creditNano: bigint; bonusNano: bigint; bonusDays: number; currency: string; rate: bigint; subtotal: string; discount: string | null; fee: string | null; pay: string;
}>;

/** What is got and what is paid, with every part of either. */
export function PriceLines({ price }: { price: Price }) {
  const t = useTranslations("wallet.topUp");
  // In dollars and without a discount the credit costs what it is: a line of its own would say that twice.
  const extra = price.discount !== null || (price.fee !== null && price.currency !== "USD");
  return (
    <dl className="border-t pt-3">
      <Row label={t("credit")} value={formatExact(price.creditNano)} />
      {price.bonusNano > 0n ? <Row label={t("bonus", { days: price.bonusDays })} value={<span className="text-ok">{formatExact(price.bonusNano)}</span>} /> : null}
      {price.bonusNano > 0n ? <Row strong label={t("get")} value={formatExact(price.creditNano + price.bonusNano)} /> : null}
      {extra ? <Row label={t("price")} value={<PayAmount text={price.subtotal} currency={price.currency} />} /> : null}
      {price.discount ? <Row label={t("discount")} value={<PayAmount className="text-ok" text={`-${price.discount}`} currency={price.currency} />} /> : null}
      {price.fee ? <Row label={t("fee")} value={<PayAmount text={price.fee} currency={price.currency} />} /> : null}
      <Row strong label={t("youPay")} value={<PayAmount text={price.pay} currency={price.currency} />} />
    </dl>
  );
}

function Row({ label, value, strong = false }: { label: string; value: ReactNode; strong?: boolean }) {
  return (
    <div className={cn("flex justify-between gap-4 py-1", strong ? "font-medium" : "text-fg-2")}>
      <dt>{label}</dt>
      <dd className="nums text-fg">{value}</dd>
    </div>
  );
}
