"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState, type FormEvent } from "react";
import { SudoCancelled, useSudo } from "#ui/account/sudo-dialog.client.tsx";
import { reasonOf } from "#ui/account/reason.ts";
import { formatExact } from "#ui/format/index.ts";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { Dialog } from "#ui/kit/dialog.client.tsx";
import { MoneyField, SegmentedControl, TextArea } from "#ui/kit/fields.client.tsx";
import { Money } from "#ui/kit/money.tsx";
import { useToast } from "#ui/kit/toast.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";
import { AccountName } from "#ui/ledger/account-name.tsx";
import type { UserDetail } from "#ui/users/user-screen.client.tsx";

const REASON_MIN = 8;

/**
 * Gives or takes credit by hand. What will be posted is on screen before it is, and whether another person must approve it.
 *
 * @param props.asks the viewer may only ask for it
 */
export function AdjustDialog({ user, asks, open, onOpenChange }: { user: UserDetail; asks: boolean; open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("users");
  const sudo = useSudo();
  return (
    <>
      <Dialog open={open} onOpenChange={onOpenChange} size="lg" title={t("adjustTitle", { email: user.email })} description={t("adjustText")}>
        {open ? <AdjustForm user={user} asks={asks} run={sudo.run} onDone={() => onOpenChange(false)} /> : null}
      </Dialog>
      {sudo.dialog}
    </>
  );
}

type Run = ReturnType<typeof useSudo>["run"];

function AdjustForm({ user, asks, run, onDone }: { user: UserDetail; asks: boolean; run: Run; onDone: () => void }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const toast = useToast();
  const t = useTranslations("users");
  const [way, setWay] = useState<"give" | "take">("give");
  const [amount, setAmount] = useState<bigint>();
  const [reason, setReason] = useState("");
  const [failed, setFailed] = useState<string>();
  // Made once for this form: a second click or a repeated send is the same adjustment.
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  const signed = amount === undefined ? 0n : way === "give" ? amount : -amount;
  const preview = useQuery({ ...trpc.admin.users.previewAdjustment.queryOptions({ id: user.id, amountNano: signed }), enabled: signed !== 0n, placeholderData: (previous) => previous });
  const adjust = useMutation(trpc.admin.users.adjust.mutationOptions());
  const ask = useMutation(trpc.admin.approvals.askAdjustment.mutationOptions());
  const busy = adjust.isPending || ask.isPending;
  const second = signed !== 0n && (asks || preview.data?.needsApproval === true);
  const tooMuch = signed < 0n && preview.data?.tooMuch === true;
  const ready = signed !== 0n && !tooMuch && reason.trim().length >= REASON_MIN;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!ready || busy) return;
    setFailed(undefined);
    try {
      const input = { id: user.id, amountNano: signed, reason: reason.trim(), idempotencyKey };
      const { approvalId } = asks ? await ask.mutateAsync(input) : await run(() => adjust.mutateAsync(input));
      await Promise.all([trpc.admin.users, trpc.admin.ledger, trpc.admin.approvals].map((part) => client.invalidateQueries(part.pathFilter())));
      if (approvalId === null) toast.success(t(signed > 0n ? "given" : "taken", { amount: formatExact(signed > 0n ? signed : -signed), email: user.email }));
      else toast.success(t("sentForApproval"));
      onDone();
    } catch (error) {
      if (error instanceof SudoCancelled) return;
      const why = reasonOf(error);
      setFailed(t(why === "balance" || why === "key" ? `errors.${why}` : "errors.failed"));
    }
  };
  return (
    <form className="flex flex-col gap-4" onSubmit={(event) => void submit(event)}>
      <SegmentedControl label={t("direction")} value={way} onChange={setWay} options={[{ value: "give", label: t("give") }, { value: "take", label: t("take") }]} />
      <MoneyField label={t("amount")} value={amount} onChange={setAmount} autoFocus {...(tooMuch && preview.data && { error: t("tooMuch", { amount: formatExact(preview.data.takeableNano) }) })} />
      <TextArea label={t("reason")} hint={t("reasonHint")} rows={2} maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
      <section aria-label={t("posting")} className="rounded-control bg-muted p-3">
        <h3 className="mb-2 text-13 text-fg-2">{t("posting")}</h3>
        {signed === 0n || !preview.data || tooMuch ? <p className="text-13 text-fg-3">{t("postingEmpty")}</p> : (
          <table className="tbl tbl-dense tbl-flush">
            <thead><tr><th scope="col">{t("account")}</th><th scope="col" className="num">{t("debit")}</th><th scope="col" className="num">{t("credit")}</th></tr></thead>
            <tbody>
              {preview.data.lines.map(({ account, amount: nano }) => (
                <tr key={account}>
                  <td><AccountName code={account} whose={user.email} /></td>
                  <td className="num">{nano > 0n ? <Money nano={nano} /> : null}</td>
                  <td className="num">{nano < 0n ? <Money nano={-nano} /> : null}</td>
                </tr>
              ))}
              <tr className="font-semibold"><td>{t("balanceAfter")}</td><td className="num text-fg-3"><Money nano={preview.data.beforeNano} /></td><td className="num"><Money nano={preview.data.afterNano} /></td></tr>
            </tbody>
          </table>
        )}
      </section>
      {second ? <Callout tone="info">{t(asks ? "askNote" : "limitNote")}</Callout> : <p className="text-13 text-fg-3">{t("forGood")}</p>}
      {failed ? <Callout tone="bad">{failed}</Callout> : null}
      <div className="flex justify-end gap-2 max-md:[&>.btn]:flex-1">
        <Button onClick={onDone}>{t("cancel")}</Button>
        <Button type="submit" variant={way === "take" ? "danger" : "primary"} busy={busy} disabled={!ready}>{second ? t("sendForApproval") : t(way === "give" ? "giveSubmit" : "takeSubmit", { amount: formatExact(amount ?? 0n) })}</Button>
      </div>
    </form>
  );
}
