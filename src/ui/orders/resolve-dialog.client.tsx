"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { SudoCancelled, useSudo } from "#ui/account/sudo-dialog.client.tsx";
import { formatExact } from "#ui/format/index.ts";
import { ConfirmDialog } from "#ui/kit/dialog.client.tsx";
import { useToast } from "#ui/kit/toast.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

/** The end of a review: the money that came is credited as it came, or sent back. */
export function ResolveDialog({ id, how, held, onClose }: { id: string; how: "credit" | "return"; held: bigint | undefined; onClose: () => void }) {
  const t = useTranslations("admin-orders.resolve");
  const trpc = useTRPC();
  const queries = useQueryClient();
  const toast = useToast();
  const sudo = useSudo();
  const resolve = useMutation(trpc.admin.orders.resolve.mutationOptions());
  const amount = formatExact(held ?? 0n);
  const what = how === "credit" ? "credit" : held === undefined ? "close" : "return";
  const confirm = async (reason?: string): Promise<void> => {
    try {
      await sudo.run(() => resolve.mutateAsync({ id, how, reason: reason ?? "" }));
      toast.success(t(`${what}.done`, { amount }));
    } catch (error) {
      if (error instanceof SudoCancelled) return;
      throw new Error(t("failed"), { cause: error });
    } finally {
      void queries.invalidateQueries({ queryKey: trpc.admin.pathKey() });
    }
  };
  return (
    <>
      <ConfirmDialog open onOpenChange={(open) => open || onClose()} title={t(`${what}.title`, { amount })} description={t(`${what}.text`, { amount })} confirmLabel={t(`${what}.confirm`)} danger={how === "return"} reason onConfirm={confirm} />
      {sudo.dialog}
    </>
  );
}
