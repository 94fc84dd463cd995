"use client";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState, type FormEvent } from "react";
import { NewPasswordField, useProblemText } from "#ui/account/account-form.client.tsx";
import { reasonOf } from "#ui/account/reason.ts";
import { useFailureText } from "#ui/account/use-failure-text.client.ts";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { Card } from "#ui/kit/card.tsx";
import { TextField } from "#ui/kit/text-field.client.tsx";
import { useToast } from "#ui/kit/toast.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

/** A new password for the one who knows the old one. */
export function PasswordForm({ min, email }: { min: number; email: string }) {
  const t = useTranslations("settings.security");
  const trpc = useTRPC();
  const toast = useToast();
  const problem = useProblemText(min);
  const failure = useFailureText({ "wrong-password": t("wrong") });
  const [error, setError] = useState<string>();
  /** A new key empties the fields. */
  const [round, setRound] = useState(0);
  const change = useMutation(trpc.console.profile.changePassword.mutationOptions());

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setError(undefined);
    try {
      const { ended } = await change.mutateAsync({ current: String(form.get("current")), next: String(form.get("password")) });
      setRound(round + 1);
      toast.success(t("changed", { count: ended }));
    } catch (found) {
      const reason = reasonOf(found) ?? "";
      setError(reason.startsWith("password:") ? problem(reason) : failure(found));
    }
  };

  return (
    <Card title={t("password")} note={t("passwordText")}>
      <form key={round} method="post" className="flex max-w-[400px] flex-col gap-4" onSubmit={(event) => void submit(event)}>
        <input type="email" name="username" autoComplete="username" value={email} readOnly hidden />
        <TextField label={t("current")} name="current" type="password" autoComplete="current-password" required maxLength={512} />
        <NewPasswordField label={t("next")} min={min} hint={t("hint", { min })} />
        {error ? <Callout tone="bad">{error}</Callout> : null}
        <Button type="submit" variant="primary" className="self-start" busy={change.isPending}>{t("submit")}</Button>
      </form>
    </Card>
  );
}
