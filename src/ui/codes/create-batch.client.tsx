"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { useState, type FormEvent } from "react";
import { SudoCancelled, useSudo } from "#ui/account/sudo-dialog.client.tsx";
import { formatCount, formatExact } from "#ui/format/index.ts";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { Dialog } from "#ui/kit/dialog.client.tsx";
import { CheckboxField, MoneyField, NumberField, RadioCards, TextArea, TextField } from "#ui/kit/fields.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

const COUNT_MAX = 10_000;
const REASON_MIN = 8;

type Draft = Readonly<{ name: string; amount: bigint | undefined; count: number | undefined; bucket: "lots" | "paid"; maxUses: number | undefined; perUser: number | undefined; days: number | undefined; expires: string; reason: string }>;
const EMPTY: Draft = { name: "", amount: undefined, count: 100, bucket: "lots", maxUses: 1, perUser: 1, days: undefined, expires: "", reason: "" };

/** A new batch: the form, then its codes, once. */
export function CreateBatch({ onClose }: { onClose: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const create = useMutation(trpc.admin.codes.create.mutationOptions({ onSuccess: () => queries.invalidateQueries({ queryKey: trpc.admin.codes.pathKey() }) }));
  const [name, setName] = useState("");
  const sudo = useSudo();
  if (create.data) return <Fresh id={create.data.id} name={name} csv={create.data.csv} count={create.data.count} onClose={onClose} />;
  const submit = async (draft: Draft): Promise<void> => {
    setName(draft.name);
    await sudo.run(() => create.mutateAsync({
      name: draft.name.trim(), creditNano: draft.amount!, count: draft.count!, bucket: draft.bucket, maxUses: draft.maxUses ?? 1, perUser: draft.perUser ?? 1,
      lotTtlDays: draft.bucket === "lots" ? draft.days ?? null : null, expiresAt: draft.expires === "" ? null : new Date(`${draft.expires}T23:59:59Z`), reason: draft.reason.trim(),
    })).catch((error: unknown) => {
      if (!(error instanceof SudoCancelled)) throw error;
    });
  };
  return (
    <>
      <BatchForm onClose={onClose} onSubmit={submit} busy={create.isPending} failed={create.isError} />
      {sudo.dialog}
    </>
  );
}

type FormProps = { onClose: () => void; onSubmit: (draft: Draft) => Promise<void>; busy: boolean; failed: boolean };

function BatchForm({ onClose, onSubmit, busy, failed }: FormProps) {
  const t = useTranslations("admin-codes.create");
  const kinds = useTranslations("admin-codes");
  const [draft, setDraft] = useState<Draft>(EMPTY);
  const [tried, setTried] = useState(false);
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change });
  const missing = {
    name: draft.name.trim() === "", amount: !draft.amount, count: draft.count === undefined || draft.count < 1 || draft.count > COUNT_MAX, reason: draft.reason.trim().length < REASON_MIN,
    expires: draft.expires !== "" && new Date(`${draft.expires}T23:59:59Z`) <= new Date(),
  };
  const total = draft.amount !== undefined && draft.count !== undefined ? draft.amount * BigInt(draft.count) * BigInt(draft.maxUses ?? 1) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!Object.values(missing).some(Boolean) && !busy) onSubmit(draft).catch(() => undefined);
  };
  return (
    <Dialog
      open size="lg" title={t("title")} onOpenChange={(open) => open || onClose()}
      footer={<><p className="nums mr-auto self-center text-13 text-fg-2">{total === undefined ? "" : t("total", { amount: formatExact(total) })}</p><Button onClick={onClose}>{t("cancel")}</Button><Button variant="primary" type="submit" form="create-batch" busy={busy}>{t("submit")}</Button></>}
    >
      <form id="create-batch" className="grid gap-4 sm:grid-cols-2" noValidate onSubmit={submit}>
        {failed ? <Callout tone="bad" className="sm:col-span-2">{t("failed")}</Callout> : null}
        <TextField className="sm:col-span-2" label={t("name")} hint={t("nameHint")} value={draft.name} maxLength={64} onChange={(event) => set({ name: event.target.value })} error={tried && missing.name ? t("missing") : undefined} />
        <MoneyField label={t("amount")} value={draft.amount} onChange={(amount) => set({ amount })} error={tried && missing.amount ? t("missing") : undefined} />
        <NumberField label={t("count")} value={draft.count} onChange={(count) => set({ count })} min={1} max={COUNT_MAX} error={tried && missing.count ? t("missing") : undefined} />
        <div className="sm:col-span-2">
          <RadioCards label={t("kind")} columns={2} value={draft.bucket} onChange={(bucket) => set({ bucket })} options={[
            { value: "lots", label: kinds("kinds.lots"), hint: t("lotsHint") }, { value: "paid", label: kinds("kinds.paid"), hint: t("paidHint") },
          ]} />
        </div>
        <NumberField label={t("maxUses")} value={draft.maxUses} onChange={(maxUses) => set({ maxUses })} min={1} max={1_000_000} hint={t("maxUsesHint")} />
        <NumberField label={t("perUser")} value={draft.perUser} onChange={(perUser) => set({ perUser })} min={1} max={1_000} hint={t("perUserHint")} />
        <TextField label={t("expires")} optional type="date" value={draft.expires} onChange={(event) => set({ expires: event.target.value })} error={tried && missing.expires ? t("past") : undefined} hint={t("expiresHint")} />
        {draft.bucket === "lots" ? <NumberField label={t("days")} optional value={draft.days} onChange={(days) => set({ days })} min={1} max={3_650} hint={t("daysHint")} /> : <span />}
        <TextArea className="sm:col-span-2" label={t("reason")} hint={t("reasonHint")} rows={2} value={draft.reason} maxLength={500} onChange={(event) => set({ reason: event.target.value })} error={tried && missing.reason ? t("reasonShort") : undefined} />
      </form>
    </Dialog>
  );
}

/** The codes, this once. Closing without the file asks first. */
function Fresh({ id, name, csv, count, onClose }: { id: string; name: string; csv: string; count: number; onClose: () => void }) {
  const t = useTranslations("admin-codes.fresh");
  const router = useRouter();
  const [saved, setSaved] = useState(false);
  const [kept, setKept] = useState(false);
  const download = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\uFEFF", csv], { type: "text/csv;charset=utf-8" }));
    link.download = `codes-${name.trim().replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 40) || id}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    setSaved(true);
  };
  const done = () => {
    onClose();
    router.push(`/admin/codes/${id}`);
  };
  return (
    <Dialog open dismissible={false} title={t("title", { count: formatCount(count) })} description={t("text")} onOpenChange={() => undefined}
      footer={<><CheckboxField className="mr-auto self-center" label={t("kept")} checked={kept} onChange={setKept} disabled={!saved} /><Button variant={kept ? "primary" : "secondary"} disabled={!kept} onClick={done}>{t("done")}</Button></>}
    >
      <Button variant={saved ? "secondary" : "primary"} size="lg" onClick={download}><Download size={16} strokeWidth={1.75} aria-hidden="true" />{t("download")}</Button>
    </Dialog>
  );
}
