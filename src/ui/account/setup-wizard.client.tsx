"use client";
import { Check, ChevronRight } from "lucide-react";
import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { AccountForm, AccountHeading, EmailField, NewPasswordField, STAFF_PASSWORD_MIN } from "#ui/account/account-form.client.tsx";
import { postSignIn } from "#ui/account/auth.client.ts";
import { LOCALE_NAMES, routing, type Locale } from "#ui/i18n/routing.ts";
import { LinkButton } from "#ui/kit/button.tsx";
import { RadioCards, SegmentedControl } from "#ui/kit/choice-fields.client.tsx";
import { cn } from "#ui/kit/cn.ts";
import { TextField } from "#ui/kit/text-field.client.tsx";
import { chooseLocale, chooseZone } from "#ui/layout/preferences.client.ts";

const STEPS = ["account", "shop", "done"] as const;
type Step = (typeof STEPS)[number];
type Person = Readonly<{ email: string; password: string }>;
type SignUp = "open" | "invite" | "closed";

/** The first run: the owner, the shop's name, and what to do next. */
export function SetupWizard({ shopName }: { shopName: string }) {
  const [step, setStep] = useState<Step>("account");
  // The password stays in this page's memory until the last step sends it.
  const person = useRef<Person>({ email: "", password: "" });
  return (
    <div className="mx-auto grid w-full max-w-[880px] gap-x-16 px-4 pt-8 pb-24 sm:px-8 md:grid-cols-[200px_minmax(0,1fr)] md:pt-[10vh]">
      <Steps current={step} />
      <div className="min-w-0 max-w-[480px]">
        {step === "account" ? <AccountStep person={person.current} onNext={(next) => { person.current = next; setStep("shop"); }} /> : null}
        {step === "shop" ? <ShopStep shopName={shopName} person={person.current} onBack={() => setStep("account")} onDone={() => setStep("done")} /> : null}
        {step === "done" ? <DoneStep email={person.current.email} /> : null}
      </div>
    </div>
  );
}

function Steps({ current }: { current: Step }) {
  const t = useTranslations("account.setup");
  const at = STEPS.indexOf(current);
  return (
    <ol className="mb-8 flex gap-x-6 gap-y-4 md:flex-col" aria-label={t("mark")}>
      {STEPS.map((step, i) => (
        <li key={step} className={cn("flex items-center gap-3", i === at ? "font-medium" : "text-fg-2")} aria-current={i === at ? "step" : undefined}>
          <span className={cn("nums grid size-5 flex-none place-items-center rounded-full text-12", i < at ? "bg-ok-soft text-ok" : i === at ? "bg-fg text-canvas" : "bg-muted")}>
            {i < at ? <Check size={12} strokeWidth={2} aria-hidden="true" /> : i + 1}
          </span>
          {t(`steps.${step}`)}
        </li>
      ))}
    </ol>
  );
}

function AccountStep({ person, onNext }: { person: Person; onNext: (person: Person) => void }) {
  const t = useTranslations("account");
  const submit = (form: FormData): Promise<string> => {
    onNext({ email: String(form.get("email")), password: String(form.get("password")) });
    return Promise.resolve("");
  };
  return (
    <>
      <AccountHeading title={t("setup.accountTitle")}>{t("setup.accountLead")}</AccountHeading>
      <AccountForm onSubmit={submit} submit={t("setup.next")} busyLabel={t("setup.next")} passwordMin={STAFF_PASSWORD_MIN}>
        <EmailField defaultValue={person.email} />
        <NewPasswordField label={t("password")} min={STAFF_PASSWORD_MIN} hint={t("signUp.hint", { min: STAFF_PASSWORD_MIN })} />
      </AccountForm>
    </>
  );
}

type ShopStepProps = { shopName: string; person: Person; onBack: () => void; onDone: () => void };

function ShopStep({ shopName, person, onBack, onDone }: ShopStepProps) {
  const t = useTranslations("account.setup");
  const here = useLocale() === "zh" ? "zh" : "en";
  const [locale, setLocale] = useState<Locale>(here);
  const [signUp, setSignUp] = useState<SignUp>("open");

  const submit = async (form: FormData): Promise<string> => {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    const problem = await makeOwner({ ...person, shopName: String(form.get("shopName")), signUp, locale, timeZone });
    if (problem !== undefined) return problem;
    await postSignIn(person.email, person.password);
    chooseLocale(locale);
    chooseZone(timeZone);
    onDone();
    return "";
  };

  return (
    <>
      <AccountHeading title={t("shopTitle")}>{t("shopLead")}</AccountHeading>
      <AccountForm onSubmit={submit} submit={t("submit")} busyLabel={t("busy")} passwordMin={STAFF_PASSWORD_MIN} help={(problem) => (problem === "gone" ? t("gone") : null)} footer={<button type="button" className="btn btn-ghost btn-lg self-center" onClick={onBack}>{t("back")}</button>}>
        <TextField label={t("name")} name="shopName" required maxLength={100} defaultValue={shopName} hint={t("nameHint")} autoFocus />
        <div>
          <p className="label" aria-hidden="true">{t("yourLanguage")}</p>
          <SegmentedControl label={t("yourLanguage")} value={locale} onChange={setLocale} options={routing.locales.map((value) => ({ value, label: LOCALE_NAMES[value] }))} />
        </div>
        <RadioCards
          label={t("signUp")} value={signUp} onChange={setSignUp} columns={3}
          options={[{ value: "open", label: t("signUpOpen") }, { value: "invite", label: t("signUpInvite") }, { value: "closed", label: t("signUpClosed") }]}
        />
      </AccountForm>
    </>
  );
}

/** @returns what was wrong, or undefined when the account is made */
async function makeOwner(body: Person & Readonly<{ shopName: string; signUp: SignUp; locale: Locale; timeZone: string }>): Promise<string | undefined> {
  try {
    const response = await fetch("/api/setup", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    if (response.ok) return undefined;
    const { error } = (await response.json()) as { error?: { code?: string } };
    return error?.code ?? "failed";
  } catch {
    return "failed";
  }
}

function DoneStep({ email }: { email: string }) {
  const t = useTranslations("account.setup");
  const steps = [
    ["/admin/channels/new", t("channel"), t("channelText")],
    ["/admin/models", t("model"), t("modelText")],
    ["/admin/codes", t("credit"), t("creditText")],
    ["/", t("store"), t("storeText")],
  ] as const;
  return (
    <>
      <AccountHeading title={t("doneTitle")}>{t("doneLead", { email })}</AccountHeading>
      <ol className="mt-8 border-t">
        {steps.map(([href, title, text], i) => (
          <li key={href} className="border-b">
            <Link href={href} prefetch={false} className="flex items-center gap-4 py-3 hover:bg-muted sm:-mx-3 sm:px-3">
              <span className="nums grid size-6 flex-none place-items-center rounded-full bg-muted text-12 text-fg-2">{i + 1}</span>
              <span className="min-w-0 flex-1">
                <span className="block font-medium">{title}</span>
                <span className="block text-13 text-fg-2">{text}</span>
              </span>
              <ChevronRight className="text-fg-3" size={16} strokeWidth={1.75} aria-hidden="true" />
            </Link>
          </li>
        ))}
      </ol>
      <div className="mt-8"><LinkButton href="/admin" prefetch={false} variant="primary" size="lg">{t("toAdmin")}</LinkButton></div>
    </>
  );
}
