"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { AccountForm, EmailField } from "#ui/account/account-form.client.tsx";
import { postSignIn } from "#ui/account/auth.client.ts";
import { callAccount } from "#ui/account/call.client.ts";
import { applyPreferences } from "#ui/account/preferences.client.ts";
import { Callout } from "#ui/kit/callout.tsx";
import { TextField } from "#ui/kit/text-field.client.tsx";

type Props = { next: string; notice?: "verified" | "reset" | undefined; verifyEmail: boolean };

/** E-mail and password. One message for whatever was wrong with them; waiting time is shown. */
export function SignInForm({ next, notice, verifyEmail }: Props) {
  const t = useTranslations("account");
  const [failedFor, setFailedFor] = useState<string>();

  const submit = async (form: FormData): Promise<string | undefined> => {
    const email = String(form.get("email"));
    const outcome = await postSignIn(email, String(form.get("password")));
    if (outcome.kind === "signed-in") {
      await applyPreferences();
      location.assign(next);
      return undefined;
    }
    setFailedFor(email);
    return outcome.kind === "wait" ? `sign-in-wait:${outcome.seconds}` : outcome.kind;
  };

  return (
    <>
      {notice ? <Callout tone="ok" className="mt-6">{t(`signIn.${notice}`)}</Callout> : null}
      <AccountForm
        onSubmit={submit} submit={t("signIn.submit")} busyLabel={t("signIn.busy")}
        footer={verifyEmail && failedFor ? <Unconfirmed email={failedFor} /> : null}
      >
        <EmailField />
        <div className="relative">
          <TextField label={t("password")} name="password" type="password" autoComplete="current-password" required maxLength={512} />
          <Link href="/reset" className="link absolute top-0 right-0 text-13 font-normal!">{t("signIn.forgot")}</Link>
        </div>
      </AccountForm>
    </>
  );
}

/** Said to everybody whose sign-in failed, so that it tells nothing about the address. */
function Unconfirmed({ email }: { email: string }) {
  const t = useTranslations("account");
  const [sent, setSent] = useState(false);
  const resend = async () => {
    const outcome = await callAccount("resend", { email });
    setSent(outcome.ok);
  };
  return (
    <p className="text-13 text-fg-2" role="status">
      {sent ? t("verify.resent") : <>{t("signIn.unconfirmed")} <button type="button" className="link" onClick={() => void resend()}>{t("signIn.resend")}</button></>}
    </p>
  );
}
