import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { notFound } from "next/navigation";
import { permissionsOfRole } from "#accounts/index.ts";
import { refundRight } from "#app/admin/requests/refund-right.ts";
import { requireStaff } from "#app/guard.ts";
import { isUuid, parseRequestId, requestIdText } from "#platform/ids.ts";
import { IdText } from "#ui/kit/id-text.tsx";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { RequestView } from "#ui/requests-admin/request-view.client.tsx";

type Props = { params: Promise<{ id: string }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("requests-admin"))("request"), robots: { index: false } };
}

/** One request: receipt, tries and bookings. */
export default async function RequestPage({ params }: Props) {
  const user = await requireStaff("requests:read");
  const { id } = await params;
  if (!isUuid(id) && parseRequestId(id) === undefined) notFound();
  const t = await getTranslations("requests-admin");
  return (
    <>
      <PageHeader title={t("request")} description={<IdText id={isUuid(id) ? requestIdText(id) : id} />} back={{ href: "/admin/requests", label: t("title") }} />
      <div className="max-w-[1160px]"><RequestView id={id} full mayRefund={refundRight(permissionsOfRole(user.role))} /></div>
    </>
  );
}
