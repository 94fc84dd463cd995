"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { AccountForm, AccountHeading, CUSTOMER_PASSWORD_MIN, EmailField, NewPasswordField, STAFF_PASSWORD_MIN } from "#ui/account/account-form.client.tsx";
import { callAccount } from "#ui/account/call.client.ts";
import { LinkButton } from "#ui/kit/button.tsx";

/** Asks for a link by mail. The answer is the same whether the address has an account. */
export function ResetRequestForm() {
  const t = useTranslations("account.reset");
  const [sentTo, setSentTo] = useState<string>();
  if (sentTo !== undefined) {
    return (
      <>
        <AccountHeading title={t("sentTitle")}>{t("sentText", { email: sentTo })}</AccountHeading>
        <p className="mt-8"><Link href="/sign-in" className="link">{t("back")}</Link></p>
      </>
    );
  }
  const submit = async (form: FormData): Promise<string> => {
    const email = String(form.get("email"));
    const outcome = await callAccount("requestReset", { email });
    if (!outcome.ok) return outcome.reason;
    setSentTo(email);
    return "";
  };
  return (
    <>
      <AccountHeading title={t("title")}>{t("lead")}</AccountHeading>
      <AccountForm onSubmit={submit} submit={t("submit")} busyLabel={t("busy")} footer={<Link href="/sign-in" className="link self-center">{t("back")}</Link>}>
        <EmailField />
      </AccountForm>
    </>
  );
}

/** Sets the new password. A password that is refused leaves the link alive, so the form stays. */
export function NewPasswordForm({ token }: { token: string }) {
  const t = useTranslations("account");
  const [gone, setGone] = useState(false);
  if (gone) return <ResetGone />;
  const submit = async (form: FormData): Promise<string | undefined> => {
    const outcome = await callAccount("reset", { token, password: String(form.get("password")) });
    if (outcome.ok) {
      location.replace("/sign-in?notice=reset");
      return undefined;
    }
    if (outcome.reason === "gone") setGone(true);
    return outcome.reason;
  };
  return (
    <>
      <AccountHeading title={t("reset.title")}>{t("reset.newLead")}</AccountHeading>
      {/* Only staff can be told of 14: everybody else's page would give away whose link it is. */}
      <AccountForm onSubmit={submit} submit={t("reset.newSubmit")} busyLabel={t("reset.newBusy")} passwordMin={STAFF_PASSWORD_MIN}>
        <NewPasswordField label={t("newPassword")} min={CUSTOMER_PASSWORD_MIN} hint={t("signUp.hint", { min: CUSTOMER_PASSWORD_MIN })} />
      </AccountForm>
    </>
  );
}

export function ResetGone() {
  const t = useTranslations("account.reset");
  return (
    <>
      <AccountHeading title={t("goneTitle")}>{t("goneText")}</AccountHeading>
      <div className="mt-8"><LinkButton href="/reset" variant="primary" size="lg">{t("again")}</LinkButton></div>
    </>
  );
}
