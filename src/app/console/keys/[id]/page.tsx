import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { shopAddress } from "#app/console/shop-address.ts";
import { requireUser } from "#app/guard.ts";
import { KeyDetail } from "#ui/keys/key-detail.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("keys"))("detail.title"), robots: { index: false } };
}

export default async function KeyPage({ params }: { params: Promise<{ id: string }> }) {
  await requireUser();
  return <KeyDetail id={(await params).id} {...await shopAddress()} />;
}
