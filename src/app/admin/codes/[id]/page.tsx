import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { notFound } from "next/navigation";
import { permissionsOfRole } from "#accounts/index.ts";
import { requireStaff } from "#app/guard.ts";
import { shop } from "#app/shop.ts";
import { findBatch } from "#payments/index.ts";
import { isUuid } from "#platform/ids.ts";
import { BatchPage } from "#ui/codes/batch-page.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("admin-codes"))("batch"), robots: { index: false } };
}

export default async function CodeBatchPage({ params }: Readonly<{ params: Promise<{ id: string }> }>) {
  const [user, { id }, { pool }] = await Promise.all([requireStaff("codes:read"), params, shop()]);
  if (!isUuid(id) || !(await findBatch(pool, id))) notFound();
  return <BatchPage id={id} mayDisable={permissionsOfRole(user.role).has("codes:disable")} />;
}
