"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState, type FormEvent } from "react";
import type { Profile } from "#ui/account/profile-form.client.tsx";
import { useSudo } from "#ui/account/sudo-dialog.client.tsx";
import { useFailureText } from "#ui/account/use-failure-text.client.ts";
import { Badge } from "#ui/kit/badge.tsx";
import { Button } from "#ui/kit/button.tsx";
import { Dialog } from "#ui/kit/dialog.client.tsx";
import { TextField } from "#ui/kit/text-field.client.tsx";
import { useToast } from "#ui/kit/toast.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

/** The address of the account; it changes when both the old and the new one have confirmed. */
export function EmailSetting({ profile }: { profile: Profile }) {
  const t = useTranslations("settings.profile");
  const trpc = useTRPC();
  const toast = useToast();
  const failure = useFailureText();
  const [open, setOpen] = useState(false);
  const verification = useMutation(trpc.console.profile.sendVerification.mutationOptions({
    onSuccess: () => toast.success(t("confirmSent")),
    onError: (error) => toast.error(failure(error) ?? ""),
  }));
  return (
    <div>
      <p className="label">{t("email")}</p>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <span className="min-w-0 truncate">{profile.email}</span>
        <Badge tone={profile.verified ? "ok" : "warn"}>{t(profile.verified ? "confirmed" : "unconfirmed")}</Badge>
        <Button size="sm" className="ml-auto" onClick={() => setOpen(true)}>{t("change")}</Button>
      </div>
      {profile.pendingEmail ? <p className="hint mt-1">{t("pending", { email: profile.pendingEmail })}</p> : null}
      {profile.verified ? null : <button type="button" className="link mt-1 text-13" disabled={verification.isPending} onClick={() => verification.mutate()}>{t("confirm")}</button>}
      <ChangeDialog open={open} onOpenChange={setOpen} />
    </div>
  );
}

function ChangeDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("settings.profile");
  const trpc = useTRPC();
  const router = useRouter();
  const toast = useToast();
  const failure = useFailureText();
  const sudo = useSudo();
  const [error, setError] = useState<string>();
  const change = useMutation(trpc.console.profile.changeEmail.mutationOptions());

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const email = String(new FormData(event.currentTarget).get("email"));
    setError(undefined);
    try {
      await sudo.run(() => change.mutateAsync({ email }));
      onOpenChange(false);
      toast.success(t("changeSent"));
      router.refresh();
    } catch (problem) {
      setError(failure(problem));
    }
  };

  return (
    <>
      <Dialog open={open} onOpenChange={onOpenChange} title={t("changeTitle")} description={t("changeText")}>
        <form method="post" className="flex flex-col gap-4" onSubmit={(event) => void submit(event)}>
          <TextField label={t("newEmail")} name="email" type="email" required maxLength={254} autoComplete="email" error={error} />
          <Button type="submit" variant="primary" className="self-end" busy={change.isPending}>{t("changeSubmit")}</Button>
        </form>
      </Dialog>
      {sudo.dialog}
    </>
  );
}
