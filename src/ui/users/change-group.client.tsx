"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { reasonOf } from "#ui/account/reason.ts";
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
  const change = useMutation(trpc.admin.users.changeGroup.mutationOptions());
  const chosen = group ?? user.group;
  return (
    <ConfirmDialog
      open={open} onOpenChange={onOpenChange} title={t("changeGroup")} description={t("changeGroupText")} confirmLabel={t("changeGroupSubmit")}
      onConfirm={async () => {
        try {
          await change.mutateAsync({ id: user.id, group: chosen, seen: user.group });
        } catch (error) {
          if (reasonOf(error) !== "changed") throw error;
          await client.invalidateQueries(trpc.admin.users.pathFilter());
          throw new Error(t("errors.changed"), { cause: error });
        }
        await client.invalidateQueries(trpc.admin.users.pathFilter());
        toast.success(t("groupChanged", { group: chosen }));
        setGroup(undefined);
      }}
    >
      <SelectField label={t("group")} value={chosen} onChange={setGroup} options={(data?.groups ?? [user.group]).map((value) => ({ value, label: value }))} />
    </ConfirmDialog>
  );
}
