"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState, type FormEvent } from "react";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { Dialog } from "#ui/kit/dialog.client.tsx";
import { CheckboxField, SelectField, TextField } from "#ui/kit/fields.client.tsx";
import { useToast } from "#ui/kit/toast.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

type Props = { open: boolean; onOpenChange: (open: boolean) => void; groups: readonly string[] };

/** An account made by staff: without a password its owner sets one by the mail for a new one. */
export function CreateUserDialog({ open, onOpenChange, groups }: Props) {
  const t = useTranslations("users");
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t("createTitle")} description={t("createText")}>
      {open ? <CreateForm groups={groups} onDone={() => onOpenChange(false)} /> : null}
    </Dialog>
  );
}

function CreateForm({ groups, onDone }: { groups: readonly string[]; onDone: () => void }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const router = useRouter();
  const toast = useToast();
  const t = useTranslations("users");
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [verified, setVerified] = useState(true);
  const [group, setGroup] = useState(groups.includes("default") ? "default" : groups[0] ?? "default");
  const create = useMutation(trpc.admin.users.create.mutationOptions({
    onSuccess: async ({ id }) => {
      await client.invalidateQueries(trpc.admin.users.list.pathFilter());
      toast.success(t("createdToast", { email }));
      onDone();
      router.push(`/admin/users/${id}`);
    },
  }));
  const reason = create.error?.data?.reason;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!create.isPending) create.mutate({ email, group, verified, ...(name.trim() && { name: name.trim() }), ...(password && { password }) });
  };
  return (
    <form className="flex flex-col gap-4" onSubmit={submit}>
      <TextField label={t("email")} type="email" required autoComplete="off" value={email} onChange={(event) => setEmail(event.target.value)} error={reason === "taken" ? t("errors.taken") : undefined} />
      <TextField label={t("name")} optional maxLength={64} autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} />
      <SelectField label={t("group")} value={group} onChange={setGroup} options={groups.map((value) => ({ value, label: value }))} />
      <TextField
        label={t("password")} optional type="password" autoComplete="new-password" hint={t("passwordHint")} value={password} onChange={(event) => setPassword(event.target.value)}
        error={reason?.startsWith("password:") ? t("errors.password") : undefined}
      />
      <CheckboxField label={t("verifiedLabel")} checked={verified} onChange={setVerified} />
      {create.error && !reason ? <Callout tone="bad">{t("errors.failed")}</Callout> : null}
      <div className="flex justify-end gap-2"><Button onClick={onDone}>{t("cancel")}</Button><Button type="submit" variant="primary" busy={create.isPending}>{t("createSubmit")}</Button></div>
    </form>
  );
}
