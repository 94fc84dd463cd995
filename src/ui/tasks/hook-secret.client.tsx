"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#ui/kit/button.tsx";
import { CopyField } from "#ui/kit/copy-field.client.tsx";
import { useToast } from "#ui/kit/toast.client.tsx";
import { useTRPCClient } from "#ui/trpc/client.client.tsx";

/** How a server is told of tasks, and what it checks the calls with. */
export function HookSecret() {
  const t = useTranslations("tasks.hook");
  const client = useTRPCClient();
  const toast = useToast();
  const [secret, setSecret] = useState<string>();
  const [busy, setBusy] = useState(false);
  const show = async (): Promise<void> => {
    setBusy(true);
    try {
      setSecret((await client.console.tasks.hookSecret.mutate()).secret);
    } catch {
      toast.error(t("failed"));
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className="mt-10 max-w-2xl">
      <h2 className="font-semibold">{t("title")}</h2>
      <p className="mt-1 mb-4 text-fg-2">{t("text")}</p>
      {secret === undefined ? <Button busy={busy} onClick={() => void show()}>{t("show")}</Button> : <CopyField label={t("secret")} value={secret} hint={t("hint")} />}
    </section>
  );
}
