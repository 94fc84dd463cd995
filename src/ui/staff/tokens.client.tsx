"use client";
import { useMutation } from "@tanstack/react-query";
import { useNow, useTranslations } from "next-intl";
import { useState, type FormEvent } from "react";
import { SudoCancelled, useSudo } from "#ui/account/sudo-dialog.client.tsx";
import { StatusDot } from "#ui/kit/badge.tsx";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { ConfirmDialog } from "#ui/kit/confirm-dialog.client.tsx";
import { CopyField } from "#ui/kit/copy-field.client.tsx";
import { Dialog } from "#ui/kit/dialog.client.tsx";
import { SelectField } from "#ui/kit/select-field.client.tsx";
import { EmptyState } from "#ui/kit/states.tsx";
import { TagInput } from "#ui/kit/tag-input.client.tsx";
import { TextField } from "#ui/kit/text-field.client.tsx";
import { Time } from "#ui/kit/time.tsx";
import { useToast } from "#ui/kit/toast.client.tsx";
import type { StaffData } from "#ui/staff/staff-screen.client.tsx";
import { useStaffFailure } from "#ui/staff/use-staff-failure.client.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

type Token = StaffData["tokens"][number];
const TONES = { active: "ok", disabled: "warn", revoked: "neutral", expired: "neutral" } as const;

/** The tokens of scripts; of each secret only its ends. */
export function TokenList({ tokens, onChanged }: { tokens: readonly Token[]; onChanged: () => void }) {
  const t = useTranslations("audit.staff");
  const now = useNow();
  const [revoking, setRevoking] = useState<Token>();
  if (tokens.length === 0) return <EmptyState title={t("noTokens")} text={t("noTokensText")} />;
  const stateOf = (token: Token) => (token.status === "active" && token.expiresAt !== null && token.expiresAt <= now ? "expired" : token.status);
  return (
    <>
      <ul className="divide-y">
        {tokens.map((token) => (
          <li key={token.id} className="flex items-center gap-x-4 px-4 py-3 sm:px-5">
            <div className="grid min-w-0 flex-1 gap-x-6 gap-y-1 max-md:flex max-md:flex-wrap max-md:gap-x-3 md:grid-cols-[minmax(0,2fr)_100px_120px_minmax(0,2fr)_140px]">
              <p className="min-w-0 max-md:w-full"><span className="block truncate font-medium">{token.name}</span><code className="text-12 text-fg-3">{token.prefix}…{token.suffix}</code></p>
              <p className="text-13"><StatusDot tone={TONES[stateOf(token)]}>{t(`status.${stateOf(token)}`)}</StatusDot></p>
              <p className="text-13 text-fg-2">{t(`roles.${token.role}`)}</p>
              <p className="text-13 text-fg-2">{token.cidrs.length === 0 ? t("anywhere") : token.cidrs.join(", ")}{token.expiresAt ? <span className="block text-12 text-fg-3">{t("expires", { date: token.expiresAt.toISOString().slice(0, 10) })}</span> : null}</p>
              <p className="text-13 text-fg-3 md:text-right">{token.lastUsedAt ? <>{t("used")} <Time at={token.lastUsedAt} /></> : t("unused")}</p>
            </div>
            {token.status === "revoked" ? <span className="w-16" /> : <Button size="sm" onClick={() => setRevoking(token)}>{t("revoke")}</Button>}
          </li>
        ))}
      </ul>
      {revoking ? <RevokeDialog token={revoking} onClose={() => setRevoking(undefined)} onChanged={onChanged} /> : null}
    </>
  );
}

function RevokeDialog({ token, onClose, onChanged }: { token: Token; onClose: () => void; onChanged: () => void }) {
  const t = useTranslations("audit.staff");
  const trpc = useTRPC();
  const toast = useToast();
  const failure = useStaffFailure();
  const sudo = useSudo();
  const revoke = useMutation(trpc.admin.staff.revokeToken.mutationOptions());
  const confirm = async () => {
    try {
      await sudo.run(() => revoke.mutateAsync({ id: token.id }));
      toast.success(t("revoked"));
      onChanged();
    } catch (error) {
      if (!(error instanceof SudoCancelled)) throw new Error(failure(error), { cause: error });
    }
  };
  return (
    <>
      <ConfirmDialog open onOpenChange={(open) => open || onClose()} title={t("revokeTitle", { name: token.name })} description={t("revokeText")} confirmLabel={t("revoke")} danger typed={token.name} onConfirm={confirm} />
      {sudo.dialog}
    </>
  );
}

const ROLES = ["support", "finance", "operator", "owner"] as const;

/** Makes a token; its secret is on screen this once, and only the button closes it then. */
export function TokenDialog({ onClose, onMade }: { onClose: () => void; onMade: () => void }) {
  const t = useTranslations("audit.staff");
  const [secret, setSecret] = useState<string>();
  if (secret !== undefined) {
    return (
      <Dialog open onOpenChange={(open) => open || onClose()} title={t("tokenTitle")} dismissible={false} footer={<Button variant="primary" onClick={onClose}>{t("close")}</Button>}>
        <div className="flex flex-col gap-4">
          <Callout tone="warn">{t("tokenOnce")}</Callout>
          <CopyField label={t("secret")} value={secret} />
        </div>
      </Dialog>
    );
  }
  return <NewToken onClose={onClose} onMade={(made) => { setSecret(made); onMade(); }} />;
}

function NewToken({ onClose, onMade }: { onClose: () => void; onMade: (secret: string) => void }) {
  const t = useTranslations("audit.staff");
  const trpc = useTRPC();
  const failure = useStaffFailure();
  const sudo = useSudo();
  const [role, setRole] = useState<(typeof ROLES)[number]>("operator");
  const [cidrs, setCidrs] = useState<string[]>([]);
  const [error, setError] = useState<string>();
  const make = useMutation(trpc.admin.staff.makeToken.mutationOptions());
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const until = String(form.get("until"));
    setError(undefined);
    try {
      const expiresAt = until === "" ? null : new Date(`${until}T23:59:59Z`);
      const { secret } = await sudo.run(() => make.mutateAsync({ name: String(form.get("name")), role, cidrs, expiresAt }));
      onMade(secret);
    } catch (found) {
      setError(failure(found));
    }
  };
  return (
    <>
      <Dialog open onOpenChange={(open) => open || onClose()} title={t("tokenTitle")} description={t("tokenText")}>
        <form method="post" className="flex flex-col gap-4" onSubmit={(event) => void submit(event)}>
          <TextField label={t("tokenName")} name="name" required maxLength={64} autoComplete="off" autoFocus />
          <SelectField label={t("role")} value={role} onChange={setRole} options={ROLES.map((value) => ({ value, label: t(`roles.${value}`) }))} />
          <TagInput label={t("tokenIps")} hint={t("tokenIpsHint")} optional value={cidrs} onChange={setCidrs} />
          <TextField label={t("tokenUntil")} hint={t("tokenUntilHint")} optional name="until" type="date" />
          {error ? <Callout tone="bad">{error}</Callout> : null}
          <Button type="submit" variant="primary" className="self-end" busy={make.isPending}>{t("tokenSubmit")}</Button>
        </form>
      </Dialog>
      {sudo.dialog}
    </>
  );
}
