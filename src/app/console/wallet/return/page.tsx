import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { notFound } from "next/navigation";
import { requireUser } from "#app/guard.ts";
import { isUuid } from "#platform/ids.ts";
import { ReturnStatus } from "#ui/wallet/return-status.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("wallet.return"))("title"), robots: { index: false } };
}

/** Where the payment page sends the buyer back to. It gives no credit: it shows what the shop knows, and makes it ask. */
export default async function ReturnPage({ searchParams }: Readonly<{ searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>> }>) {
  await requireUser();
  const { order, left } = await searchParams;
  if (typeof order !== "string" || !isUuid(order)) notFound();
  return <ReturnStatus orderId={order} left={left === "1"} />;
}
