"use client";
import { useMutation } from "@tanstack/react-query";
import { useLocale, useTranslations } from "next-intl";
import { useRef, useState, type FormEvent } from "react";
import { useSudo } from "#ui/account/sudo-dialog.client.tsx";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { CopyField } from "#ui/kit/copy-field.client.tsx";
import { Dialog } from "#ui/kit/dialog.client.tsx";
import { SelectField } from "#ui/kit/select-field.client.tsx";
import { TextField } from "#ui/kit/text-field.client.tsx";
import { useToast } from "#ui/kit/toast.client.tsx";
import type { StaffData } from "#ui/staff/staff-screen.client.tsx";
import { useStaffFailure } from "#ui/staff/use-staff-failure.client.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

/** Invitations that still work. */
export function InviteList({ invites, onChanged }: { invites: StaffData["invites"]; onChanged: () => void }) {
  const t = useTranslations("audit.staff");
  const trpc = useTRPC();
  const toast = useToast();
  const failure = useStaffFailure();
  const revoke = useMutation(trpc.admin.staff.revokeInvite.mutationOptions({
    onSuccess: () => toast.success(t("takenBack")),
    onError: (error) => toast.error(failure(error) ?? ""),
    onSettled: onChanged,
  }));
  if (invites.length === 0) return <p className="p-4 text-fg-2 sm:px-5">{t("noInvites")}</p>;
  return (
    <ul className="divide-y">
      {invites.map(({ id, email, role, expiresAt }) => (
        <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 sm:px-5">
          <span className="min-w-0 flex-1 truncate font-medium">{email ?? "—"}</span>
          <span className="text-13 text-fg-2">{t(`roles.${role}`)}</span>
          <span className="nums text-13 text-fg-3">{t("expires", { date: expiresAt.toISOString().slice(0, 10) })}</span>
          <Button size="sm" busy={revoke.isPending && revoke.variables.id === id} onClick={() => revoke.mutate({ id })}>{t("takeBack")}</Button>
        </li>
      ))}
    </ul>
  );
}

const ROLES = ["support", "finance", "operator", "owner"] as const;

/** Makes a link for one person in one role; it is mailed, and shown here once. */
export function InviteDialog({ onClose, onMade }: { onClose: () => void; onMade: () => void }) {
  const t = useTranslations("audit.staff");
  const locale = useLocale() === "zh" ? "zh" : "en";
  const trpc = useTRPC();
  const failure = useStaffFailure();
  const sudo = useSudo();
  const [role, setRole] = useState<(typeof ROLES)[number]>("support");
  const [link, setLink] = useState<string>();
  const sending = useRef(false);
  const [error, setError] = useState<string>();
  const invite = useMutation(trpc.admin.staff.invite.mutationOptions());
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    // A second click may come before the button shows that it is busy; each invitation would be another one.
    if (sending.current) return;
    sending.current = true;
    const email = String(new FormData(event.currentTarget).get("email"));
    setError(undefined);
    try {
      const made = await sudo.run(() => invite.mutateAsync({ email, role, locale }));
      setLink(made.link);
      onMade();
    } catch (found) {
      setError(failure(found));
    } finally {
      sending.current = false;
    }
  };
  if (link !== undefined) {
    return (
      <Dialog open onOpenChange={(open) => open || onClose()} title={t("inviteDone")} footer={<Button variant="primary" onClick={onClose}>{t("close")}</Button>}>
        <CopyField label={t("inviteLink")} value={link} />
      </Dialog>
    );
  }
  return (
    <>
      <Dialog open onOpenChange={(open) => open || onClose()} title={t("inviteTitle")} description={t("inviteText")}>
        <form method="post" className="flex flex-col gap-4" onSubmit={(event) => void submit(event)}>
          <TextField label={t("email")} name="email" type="email" required maxLength={254} autoComplete="off" autoFocus />
          <SelectField label={t("role")} value={role} onChange={setRole} options={ROLES.map((value) => ({ value, label: t(`roles.${value}`) }))} hint={t(`can.${role}`)} />
          {error ? <Callout tone="bad">{error}</Callout> : null}
          <Button type="submit" variant="primary" className="self-end" busy={invite.isPending}>{t("inviteSubmit")}</Button>
        </form>
      </Dialog>
      {sudo.dialog}
    </>
  );
}
