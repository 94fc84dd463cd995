"use client";
import { useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { UserPlus, Users } from "lucide-react";
import { useTranslations } from "next-intl";
import { parseAsStringLiteral, useQueryStates } from "nuqs";
import { useMemo, useState } from "react";
import type { AppRouter } from "#trpc/root.ts";
import { Badge } from "#ui/kit/badge.tsx";
import { Button } from "#ui/kit/button.tsx";
import { DataTable, type Column } from "#ui/kit/data-table.client.tsx";
import { FilterBar, useFilterValues, type FilterDef } from "#ui/kit/filter-bar.client.tsx";
import { Money } from "#ui/kit/money.tsx";
import { EmptyState } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.tsx";
import { useCursor } from "#ui/kit/use-cursor.client.ts";
import { Bleed } from "#ui/layout/bleed.tsx";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";
import { CreateUserDialog } from "#ui/users/create-user.client.tsx";
import { UserStatus } from "#ui/users/user-status.tsx";

type Row = inferRouterOutputs<AppRouter>["admin"]["users"]["list"]["rows"][number];

const SIZE = 50;
const SORTS = ["created", "balance", "spent"] as const;
const STATUSES = ["active", "unverified", "restricted", "disabled"] as const;
const MONEY = ["negative", "low", "positive"] as const;
const ROLES = ["customer", "support", "finance", "operator", "owner"] as const;
const oneOf = <T extends string>(values: readonly T[], value: string | undefined): T | undefined => values.find((each) => each === value);

/** Everybody who has an account. */
export function UserList({ mayCreate }: { mayCreate: boolean }) {
  const trpc = useTRPC();
  const t = useTranslations("users");
  const { data: choices } = useQuery({ ...trpc.admin.requests.choices.queryOptions(), staleTime: 60_000 });
  const groups = choices?.groups;
  const defs = useMemo((): readonly FilterDef[] => [
    { key: "status", label: t("status"), kind: "select", options: STATUSES.map((value) => ({ value, label: t(`statuses.${value}`) })) },
    { key: "group", label: t("group"), kind: "select", options: (groups ?? []).map((value) => ({ value, label: value })) },
    { key: "money", label: t("balance"), kind: "select", options: MONEY.map((value) => ({ value, label: t(`money.${value}`) })) },
    { key: "role", label: t("role"), kind: "select", options: ROLES.map((value) => ({ value, label: t(`roles.${value}`) })) },
  ], [t, groups]);
  const { values, filtered, clear } = useFilterValues(defs);
  const cursor = useCursor();
  const [{ sort, way }, write] = useQueryStates({ sort: parseAsStringLiteral(SORTS).withDefault("created"), way: parseAsStringLiteral(["asc", "desc"]).withDefault("desc") }, { history: "push" });
  const [creating, setCreating] = useState(false);
  const status = oneOf(STATUSES, values["status"]);
  const money = oneOf(MONEY, values["money"]);
  const role = oneOf(ROLES, values["role"]);
  const list = useQuery({
    ...trpc.admin.users.list.queryOptions({
      sort, descending: way === "desc", limit: SIZE, ...(cursor.cursor && { cursor: cursor.cursor }), ...(values["q"] && { text: values["q"] }), ...(values["group"] && { group: values["group"] }),
      ...(status && { status }), ...(money && { money }), ...(role && { role }),
    }),
    placeholderData: (previous) => previous,
  });
  const turn = (by: (typeof SORTS)[number]) => {
    void write({ sort: by, way: sort === by && way === "desc" ? "asc" : "desc" });
    cursor.reset();
  };
  const columns = useColumns({ sort, way, turn });
  return (
    <>
      <PageHeader
        title={t("title")} description={t("description")}
        actions={mayCreate ? <Button variant="primary" data-shortcut="n" onClick={() => setCreating(true)}><UserPlus size={16} strokeWidth={1.75} aria-hidden="true" />{t("create")}</Button> : undefined}
      />
      <FilterBar filters={defs} search={{ placeholder: t("search") }} />
      <Bleed className="mt-4">
        <DataTable<Row>
          label={t("title")} density="compact" columns={columns} rows={list.data?.rows} rowKey={({ id }) => id} state={list.isError ? (list.data ? "stale" : "error") : list.data ? "ready" : "loading"}
          onRetry={() => void list.refetch()} filtered={filtered} onClearFilters={clear} href={({ id }) => `/admin/users/${id}`} card={(row) => <UserCard row={row} />}
          empty={<EmptyState icon={<Users size={20} strokeWidth={1.75} aria-hidden="true" />} title={t("emptyTitle")} text={t("emptyText")} />}
          pager={{ hasPrevious: cursor.hasPrevious, hasNext: Boolean(list.data?.next), onPrevious: cursor.back, onNext: () => list.data?.next && cursor.push(list.data.next) }}
        />
      </Bleed>
      {mayCreate ? <CreateUserDialog open={creating} onOpenChange={setCreating} groups={groups ?? []} /> : null}
    </>
  );
}

type Sorting = { sort: string; way: "asc" | "desc"; turn: (by: (typeof SORTS)[number]) => void };

function useColumns({ sort, way, turn }: Sorting): readonly Column<Row>[] {
  const t = useTranslations("users");
  const sorted = (by: (typeof SORTS)[number]) => ({ direction: sort === by ? way : undefined, onSort: () => turn(by) });
  return [
    { id: "email", header: t("email"), cell: ({ email, role }) => <>{email}{role === "customer" ? null : <Badge tone="info" className="ml-2">{t(`roles.${role}`)}</Badge>}</> },
    { id: "status", header: t("status"), cell: (row) => <UserStatus {...row} /> },
    { id: "group", header: t("group"), cell: ({ group }) => group, hideBelow: "lg" },
    { id: "balance", header: t("balance"), align: "right", sort: sorted("balance"), cell: ({ balanceNano }) => <Money nano={balanceNano} as="balance" className={balanceNano < 0n ? "text-bad" : ""} /> },
    { id: "spent7", header: t("spent7"), align: "right", cell: ({ spent7Nano }) => <Money nano={spent7Nano} as="total" className="text-fg-2" />, hideBelow: "xl" },
    { id: "spent30", header: t("spent30"), align: "right", cell: ({ spent30Nano }) => <Money nano={spent30Nano} as="total" /> },
    { id: "spent", header: t("spent"), align: "right", sort: sorted("spent"), cell: ({ spentNano }) => <Money nano={spentNano} as="total" className="text-fg-2" />, hideBelow: "lg" },
    { id: "keys", header: t("keys"), align: "right", cell: ({ keys }) => keys, hideBelow: "xl" },
    { id: "seen", header: t("lastSeen"), align: "right", cell: ({ lastSeenAt }) => <Time at={lastSeenAt} className="text-fg-2" />, hideBelow: "lg" },
    { id: "created", header: t("created"), align: "right", sort: sorted("created"), cell: ({ createdAt }) => <Time at={createdAt} className="text-fg-2" />, hideBelow: "xl" },
  ];
}

function UserCard({ row }: { row: Row }) {
  const t = useTranslations("users");
  return (
    <div className="flex items-start gap-3">
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium">{row.email}</p>
        <p className="mt-0.5 flex items-center gap-3 text-13"><UserStatus {...row} /><span className="min-w-0 truncate text-fg-3">{row.group}</span></p>
      </div>
      <div className="text-right">
        <Money nano={row.balanceNano} as="balance" className={row.balanceNano < 0n ? "font-medium text-bad" : "font-medium"} />
        <p className="text-13 text-fg-3">{t.rich("spentCard", { amount: () => <Money nano={row.spent30Nano} as="total" /> })}</p>
      </div>
    </div>
  );
}
