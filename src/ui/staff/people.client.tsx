"use client";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { SudoCancelled, useSudo } from "#ui/account/sudo-dialog.client.tsx";
import { Badge } from "#ui/kit/badge.tsx";
import { ConfirmDialog } from "#ui/kit/confirm-dialog.client.tsx";
import { Menu } from "#ui/kit/menu.client.tsx";
import { SelectField } from "#ui/kit/select-field.client.tsx";
import { Time } from "#ui/kit/time.tsx";
import { useToast } from "#ui/kit/toast.client.tsx";
import type { StaffData } from "#ui/staff/staff-screen.client.tsx";
import { useStaffFailure } from "#ui/staff/use-staff-failure.client.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

type Member = StaffData["staff"][number];
type Asking = Readonly<{ act: "role" | "sessions"; member: Member }>;

/** Everybody with a role, with what the role can do in plain words. */
export function People({ staff, onChanged }: { staff: readonly Member[]; onChanged: () => void }) {
  const t = useTranslations("audit.staff");
  const [asking, setAsking] = useState<Asking>();
  const close = () => setAsking(undefined);
  return (
    <>
      <ul className="divide-y">
        {staff.map((member) => (
          <li key={member.id} className="flex items-start gap-x-4 px-4 py-3 sm:px-5">
            <div className="grid min-w-0 flex-1 gap-x-6 gap-y-1 md:grid-cols-[minmax(0,2fr)_minmax(0,3fr)_200px]">
              <p className="flex min-w-0 items-center gap-2 self-start">
                <span className="truncate font-medium">{member.email}</span>
                {member.you ? <Badge tone="accent">{t("you")}</Badge> : null}
                {member.status === "disabled" ? <Badge tone="bad">{t("disabled")}</Badge> : null}
              </p>
              <p className="text-13 text-fg-2"><span className="font-medium text-fg">{t(`roles.${member.role}`)}</span> · {t(`can.${member.role}`)}</p>
              <p className="text-13 text-fg-3 md:text-right">{member.lastUsedAt ? <>{t("seen")} <Time at={member.lastUsedAt} /></> : t("never")}</p>
            </div>
            <Menu
              label={member.email}
              items={[
                ...(member.you ? [] : [{ label: t("changeRole"), onSelect: () => setAsking({ act: "role", member }) }]),
                { label: t("endSessions"), onSelect: () => setAsking({ act: "sessions", member }) },
              ]}
            />
          </li>
        ))}
      </ul>
      {asking?.act === "role" ? <RoleDialog member={asking.member} onClose={close} onChanged={onChanged} /> : null}
      {asking?.act === "sessions" ? <SessionsDialog member={asking.member} onClose={close} onChanged={onChanged} /> : null}
    </>
  );
}

type DialogProps = { member: Member; onClose: () => void; onChanged: () => void };
const ROLES = ["customer", "support", "finance", "operator", "owner"] as const;

function RoleDialog({ member, onClose, onChanged }: DialogProps) {
  const t = useTranslations("audit.staff");
  const trpc = useTRPC();
  const toast = useToast();
  const failure = useStaffFailure();
  const sudo = useSudo();
  const [role, setRole] = useState<(typeof ROLES)[number]>(member.role);
  const change = useMutation(trpc.admin.staff.changeRole.mutationOptions());
  const submit = async (reason = "") => {
    try {
      await sudo.run(() => change.mutateAsync({ id: member.id, role, reason }));
      toast.success(t("changed"));
      onChanged();
    } catch (error) {
      if (!(error instanceof SudoCancelled)) throw new Error(failure(error), { cause: error });
    }
  };
  return (
    <>
      <ConfirmDialog
        open onOpenChange={(open) => open || onClose()} title={t("changeTitle", { email: member.email })} description={t("changeText")}
        confirmLabel={t("change")} danger reason onConfirm={submit}
      >
        <SelectField label={t("newRole")} value={role} onChange={setRole} options={ROLES.map((value) => ({ value, label: t(`roles.${value}`) }))} hint={role === "customer" ? undefined : t(`can.${role}`)} />
      </ConfirmDialog>
      {sudo.dialog}
    </>
  );
}

function SessionsDialog({ member, onClose, onChanged }: DialogProps) {
  const t = useTranslations("audit.staff");
  const trpc = useTRPC();
  const toast = useToast();
  const end = useMutation(trpc.admin.staff.endSessions.mutationOptions());
  return (
    <ConfirmDialog
      open onOpenChange={(open) => open || onClose()} title={t("endTitle", { email: member.email })} description={t("endText")} confirmLabel={t("endSessions")} danger
      onConfirm={async () => {
        const { ended } = await end.mutateAsync({ id: member.id });
        toast.success(t("ended", { count: ended }));
        onChanged();
      }}
    />
  );
}
