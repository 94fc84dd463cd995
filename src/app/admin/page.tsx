import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { permissionsOfRole } from "#accounts/index.ts";
import { requireStaff } from "#app/guard.ts";
import { serverCaller } from "#app/trpc.ts";
import { LinkButton } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { PageHeader } from "#ui/layout/page-header.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("nav"))("admin.dashboard"), robots: { index: false } };
}

/** Whether the books are in order, for those who may see them. */
export default async function DashboardPage() {
  const user = await requireStaff();
  const t = await getTranslations("nav");
  const checks = permissionsOfRole(user.role).has("ledger:totals") ? await (await serverCaller()).admin.health.invariants() : [];
  const broken = checks.filter(({ rows }) => rows > 0).length;
  return (
    <>
      <PageHeader title={t("admin.dashboard")} />
      {checks.length === 0 ? null : (
        <Callout tone={broken > 0 ? "bad" : "ok"} title={t("home.broken", { count: broken })} action={<LinkButton href="/admin/ledger" size="sm">{t("home.ledger")}</LinkButton>}>
          {t("home.checked", { count: checks.length })}
        </Callout>
      )}
    </>
  );
}
