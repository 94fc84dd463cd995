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

/** What the viewer may do about a charge: give it back, ask somebody who may, or nothing. */
export type RefundRight = "act" | "ask" | "none";

/** Gives the charge of one request back, with a reason, or asks for it. */
export function RefundCharge({ id, chargeNano, asks }: { id: string; chargeNano: bigint; asks: boolean }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const toast = useToast();
  const t = useTranslations("requests-admin");
  const sudo = useSudo();
  const [open, setOpen] = useState(false);
  const refund = useMutation(trpc.admin.refunds.charge.mutationOptions());
  const ask = useMutation(trpc.admin.approvals.askRefund.mutationOptions());
  const button = t(asks ? "refund.ask" : "refund.button");
  return (
    <>
      <Button size="sm" onClick={() => setOpen(true)}>{button}</Button>
      <ConfirmDialog
        open={open} onOpenChange={setOpen} title={t("refund.title")} description={t("refund.text")} confirmLabel={button} reason
        onConfirm={async (reason) => {
          const input = { requestId: id, reason: reason ?? "" };
          let approvalId: string | null;
          try {
            ({ approvalId } = asks ? await ask.mutateAsync(input) : await sudo.run(() => refund.mutateAsync(input)));
          } catch (error) {
            if (error instanceof SudoCancelled) return;
            throw error;
          }
          await client.invalidateQueries(trpc.admin.requests.pathFilter());
          await client.invalidateQueries(trpc.admin.approvals.pathFilter());
          toast.success(t(approvalId === null ? "refund.done" : "refund.sent"));
        }}
      >
        <p className="text-20 font-semibold"><Money nano={chargeNano} /></p>
      </ConfirmDialog>
      {sudo.dialog}
    </>
  );
}
