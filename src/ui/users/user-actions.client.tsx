"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useTRPC } from "#ui/trpc/client.client.tsx";
import { Button } from "#ui/kit/button.tsx";
import { ConfirmDialog } from "#ui/kit/dialog.client.tsx";
import { Menu, type MenuItem } from "#ui/kit/menu.client.tsx";
import { useToast } from "#ui/kit/toast.client.tsx";
import { AdjustDialog } from "#ui/users/adjust-dialog.client.tsx";
import { ChangeGroupDialog } from "#ui/users/change-group.client.tsx";
import { LiftRestriction } from "#ui/users/lift-restriction.client.tsx";
import type { UserDetail } from "#ui/users/user-screen.client.tsx";

/** What the viewer may do here; the server asks again. */
export type UserRights = Readonly<{ adjust: boolean; /** May ask for what he may not do alone. */ ask: boolean; /** May lift what a disputed payment has stopped. */ lift: boolean; write: boolean; disable: boolean; mail: boolean; revoke: boolean; ledger: boolean; orders: boolean; staff: boolean; self: string }>;

type Open = "adjust" | "lift" | "group" | "status" | "sessions" | "reset";

/** Everything that can be done to an account, each behind its own question. */
export function UserActions({ user, rights }: { user: UserDetail; rights: UserRights }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const toast = useToast();
  const t = useTranslations("users");
  const [open, setOpen] = useState<Open>();
  const setStatus = useMutation(trpc.admin.users.setStatus.mutationOptions());
  const endSessions = useMutation(trpc.admin.users.endSessions.mutationOptions());
  const sendReset = useMutation(trpc.admin.users.sendReset.mutationOptions());
  const changeable = user.id !== rights.self && (user.role === "customer" || rights.staff);
  const off = user.status !== "active";
  const refresh = () => client.invalidateQueries(trpc.admin.users.pathFilter());
  const close = (next: boolean) => next || setOpen(undefined);

  const restricted = rights.lift && user.wallet.status === "restricted" && user.id !== rights.self;
  const items: MenuItem[] = [
    ...(restricted ? [{ label: t("lift"), onSelect: () => setOpen("lift") }] : []),
    ...(rights.write && changeable ? [{ label: t("changeGroup"), onSelect: () => setOpen("group") }] : []),
    ...(rights.mail && changeable ? [{ label: t("sendReset"), onSelect: () => setOpen("reset") }] : []),
    ...(rights.disable && changeable ? [{ label: t("endSessions"), onSelect: () => setOpen("sessions") }, { label: off ? t("enable") : t("disable"), danger: !off, apart: true, onSelect: () => setOpen("status") }] : []),
  ];
  return (
    <>
      {(rights.adjust || rights.ask) && user.id !== rights.self ? <Button variant="primary" onClick={() => setOpen("adjust")}>{t("adjust")}</Button> : null}
      {items.length > 0 ? <Menu label={t("more")} items={items} size="md" /> : null}
      <AdjustDialog user={user} asks={!rights.adjust} open={open === "adjust"} onOpenChange={close} />
      {restricted ? <LiftRestriction user={user} open={open === "lift"} onOpenChange={close} /> : null}
      <ChangeGroupDialog user={user} open={open === "group"} onOpenChange={close} />
      <ConfirmDialog
        open={open === "status"} onOpenChange={close} danger={!off} reason title={t(off ? "enableTitle" : "disableTitle", { email: user.email })} description={t(off ? "enableText" : "disableText", { sessions: user.sessions, keys: user.keys })}
        confirmLabel={t(off ? "enable" : "disable")}
        onConfirm={async (reason) => {
          await setStatus.mutateAsync({ id: user.id, status: off ? "active" : "disabled", reason: reason ?? "" });
          await refresh();
          toast.success(t(off ? "enabled" : "disabled"));
        }}
      />
      <ConfirmDialog
        open={open === "sessions"} onOpenChange={close} title={t("endSessionsTitle", { email: user.email })} description={t("endSessionsText", { count: user.sessions })} confirmLabel={t("endSessions")}
        onConfirm={async () => {
          const { ended } = await endSessions.mutateAsync({ id: user.id });
          await refresh();
          toast.success(t("sessionsEnded", { count: ended }));
        }}
      />
      <ConfirmDialog
        open={open === "reset"} onOpenChange={close} title={t("sendReset")} description={t("sendResetText", { email: user.email })} confirmLabel={t("send")}
        onConfirm={async () => {
          await sendReset.mutateAsync({ id: user.id });
          toast.success(t("resetSent", { email: user.email }));
        }}
      />
    </>
  );
}
