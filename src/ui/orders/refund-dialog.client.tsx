"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { reasonOf } from "#ui/account/reason.ts";
import { SudoCancelled, useSudo } from "#ui/account/sudo-dialog.client.tsx";
import { formatExact } from "#ui/format/index.ts";
import { ConfirmDialog } from "#ui/kit/dialog.client.tsx";
import { CheckboxField, MoneyField } from "#ui/kit/fields.client.tsx";
import { DefinitionList } from "#ui/kit/definition-list.tsx";
import { Money } from "#ui/kit/money.tsx";
import { useToast } from "#ui/kit/toast.client.tsx";
import { formatPay, minorText } from "#ui/orders/format-pay.ts";
import type { OrderDetail } from "#ui/orders/order-page.client.tsx";
import { PayAmount } from "#ui/orders/pay-amount.client.tsx";
import { newKey } from "#ui/wallet/new-key.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

type Props = { order: OrderDetail["order"]; refundable: NonNullable<OrderDetail["refundable"]>; onClose: () => void };

/** Money back: what is left, what is unspent, how much of it, and why. The credit falls at once. */
export function RefundDialog({ order, refundable, onClose }: Props) {
  const t = useTranslations("admin-orders.refund");
  const locale = useLocale();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const toast = useToast();
  const sudo = useSudo();
  const [amount, setAmount] = useState<bigint | undefined>(refundable.maxNano > 0n ? refundable.maxNano : undefined);
  const [allowDebt, setAllowDebt] = useState(false);
  const [key] = useState(newKey);
  const refund = useMutation(trpc.admin.orders.refund.mutationOptions());
  const most = allowDebt ? refundable.leftNano : refundable.maxNano;
  const wrong = amount !== undefined && (amount <= 0n || amount > most);

  const confirm = async (reason?: string): Promise<void> => {
    if (amount === undefined || wrong) throw new Error(t("amountWrong", { most: formatExact(most) }));
    try {
      // What is left to the last digit goes back as a whole, so that no cent stays behind by rounding.
      const asked = amount === refundable.maxNano && !allowDebt ? "all" as const : { creditNano: amount };
      const done = await sudo.run(() => refund.mutateAsync({ id: order.id, amount: asked, reason: reason ?? "", allowDebt, key }));
      if (done.approvalId !== null) return toast.success(t("approval"));
      const back = formatPay(minorText(done.amountMinor, order.payText), order.currency, locale);
      if (done.status === "failed") toast.error(t("refused"));
      else toast.success(t(done.status === "succeeded" ? "done" : "sent", { amount: back }));
    } catch (error) {
      if (error instanceof SudoCancelled) return;
      throw new Error(problemText(t, reasonOf(error)), { cause: error });
    } finally {
      void queries.invalidateQueries({ queryKey: trpc.admin.pathKey() });
    }
  };
  return (
    <>
      <ConfirmDialog open onOpenChange={(open) => open || onClose()} title={t("title", { number: order.number })} description={t("text")} confirmLabel={t("submit")} danger reason onConfirm={confirm}>
        <DefinitionList items={[
          { label: t("paid"), value: <PayAmount text={order.paidText} currency={order.currency} /> },
          { label: t("credit"), value: <Money nano={order.creditNano} /> },
          ...(order.bonusNano > 0n ? [{ label: t("bonus"), value: <Money nano={order.bonusNano} /> }] : []),
          ...(order.refundedNano > 0n ? [{ label: t("before"), value: <Money nano={order.refundedNano} /> }] : []),
          { label: t("now"), value: <span className="font-medium"><Money nano={refundable.maxNano} /> <span className="text-fg-3">(<PayAmount text={refundable.maxText} currency={order.currency} />)</span></span> },
        ]} />
        <MoneyField label={t("amount")} value={amount} onChange={setAmount} error={wrong ? t("amountWrong", { most: formatExact(most) }) : undefined} hint={t("amountHint")} />
        <CheckboxField label={t("debt")} hint={t("debtHint")} checked={allowDebt} onChange={setAllowDebt} />
      </ConfirmDialog>
      {sudo.dialog}
    </>
  );
}

const PROBLEMS = ["too_much", "nothing_left", "not_paid", "disputed", "key_reuse", "provider"] as const;

function problemText(t: ReturnType<typeof useTranslations<"admin-orders.refund">>, reason: string | undefined): string {
  const [word, max] = (reason ?? "").split(":");
  const known = PROBLEMS.find((each) => each === word);
  return known ? t(`problems.${known}`, { most: formatExact(BigInt(max ?? "0")) }) : t("problems.failed");
}
