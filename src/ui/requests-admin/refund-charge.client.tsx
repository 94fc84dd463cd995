"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { SudoCancelled, useSudo } from "#ui/account/sudo-dialog.client.tsx";
import { Button } from "#ui/kit/button.tsx";
import { ConfirmDialog } from "#ui/kit/dialog.client.tsx";
import { Money } from "#ui/kit/money.tsx";
import { useToast } from "#ui/kit/toast.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

/** Gives the charge of one request back, with a reason. */
export function RefundCharge({ id, chargeNano }: { id: string; chargeNano: bigint }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const toast = useToast();
  const t = useTranslations("requests-admin");
  const sudo = useSudo();
  const [open, setOpen] = useState(false);
  const refund = useMutation(trpc.admin.refunds.charge.mutationOptions());
  return (
    <>
      <Button size="sm" onClick={() => setOpen(true)}>{t("refund.button")}</Button>
      <ConfirmDialog
        open={open} onOpenChange={setOpen} title={t("refund.title")} description={t("refund.text")} confirmLabel={t("refund.button")} reason
        onConfirm={async (reason) => {
          try {
            await sudo.run(() => refund.mutateAsync({ requestId: id, reason: reason ?? "" }));
          } catch (error) {
            if (error instanceof SudoCancelled) return;
            throw error;
          }
          await client.invalidateQueries(trpc.admin.requests.pathFilter());
          toast.success(t("refund.done"));
        }}
      >
        <p className="text-20 font-semibold"><Money nano={chargeNano} /></p>
      </ConfirmDialog>
      {sudo.dialog}
    </>
  );
}
