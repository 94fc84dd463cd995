import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requireStaff } from "#app/guard.ts";
import { AuditTable } from "#ui/audit/audit-table.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("audit"))("title"), robots: { index: false } };
}

export default async function AuditPage() {
  await requireStaff("audit:read");
  return <AuditTable />;
}
