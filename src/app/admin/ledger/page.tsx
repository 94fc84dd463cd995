import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { permissionsOfRole } from "#accounts/index.ts";
import { requireStaff } from "#app/guard.ts";
import { LinkButton } from "#ui/kit/button.tsx";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { InvariantBoard } from "#ui/ledger/invariant-board.client.tsx";
import { LatestTransactions } from "#ui/ledger/latest-transactions.client.tsx";
import { Leases } from "#ui/ledger/leases.client.tsx";
import { TrialBalance } from "#ui/ledger/trial-balance.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("ledger"))("title"), robots: { index: false } };
}

/** Whether the books are whole, and what stands in them. */
export default async function LedgerPage() {
  const user = await requireStaff("ledger:totals");
  const t = await getTranslations("ledger");
  const reads = permissionsOfRole(user.role).has("ledger:read");
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} actions={reads ? <LinkButton href="/admin/ledger/transactions">{t("transactions")}</LinkButton> : undefined} />
      <div className="flex max-w-[1360px] flex-col gap-4">
        <InvariantBoard />
        <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
          <TrialBalance linked={reads} />
          <div className="flex min-w-0 flex-col gap-4"><Leases />{reads ? <LatestTransactions /> : null}</div>
        </div>
      </div>
    </>
  );
}
