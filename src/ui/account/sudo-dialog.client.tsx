"use client";
import { useTranslations } from "next-intl";
import { useCallback, useState, type FormEvent, type ReactNode } from "react";
import { reasonOf } from "#ui/account/reason.ts";
import { Button } from "#ui/kit/button.tsx";
import { Dialog } from "#ui/kit/dialog.client.tsx";
import { TextField } from "#ui/kit/text-field.client.tsx";
import { useTRPCClient } from "#ui/trpc/client.client.tsx";

/** The person closed the dialog: nothing was done, and there is nothing to say about it. */
export class SudoCancelled extends Error {
  override readonly name = "SudoCancelled";
}

type Waiting = Readonly<{ again: () => void; cancel: () => void }>;
export type Sudo = Readonly<{
  /** Runs an act; when the server wants the password again, asks for it and runs the act once more. */
  run: <T>(act: () => Promise<T>) => Promise<T>;
  /** To be rendered somewhere by whoever uses `run`. */
  dialog: ReactNode;
}>;

/**
 * For heavy acts: `const sudo = useSudo()`, `await sudo.run(() => mutation.mutateAsync(input))`, and `{sudo.dialog}` in
 * the page. Cancelling rejects with `SudoCancelled`.
 */
export function useSudo(): Sudo {
  const [waiting, setWaiting] = useState<Waiting>();
  const run = useCallback(async <T,>(act: () => Promise<T>): Promise<T> => {
    try {
      return await act();
    } catch (error) {
      if (reasonOf(error) !== "sudo") throw error;
      return new Promise<T>((resolve, reject) => {
        setWaiting({
          again: () => {
            setWaiting(undefined);
            act().then(resolve, reject);
          },
          cancel: () => {
            setWaiting(undefined);
            reject(new SudoCancelled());
          },
        });
      });
    }
  }, []);
  return { run, dialog: waiting ? <SudoDialog {...waiting} /> : null };
}

function SudoDialog({ again, cancel }: Waiting) {
  const t = useTranslations("account");
  const client = useTRPCClient();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    event.stopPropagation(); // React passes it on to a form around the page's own dialog
    const password = String(new FormData(event.currentTarget).get("sudo-password"));
    setBusy(true);
    setError(undefined);
    try {
      await client.console.profile.renew.mutate({ password });
      again();
    } catch (failure) {
      const reason = reasonOf(failure);
      const seconds = /^wait:(\d+)$/.exec(reason ?? "")?.[1];
      setError(seconds ? t("problems.wait", { seconds }) : t(reason === "wrong-password" ? "sudo.wrong" : "problems.failed"));
      setBusy(false);
    }
  };

  return (
    <Dialog open onOpenChange={(open) => open || cancel()} title={t("sudo.title")} description={t("sudo.text")}>
      <form method="post" className="flex flex-col gap-4" onSubmit={(event) => void submit(event)}>
        <TextField label={t("password")} name="sudo-password" type="password" autoComplete="current-password" required autoFocus error={error} maxLength={512} />
        <div className="flex justify-end gap-2 max-md:[&>.btn]:flex-1">
          <Button onClick={cancel}>{t("sudo.cancel")}</Button>
          <Button type="submit" variant="primary" busy={busy}>{t("sudo.submit")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
