"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { changesOf, draftOf, isRetired, patchOf, type KeyDraft, type KeyRow } from "#ui/keys/key-draft.ts";
import { KeyFields } from "#ui/keys/key-fields.client.tsx";
import { useKeyProblem } from "#ui/keys/key-problem.client.ts";
import { Callout } from "#ui/kit/callout.tsx";
import { Card } from "#ui/kit/card.tsx";
import { SaveBar, useLeaveGuard } from "#ui/kit/form.client.tsx";
import { useToast } from "#ui/kit/toast.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

/** What may be changed of a key; it is in force everywhere within a second. */
export function KeySettings({ row }: { row: KeyRow }) {
  const t = useTranslations("keys");
  const trpc = useTRPC();
  const queries = useQueryClient();
  const toast = useToast();
  const problemOf = useKeyProblem();
  // The draft stands on what was loaded when the work began: an update of the page must not overwrite it.
  const [before, setBefore] = useState(() => draftOf(row));
  const [draft, setDraft] = useState<KeyDraft>(before);
  const save = useMutation(trpc.console.keys.update.mutationOptions({
    onSuccess: async () => {
      setBefore(draft);
      toast.success(t("saved"));
      await queries.invalidateQueries({ queryKey: trpc.console.keys.pathKey() });
    },
  }));
  const changes = changesOf(before, draft);
  useLeaveGuard(changes > 0);
  const problem = problemOf(save.error);
  if (isRetired(row)) return <Callout tone="neutral">{t("detail.retired")}</Callout>;
  return (
    <>
      <Card className="max-w-[720px]">
        {problem?.general ? <Callout className="mb-4" tone="bad">{problem.general}</Callout> : null}
        <KeyFields draft={draft} onChange={setDraft} nameError={draft.name.trim() === "" ? t("form.nameMissing") : problem?.name} cidrError={problem?.cidrs} open />
      </Card>
      <SaveBar
        changes={changes} busy={save.isPending} onDiscard={() => setDraft(before)}
        onSave={() => draft.name.trim() !== "" && save.mutate({ id: row.id, ...patchOf(before, draft, new Date()) })}
      />
    </>
  );
}
