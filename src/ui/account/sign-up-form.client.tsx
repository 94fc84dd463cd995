"use client";
import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { AccountForm, AccountHeading, CUSTOMER_PASSWORD_MIN, EmailField, NewPasswordField } from "#ui/account/account-form.client.tsx";
import { postSignIn } from "#ui/account/auth.client.ts";
import { callAccount } from "#ui/account/call.client.ts";
import { applyPreferences } from "#ui/account/preferences.client.ts";
import { ResendButton } from "#ui/account/resend-button.client.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { CheckboxField } from "#ui/kit/choice-fields.client.tsx";

type Terms = Readonly<{ signUp: "open" | "invite" | "closed"; termsUrl?: string | undefined; privacyUrl?: string | undefined }>;

/** Makes an account: into the shop at once, or by way of the mail where addresses are confirmed. */
export function SignUpForm({ terms, next }: { terms: Terms; next: string }) {
  const t = useTranslations("account");
  const locale = useLocale() === "zh" ? "zh" : "en";
  const [invite, setInvite] = useState<string>();
  const [sentTo, setSentTo] = useState<string>();
  // The invitation stands behind the `#`, so that it reaches no server but by the form.
  useEffect(() => setInvite(/^#invite=([\w-]{20,100})$/.exec(location.hash)?.[1]), []);

  if (sentTo !== undefined) return <Sent email={sentTo} onBack={() => setSentTo(undefined)} />;
  if (terms.signUp !== "open" && invite === undefined) {
    const closed = terms.signUp === "closed";
    return (
      <AccountHeading title={t(closed ? "signUp.closedTitle" : "signUp.inviteTitle")}>
        {t(closed ? "signUp.closedText" : "signUp.inviteText")} <Link href="/sign-in" className="link">{t("signUp.signIn")}</Link>
      </AccountHeading>
    );
  }

  const submit = async (form: FormData): Promise<string | undefined> => {
    const email = String(form.get("email"));
    const password = String(form.get("password"));
    const outcome = await callAccount("signUp", { email, password, locale, timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone, terms: form.get("terms") === "on", ...(invite && { invite }) });
    if (!outcome.ok) return outcome.reason;
    if (outcome.value.next === "check-mail") {
      setSentTo(email);
      return "";
    }
    const signedIn = await postSignIn(email, password);
    await applyPreferences();
    location.assign(signedIn.kind === "signed-in" ? next : "/sign-in");
    return undefined;
  };

  return (
    <>
      <AccountHeading title={t("signUp.title")}>{t("signUp.have")} <Link href="/sign-in" className="link">{t("signUp.signIn")}</Link></AccountHeading>
      {invite ? <Callout tone="info" className="mt-6">{t("signUp.invited")}</Callout> : null}
      <AccountForm onSubmit={submit} submit={t("signUp.submit")} busyLabel={t("signUp.busy")} help={(problem) => (problem === "taken" ? <TakenHelp /> : null)}>
        <EmailField />
        <NewPasswordField label={t("password")} min={CUSTOMER_PASSWORD_MIN} hint={t("signUp.hint", { min: CUSTOMER_PASSWORD_MIN })} />
        {terms.termsUrl ? <CheckboxField name="terms" required label={<TermsText {...terms} />} /> : null}
      </AccountForm>
    </>
  );
}

function TermsText({ termsUrl, privacyUrl }: Terms) {
  const t = useTranslations("account");
  const link = (href: string | undefined) => (chunks: React.ReactNode) => <a href={href} target="_blank" rel="noopener noreferrer" className="link">{chunks}</a>;
  return privacyUrl ? t.rich("signUp.termsPrivacy", { terms: link(termsUrl), privacy: link(privacyUrl) }) : t.rich("signUp.terms", { terms: link(termsUrl) });
}

function TakenHelp() {
  const t = useTranslations("account");
  return t.rich("signUp.takenHelp", {
    signIn: (chunks) => <Link href="/sign-in" className="link">{chunks}</Link>,
    reset: (chunks) => <Link href="/reset" className="link">{chunks}</Link>,
  });
}

function Sent({ email, onBack }: { email: string; onBack: () => void }) {
  const t = useTranslations("account");
  return (
    <>
      <AccountHeading title={t("signUp.sentTitle")}>{t("signUp.sentText", { email })}</AccountHeading>
      <div className="mt-8 flex flex-col items-start gap-4">
        <ResendButton email={email} />
        <button type="button" className="link" onClick={onBack}>{t("signUp.other")}</button>
      </div>
    </>
  );
}
