"use client";
import { useLocale, useTranslations } from "next-intl";
import { AccountForm, AccountHeading, EmailField, NewPasswordField, STAFF_PASSWORD_MIN } from "#ui/account/account-form.client.tsx";
import { postSignIn } from "#ui/account/auth.client.ts";
import { chooseLocale, chooseZone } from "#ui/layout/preferences.client.ts";

/** The shop owner: made once, and signed in at once. */
export function AccountStep() {
  const t = useTranslations("setup");
  const account = useTranslations("account");
  const locale = useLocale() === "zh" ? "zh" : "en";
  const submit = async (form: FormData): Promise<string | undefined> => {
    const email = String(form.get("email"));
    const password = String(form.get("password"));
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    const problem = await makeOwner({ email, password, locale, timeZone });
    if (problem !== undefined) return problem;
    const { kind } = await postSignIn(email, password);
    chooseLocale(locale);
    chooseZone(timeZone);
    // Loaded anew: the page is now that of somebody who is signed in; who is not, signs in and comes back.
    location.assign(kind === "signed-in" ? "/setup?step=shop" : "/sign-in?next=/setup");
    return undefined;
  };
  return (
    <div className="max-w-[480px]">
      <AccountHeading title={t("account.title")}>{t("account.lead")}</AccountHeading>
      <AccountForm onSubmit={submit} submit={t("next")} busyLabel={t("account.busy")} passwordMin={STAFF_PASSWORD_MIN} help={(problem) => (problem === "gone" ? t("account.gone") : null)}>
        <EmailField />
        <NewPasswordField label={account("password")} min={STAFF_PASSWORD_MIN} hint={account("signUp.hint", { min: STAFF_PASSWORD_MIN })} />
      </AccountForm>
    </div>
  );
}

/** @returns what was wrong, or undefined when the account is made */
async function makeOwner(body: Readonly<{ email: string; password: string; locale: string; timeZone: string }>): Promise<string | undefined> {
  try {
    const response = await fetch("/api/setup", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    if (response.ok) return undefined;
    const { error } = (await response.json()) as { error?: { code?: string } };
    return error?.code ?? "failed";
  } catch {
    return "failed";
  }
}
