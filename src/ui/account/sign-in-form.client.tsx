"use client";
import { CircleAlert } from "lucide-react";
import { useState, type FormEvent } from "react";
import { postSignIn, type SignInOutcome } from "#ui/account/auth.client.ts";

type Text = Readonly<Record<"email" | "password" | "submit" | "busy" | "wrong" | "wait" | "failed", string>>;

/** E-mail and password. One message for whatever was wrong with them; waiting time is shown. */
export function SignInForm({ next, text }: { next: string; text: Text }) {
  const [busy, setBusy] = useState(false);
  const [message, setMessage] = useState<string>();

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setMessage(undefined);
    const outcome = await postSignIn(String(form.get("email")), String(form.get("password")));
    if (outcome.kind === "signed-in") {
      location.assign(next);
      return;
    }
    setBusy(false);
    setMessage(explain(outcome, text));
  };

  return (
    <form method="post" className="mt-8 flex flex-col gap-4" onSubmit={(event) => void submit(event)} aria-busy={busy}>
      <label className="block">
        <span className="label">{text.email}</span>
        <input name="email" type="email" autoComplete="username" required autoFocus className="field h-10! max-sm:h-11! max-sm:text-16!" />
      </label>
      <label className="block">
        <span className="label">{text.password}</span>
        <input name="password" type="password" autoComplete="current-password" required className="field h-10! max-sm:h-11! max-sm:text-16!" />
      </label>
      {message ? (
        <p className="-mt-1 flex gap-2 text-13 text-bad" role="alert">
          <CircleAlert className="mt-0.5" size={16} strokeWidth={1.75} aria-hidden="true" />
          <span>{message}</span>
        </p>
      ) : null}
      <button type="submit" className="btn btn-lg btn-primary w-full max-sm:h-11!" disabled={busy}>{busy ? text.busy : text.submit}</button>
    </form>
  );
}

function explain(outcome: Exclude<SignInOutcome, { kind: "signed-in" }>, text: Text): string {
  if (outcome.kind === "wait") return text.wait.replace("{seconds}", String(outcome.seconds));
  return outcome.kind === "wrong" ? text.wrong : text.failed;
}
