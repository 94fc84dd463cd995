"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { FreshSecret } from "#ui/keys/fresh-secret.client.tsx";
import { EMPTY_DRAFT, settingsOf, type KeyDraft } from "#ui/keys/key-draft.ts";
import { KeyFields } from "#ui/keys/key-fields.client.tsx";
import { useKeyProblem } from "#ui/keys/key-problem.client.ts";
import { useLimitSentence } from "#ui/keys/limit-sentence.client.ts";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { Dialog } from "#ui/kit/dialog.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

type Props = { base: string; shopName: string; onClose: () => void };

/** A new key: the form, then its secret, once. */
export function CreateKey({ base, shopName, onClose }: Props) {
  const t = useTranslations("keys");
  const trpc = useTRPC();
  const queries = useQueryClient();
  const sentence = useLimitSentence();
  const problemOf = useKeyProblem();
  const [draft, setDraft] = useState<KeyDraft>(EMPTY_DRAFT);
  const [missing, setMissing] = useState(false);
  const create = useMutation(trpc.console.keys.create.mutationOptions({
    onSuccess: () => queries.invalidateQueries({ queryKey: trpc.console.pathKey() }),
  }));
  const problem = problemOf(create.error);
  if (create.data) {
    return (
      <FreshSecret
        title={t("fresh.title", { name: create.data.key.name })} secret={create.data.secret} sentence={sentence.both(draft)}
        models={create.data.key.models} base={base} shopName={shopName} onClose={onClose}
      />
    );
  }
  const save = () => {
    setMissing(draft.name.trim() === "");
    if (draft.name.trim() !== "") create.mutate(settingsOf(draft, new Date()));
  };
  return (
    <Dialog
      open size="lg" title={t("form.createTitle")} onOpenChange={(open) => !open && onClose()}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button variant="primary" type="submit" form="create-key" busy={create.isPending}>{t("form.create")}</Button>
        </>
      }
    >
      <form id="create-key" className="flex flex-col gap-4" noValidate onSubmit={(event) => {
        event.preventDefault();
        save();
      }}>
        {problem?.general ? <Callout tone="bad">{problem.general}</Callout> : null}
        <KeyFields draft={draft} onChange={setDraft} nameError={missing ? t("form.nameMissing") : problem?.name} cidrError={problem?.cidrs} />
      </form>
    </Dialog>
  );
}
