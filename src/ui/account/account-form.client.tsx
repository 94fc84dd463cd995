"use client";
import { CircleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState, type FormEvent, type ReactNode } from "react";
import { secondsOf } from "#ui/account/call.client.ts";
import { passwordStrength } from "#ui/account/password-strength.ts";
import { Button } from "#ui/kit/button.tsx";
import { cn } from "#ui/kit/cn.ts";
import { TextField } from "#ui/kit/text-field.client.tsx";

export const CUSTOMER_PASSWORD_MIN = 10;
export const STAFF_PASSWORD_MIN = 14;

/** A problem's word, as procedures and sign-in give it: `taken`, `wait:12`, `password:common`. */
export type Problem = string;

type FormProps = {
  /** Does the work; what it gives back is shown, and while there is nothing to show the form stays busy. */
  onSubmit: (form: FormData) => Promise<Problem | undefined>;
  submit: string;
  busyLabel: string;
  children: ReactNode;
  /** Says more beside the problem: what to do about it. */
  help?: (problem: Problem) => ReactNode;
  passwordMin?: number;
  footer?: ReactNode;
};

/** One column of fields with one button: every form of the account pages. */
export function AccountForm({ onSubmit, submit, busyLabel, children, help, passwordMin = CUSTOMER_PASSWORD_MIN, footer }: FormProps) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const explain = useProblemText(passwordMin);

  const send = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (busy) return;
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setProblem(undefined);
    const found = await onSubmit(form);
    if (found === undefined) return; // on to the next page; the button stays busy until it is there
    setBusy(false);
    setProblem(found || undefined);
  };

  // By POST, so that a form sent before the page's script has run puts no password into the address.
  return (
    <form method="post" className="mt-8 flex flex-col gap-4 [&_.field]:h-10 max-sm:[&_.field]:h-11" onSubmit={(event) => void send(event)} aria-busy={busy}>
      {children}
      <div aria-live="polite" className="empty:hidden">
        {problem ? (
          <div className="-mt-1 flex gap-2 text-13 text-bad" role="alert">
            <CircleAlert className="mt-0.5" size={16} strokeWidth={1.75} aria-hidden="true" />
            <p>{explain(problem)} {help?.(problem)}</p>
          </div>
        ) : null}
      </div>
      <Button type="submit" variant="primary" size="lg" className="w-full max-sm:h-11" disabled={busy}>{busy ? busyLabel : submit}</Button>
      {footer}
    </form>
  );
}

const KNOWN = ["wrong", "failed", "invalid", "taken", "closed", "invite", "gone", "terms"] as const;
const PASSWORD = ["short", "long", "common", "personal"] as const;

/** The sentence for a problem's word. */
export function useProblemText(passwordMin = CUSTOMER_PASSWORD_MIN): (problem: Problem) => string {
  const t = useTranslations("account.problems");
  return (problem) => {
    const seconds = secondsOf(problem) ?? secondsOf(problem.replace(/^sign-in-/, ""));
    if (seconds !== undefined) return problem.startsWith("sign-in-") ? t("wrongWait", { seconds }) : t("wait", { seconds });
    const password = PASSWORD.find((name) => problem === `password:${name}`);
    if (password) return t(password, { min: passwordMin });
    return t(KNOWN.find((name) => name === problem) ?? "failed");
  };
}

export function EmailField({ defaultValue, autoFocus = true, readOnly = false }: { defaultValue?: string; autoFocus?: boolean; readOnly?: boolean }) {
  const t = useTranslations("account");
  return <TextField label={t("email")} name="email" type="email" autoComplete="username" required maxLength={254} defaultValue={defaultValue} readOnly={readOnly} autoFocus={autoFocus} spellCheck={false} autoCapitalize="none" />;
}

/** A password to be chosen: with a look at it, and a bar that says how good it is. */
export function NewPasswordField({ label, hint, min }: { label: string; hint?: string; min: number }) {
  const t = useTranslations("account");
  const [shown, setShown] = useState(false);
  const [value, setValue] = useState("");
  const toggle = (
    <button type="button" className="-mr-1 px-1 text-13 text-fg-2 hover:text-fg" aria-pressed={shown} onClick={() => setShown(!shown)}>
      {shown ? t("hide") : t("show")}
    </button>
  );
  return (
    <div>
      <TextField
        label={label} name="password" type={shown ? "text" : "password"} autoComplete="new-password" required minLength={min} maxLength={128}
        hint={hint} unit={toggle} value={value} onChange={(event) => setValue(event.target.value)} spellCheck={false} autoCapitalize="none"
      />
      {value === "" ? null : <StrengthBar value={value} />}
    </div>
  );
}

const TONES = ["bg-bad", "bg-bad", "bg-warn", "bg-ok", "bg-ok"] as const;
const WIDTHS = ["w-[8%]", "w-1/4", "w-1/2", "w-3/4", "w-full"] as const;

function StrengthBar({ value }: { value: string }) {
  const t = useTranslations("account.strength");
  const strength = passwordStrength(value);
  return (
    <div className="mt-2 flex items-center gap-3">
      <div className="h-1 flex-1 overflow-hidden rounded-full bg-muted"><div className={cn("h-full rounded-full", TONES[strength], WIDTHS[strength])} /></div>
      <p className="w-28 text-right text-12 text-fg-2" role="status" aria-label={`${t("label")}: ${t(`${strength}`)}`}>{t(`${strength}`)}</p>
    </div>
  );
}

/** The heading of a page, as all of them have it. */
export function AccountHeading({ title, children }: { title: ReactNode; children?: ReactNode }) {
  return (
    <>
      <h1 className="text-28 font-semibold tracking-[-0.01em]">{title}</h1>
      {children ? <p className="mt-2 text-fg-2">{children}</p> : null}
    </>
  );
}
