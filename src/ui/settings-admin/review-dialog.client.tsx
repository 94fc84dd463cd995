"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { reasonOf } from "#ui/account/reason.ts";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { DiffView } from "#ui/kit/diff-view.tsx";
import { Dialog } from "#ui/kit/dialog.client.tsx";
import { Time } from "#ui/kit/time.client.tsx";
import { useToast } from "#ui/kit/toast.client.tsx";
import { sameValue, textOf, type Drafts, type Setting } from "#ui/settings-admin/setting-types.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

type ReviewProps = {
  open: boolean; onOpenChange: (open: boolean) => void; settings: readonly Setting[]; drafts: Drafts; onSaved: () => void;
  /** What was stored when each draft was begun. */
  seen: Drafts; onSeen: (next: Drafts) => void; onDrop: (path: string) => void;
};

/** What will be different, side by side; then all of it is saved, or nothing. */
export function ReviewDialog({ open, onOpenChange, settings, drafts, seen, onSeen, onDrop, onSaved }: ReviewProps) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const router = useRouter();
  const toast = useToast();
  const t = useTranslations("settings-admin");
  const [failed, setFailed] = useState<string>();
  const save = useMutation(trpc.admin.settings.save.mutationOptions());
  const changed = settings.filter(({ path }) => drafts.has(path));
  const contested = changed.filter(({ path, stored }) => !sameValue(stored, seen.get(path)));
  const name = (path: string): string => (t.has(`set.${path}.label`) ? t(`set.${path}.label`) : path);
  const submit = async () => {
    setFailed(undefined);
    try {
      await save.mutateAsync({ changes: changed.map(({ path }) => ({ path, value: drafts.get(path) ?? null, seen: seen.get(path) ?? null })) });
      await client.invalidateQueries(trpc.admin.settings.pathFilter());
      onSaved();
      onOpenChange(false);
      toast.success(t("saved"));
      router.refresh();
    } catch (error) {
      const [why = "", path = ""] = (reasonOf(error) ?? "").split(":");
      // The list is what tells who changed it, when, and to what.
      if (why === "changed") await client.invalidateQueries(trpc.admin.settings.pathFilter());
      else setFailed(why === "invalid" ? t("failedInvalid", { path, message: error instanceof Error ? error.message : "" }) : t("failed"));
    }
  };
  return (
    <Dialog
      open={open} onOpenChange={onOpenChange} size="lg" title={t("reviewTitle")} description={t("reviewText")}
      footer={<><Button onClick={() => onOpenChange(false)}>{t("back")}</Button><Button variant="primary" busy={save.isPending} disabled={contested.length > 0 || changed.length === 0} onClick={() => void submit()}>{t("save")}</Button></>}
    >
      <div className="flex flex-col gap-4">
        {contested.map((setting) => (
          <Callout
            key={setting.path} tone="warn" title={t.rich("contested", { name: name(setting.path), who: setting.by ?? t("somebody"), time: () => (setting.at ? <Time at={setting.at} /> : "") })}
            action={<span className="flex flex-wrap gap-2"><Button size="sm" onClick={() => onDrop(setting.path)}>{t("keepTheirs")}</Button><Button size="sm" onClick={() => onSeen(new Map(seen).set(setting.path, setting.stored ?? null))}>{t("overwrite")}</Button></span>}
          >
            <DiffView changes={[{ path: setting.path, before: textOf(seen.get(setting.path)), after: textOf(setting.stored) }]} name={name} />
          </Callout>
        ))}
        <DiffView
          name={name}
          changes={changed.map(({ path, stored, initial }) => ({ path, before: textOf(stored ?? initial), after: drafts.get(path) === null ? t("defaultIs", { value: textOf(initial) || t("nothing") }) : textOf(drafts.get(path)) }))}
        />
        {failed ? <Callout tone="bad">{failed}</Callout> : null}
      </div>
    </Dialog>
  );
}
