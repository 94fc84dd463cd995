"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { reasonOf } from "#ui/account/reason.ts";
import { SudoCancelled, useSudo } from "#ui/account/sudo-dialog.client.tsx";
import { formatExact } from "#ui/format/index.ts";
import { Callout } from "#ui/kit/callout.tsx";
import { ConfirmDialog } from "#ui/kit/dialog.client.tsx";
import { useToast } from "#ui/kit/toast.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";
import type { UserDetail } from "#ui/users/user-screen.client.tsx";

/** Lets a customer's keys work again that a disputed or suspicious payment has stopped; a debt is paid, not lifted. */
export function LiftRestriction({ user, open, onOpenChange }: { user: UserDetail; open: boolean; onOpenChange: (open: boolean) => void }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const toast = useToast();
  const t = useTranslations("users");
  const sudo = useSudo();
  const lift = useMutation(trpc.admin.users.liftRestriction.mutationOptions());
  const { debtNano } = user.wallet;
  return (
    <>
      <ConfirmDialog
        open={open} onOpenChange={onOpenChange} reason title={t("liftTitle", { email: user.email })} description={t("liftText")} confirmLabel={t("lift")}
        onConfirm={async (reason) => {
          try {
            await sudo.run(() => lift.mutateAsync({ id: user.id, reason: reason ?? "" }));
          } catch (error) {
            if (error instanceof SudoCancelled) return;
            if (reasonOf(error) === "debt") throw new Error(t("liftDebt", { amount: formatExact(debtNano) }), { cause: error });
            throw new Error(t(reasonOf(error) === "not_restricted" ? "liftGone" : "errors.failed"), { cause: error });
          } finally {
            void client.invalidateQueries(trpc.admin.users.pathFilter());
          }
          toast.success(t("lifted"));
        }}
      >
        {debtNano > 0n ? <Callout tone="warn">{t("liftDebt", { amount: formatExact(debtNano) })}</Callout> : null}
      </ConfirmDialog>
      {sudo.dialog}
    </>
  );
}
