"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#ui/kit/button.tsx";
import { Card } from "#ui/kit/card.tsx";
import { TextArea } from "#ui/kit/fields.client.tsx";
import { ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.tsx";
import { useToast } from "#ui/kit/toast.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

/** What colleagues should know about this account. A note has an author and stays. */
export function UserNotes({ userId, mayWrite }: { userId: string; mayWrite: boolean }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const toast = useToast();
  const t = useTranslations("users");
  const [text, setText] = useState("");
  const { data, isError, refetch } = useQuery(trpc.admin.users.notes.queryOptions({ id: userId }));
  const add = useMutation(trpc.admin.users.addNote.mutationOptions());
  const save = async () => {
    try {
      await add.mutateAsync({ id: userId, text: text.trim() });
      setText("");
      await Promise.all([client.invalidateQueries(trpc.admin.users.notes.queryFilter({ id: userId })), client.invalidateQueries(trpc.admin.users.audit.pathFilter())]);
    } catch {
      toast.error(t("errors.failed"));
    }
  };
  return (
    <Card title={t("notes")}>
      {isError && !data ? <ErrorState onRetry={() => void refetch()} className="p-0" /> : !data ? <SkeletonText lines={2} /> : data.length === 0 ? <p className="text-13 text-fg-2">{t("noNotes")}</p> : (
        <ul className="flex flex-col gap-3">
          {data.map((note) => (
            <li key={note.id}>
              <p className="break-words whitespace-pre-wrap">{note.text}</p>
              <p className="text-12 text-fg-3">{note.by ?? "—"} · <Time at={note.at} /></p>
            </li>
          ))}
        </ul>
      )}
      {mayWrite ? (
        <form method="post" className="mt-4 flex flex-col items-start gap-2 border-t pt-4" onSubmit={(event) => { event.preventDefault(); void save(); }}>
          <TextArea className="w-full" label={t("newNote")} hint={t("noteHint")} rows={2} maxLength={2_000} value={text} onChange={(event) => setText(event.target.value)} />
          <Button type="submit" busy={add.isPending} disabled={text.trim() === ""}>{t("addNote")}</Button>
        </form>
      ) : null}
    </Card>
  );
}
