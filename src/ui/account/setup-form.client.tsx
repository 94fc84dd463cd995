"use client";
import { CircleAlert } from "lucide-react";
import { useState, type FormEvent } from "react";
import { postSignIn } from "#ui/account/auth.client.ts";

type Problem = "weak" | "taken" | "invalid" | "gone" | "failed";
type Text = Readonly<Record<"email" | "password" | "hint" | "submit" | "busy" | Problem, string>>;

/** Makes the shop owner and signs him in. */
export function SetupForm({ token, text }: { token: string; text: Text }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const email = String(form.get("email"));
    const password = String(form.get("password"));
    setBusy(true);
    const found = await makeOwner(token, email, password);
    if (found === undefined) {
      await postSignIn(email, password);
      location.assign("/console");
      return;
    }
    setBusy(false);
    setProblem(found);
  };

  return (
    <form method="post" className="mt-8 flex flex-col gap-4" onSubmit={(event) => void submit(event)} aria-busy={busy}>
      <label className="block">
        <span className="label">{text.email}</span>
        <input name="email" type="email" autoComplete="username" required autoFocus className="field h-10! max-sm:h-11! max-sm:text-16!" />
      </label>
      <label className="block">
        <span className="label">{text.password}</span>
        <input name="password" type="password" autoComplete="new-password" required minLength={14} maxLength={128} className="field h-10! max-sm:h-11! max-sm:text-16!" />
        <span className="hint mt-1 block">{text.hint}</span>
      </label>
      {problem ? (
        <p className="-mt-1 flex gap-2 text-13 text-bad" role="alert">
          <CircleAlert className="mt-0.5" size={16} strokeWidth={1.75} aria-hidden="true" />
          <span>{text[problem]}</span>
        </p>
      ) : null}
      <button type="submit" className="btn btn-lg btn-primary w-full max-sm:h-11!" disabled={busy}>{busy ? text.busy : text.submit}</button>
    </form>
  );
}

/** @returns what was wrong, or undefined when the account is made */
async function makeOwner(token: string, email: string, password: string): Promise<Problem | undefined> {
  try {
    const response = await fetch("/api/setup", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ token, email, password }) });
    if (response.ok) return undefined;
    const { error } = (await response.json()) as { error?: { code?: string } };
    return (["weak", "taken", "invalid", "gone"] as const).find((code) => code === error?.code) ?? "failed";
  } catch {
    return "failed";
  }
}
