"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { KeyRound } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { AppRouter } from "#trpc/root.ts";
import { useComma } from "#ui/format/comma.client.ts";
import { StatusDot } from "#ui/kit/badge.tsx";
import { DataTable } from "#ui/kit/data-table.client.tsx";
import { ConfirmDialog } from "#ui/kit/dialog.client.tsx";
import { Money } from "#ui/kit/money.tsx";
import { EmptyState } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.tsx";
import { useToast } from "#ui/kit/toast.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";
import type { UserDetail } from "#ui/users/user-screen.client.tsx";

type UserKey = inferRouterOutputs<AppRouter>["admin"]["users"]["keys"][number];

const SIZE = 100;

/** A customer's keys, masked; staff can take one away, with a reason, and cannot see any. */
export function UserKeys({ user, mayRevoke }: { user: UserDetail; mayRevoke: boolean }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const toast = useToast();
  const t = useTranslations("users");
  const comma = useComma();
  const [revoking, setRevoking] = useState<string>();
  const list = useQuery(trpc.admin.users.keys.queryOptions({ id: user.id, limit: SIZE }));
  const revoke = useMutation(trpc.admin.users.revokeKey.mutationOptions());
  const chosen = list.data?.find(({ id }) => id === revoking);
  const masked = ({ prefix, suffix }: { prefix: string; suffix: string }) => <span className="font-mono text-12">{prefix}…{suffix}</span>;
  return (
    <>
      <div className="card">
        <DataTable<UserKey>
          label={t("keys")} density="compact" rows={list.data} rowKey={({ id }) => id} state={list.isError ? "error" : list.data ? "ready" : "loading"} onRetry={() => void list.refetch()} filtered={false}
          columns={[
            { id: "name", header: t("keyName"), cell: ({ name }) => name },
            { id: "key", header: t("key"), cell: masked },
            { id: "status", header: t("status"), cell: ({ status }) => <StatusDot tone={status === "active" ? "ok" : status === "leaked" ? "bad" : "neutral"}>{t(`keyStatus.${status}`)}</StatusDot> },
            { id: "models", header: t("models"), cell: ({ models }) => (models.length === 0 ? <span className="text-fg-3">{t("allModels")}</span> : models.join(comma)), hideBelow: "lg" },
            { id: "spent", header: t("spent"), align: "right", cell: ({ spentNano }) => <Money nano={spentNano} as="charge" /> },
            { id: "used", header: t("lastUsed"), align: "right", cell: ({ lastUsedAt }) => <Time at={lastUsedAt} className="text-fg-2" />, hideBelow: "lg" },
            { id: "created", header: t("keyMade"), align: "right", cell: ({ createdAt }) => <Time at={createdAt} className="text-fg-2" />, hideBelow: "xl" },
          ]}
          {...(mayRevoke && { rowMenu: ({ id, status }) => (status === "revoked" ? [] : [{ label: t("revokeKey"), danger: true, onSelect: () => setRevoking(id) }]) })}
          card={(key) => (
            <div className="flex items-start gap-3">
              <div className="min-w-0 flex-1"><p className="truncate font-medium">{key.name}</p><p>{masked(key)}</p></div>
              <div className="text-right"><Money nano={key.spentNano} as="charge" className="font-medium" /><p className="text-13"><StatusDot tone={key.status === "active" ? "ok" : "neutral"}>{t(`keyStatus.${key.status}`)}</StatusDot></p></div>
            </div>
          )}
          empty={<EmptyState icon={<KeyRound size={20} strokeWidth={1.75} aria-hidden="true" />} title={t("noKeys")} text={t("noKeysText")} />}
        />
      </div>
      <ConfirmDialog
        open={chosen !== undefined} onOpenChange={(open) => open || setRevoking(undefined)} title={t("revokeTitle", { name: chosen?.name ?? "" })} description={t("revokeText")} confirmLabel={t("revokeKey")} danger reason
        onConfirm={async (reason) => {
          await revoke.mutateAsync({ id: user.id, keyId: revoking ?? "", reason: reason ?? "" });
          await client.invalidateQueries(trpc.admin.users.pathFilter());
          toast.success(t("revoked"));
        }}
      />
    </>
  );
}
