"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { reasonOf } from "#ui/account/reason.ts";
import { ConflictDialog } from "#ui/conflict/conflict-dialog.client.tsx";
import { fieldText } from "#ui/conflict/field-text.ts";
import { SelectField } from "#ui/kit/fields.client.tsx";
import { ConfirmDialog } from "#ui/kit/dialog.client.tsx";
import { useToast } from "#ui/kit/toast.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";
import type { UserDetail } from "#ui/users/user-screen.client.tsx";

/** Another price class for an account: its next request is charged by it. */
export function ChangeGroupDialog({ user, open, onOpenChange }: { user: UserDetail; open: boolean; onOpenChange: (open: boolean) => void }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const toast = useToast();
  const t = useTranslations("users");
  const { data } = useQuery({ ...trpc.admin.requests.choices.queryOptions(), enabled: open });
  const [group, setGroup] = useState<string>();
  // What stood there when the choice was made: the page reads the account anew now and then.
  const [seen, setSeen] = useState<string>();
  const [conflict, setConflict] = useState(false);
  const change = useMutation(trpc.admin.users.changeGroup.mutationOptions());
  const chosen = group ?? user.group;
  const done = async (chosenGroup: string) => {
    await client.invalidateQueries(trpc.admin.users.pathFilter());
    toast.success(t("groupChanged", { group: chosenGroup }));
    close();
  };
  const close = () => {
    setGroup(undefined);
    setSeen(undefined);
    setConflict(false);
    onOpenChange(false);
  };
  if (conflict && group !== undefined && seen !== undefined) {
    return (
      <ConflictDialog
        target={{ type: "user", id: user.id }} versions={{ was: { group: seen }, now: { group: user.group }, mine: { group } }} name={() => t("group")} text={fieldText} busy={change.isPending}
        onSave={(next) => void change.mutateAsync({ id: user.id, group: next.group, seen: user.group }).then(() => done(next.group)).catch(() => { toast.error(t("errors.changed")); void client.invalidateQueries(trpc.admin.users.pathFilter()); })}
        onTheirs={close} onClose={() => setConflict(false)}
      />
    );
  }
  return (
    <ConfirmDialog
      open={open} onOpenChange={onOpenChange} title={t("changeGroup")} description={t("changeGroupText")} confirmLabel={t("changeGroupSubmit")}
      onConfirm={async () => {
        try {
          await change.mutateAsync({ id: user.id, group: chosen, seen: seen ?? user.group });
        } catch (error) {
          if (reasonOf(error) !== "changed") throw error;
          await client.invalidateQueries(trpc.admin.users.pathFilter());
          setConflict(true);
          throw new Error(t("errors.changed"), { cause: error });
        }
        await done(chosen);
      }}
    >
      <SelectField label={t("group")} value={chosen} onChange={(next) => { setGroup(next); setSeen((before) => before ?? user.group); }} options={(data?.groups ?? [user.group]).map((value) => ({ value, label: value }))} />
    </ConfirmDialog>
  );
}
