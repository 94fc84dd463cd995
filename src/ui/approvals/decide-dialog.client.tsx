"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { reasonOf } from "#ui/account/reason.ts";
import { SudoCancelled, useSudo } from "#ui/account/sudo-dialog.client.tsx";
import { DefinitionList } from "#ui/kit/definition-list.tsx";
import { ConfirmDialog } from "#ui/kit/dialog.client.tsx";
import { TextArea } from "#ui/kit/fields.client.tsx";
import { Money } from "#ui/kit/money.tsx";
import { useToast } from "#ui/kit/toast.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";
import type { ApprovalRow } from "#ui/approvals/approval-screen.client.tsx";

export type Decision = "approve" | "decline" | "withdraw";

/** What is asked, by whom and why, before it is done or refused. */
export function DecideDialog({ row, decision, onClose }: { row: ApprovalRow; decision: Decision; onClose: () => void }) {
  const t = useTranslations("admin-approvals");
  const trpc = useTRPC();
  const client = useQueryClient();
  const toast = useToast();
  const sudo = useSudo();
  const [note, setNote] = useState("");
  const decide = useMutation(trpc.admin.approvals.decide.mutationOptions());
  const withdraw = useMutation(trpc.admin.approvals.withdraw.mutationOptions());

  const confirm = async (): Promise<void> => {
    try {
      if (decision === "withdraw") await withdraw.mutateAsync({ id: row.id });
      else await sudo.run(() => decide.mutateAsync({ id: row.id, approve: decision === "approve", ...(note.trim() !== "" && { note: note.trim() }) }));
    } catch (error) {
      if (error instanceof SudoCancelled) return;
      throw new Error(problemText(t, reasonOf(error)), { cause: error });
    } finally {
      void client.invalidateQueries({ queryKey: trpc.admin.pathKey() });
    }
    toast.success(t(`done.${decision}`));
  };
  return (
    <>
      <ConfirmDialog open onOpenChange={(open) => open || onClose()} title={t(`ask.${decision}`)} description={t(`text.${decision}`)} confirmLabel={t(decision)} danger={decision === "decline"} onConfirm={confirm}>
        <DefinitionList items={[
          { label: t("columns.what"), value: t(`kind.${row.kind === "adjustment" ? (row.amountNano > 0n ? "give" : "take") : row.kind}`) },
          { label: t("columns.amount"), value: <span className="font-medium"><Money nano={row.amountNano} as="signed" /></span> },
          { label: t("columns.who"), value: row.email ?? row.userId },
          { label: t("columns.requester"), value: row.requester ?? "—" },
          { label: t("columns.reason"), value: row.reason },
          ...(row.allowDebt ? [{ label: t("debt"), value: t("debtText") }] : []),
        ]} />
        {decision === "withdraw" ? null : <TextArea label={t("note")} optional rows={2} maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} />}
      </ConfirmDialog>
      {sudo.dialog}
    </>
  );
}

const PROBLEMS = ["own", "ended", "limit", "balance", "repeated", "too_much", "nothing_left", "disputed", "provider"] as const;

function problemText(t: ReturnType<typeof useTranslations<"admin-approvals">>, reason: string | undefined): string {
  const known = PROBLEMS.find((each) => each === (reason ?? "").split(":")[0]);
  return t(`problems.${known ?? "failed"}`);
}
