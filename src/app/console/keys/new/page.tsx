import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { shopAddress } from "#app/console/shop-address.ts";
import { requireUser } from "#app/guard.ts";
import { KeyList } from "#ui/keys/key-list.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("keys"))("form.createTitle"), robots: { index: false } };
}

/** The list with the form for a new key open over it. */
export default async function NewKeyPage() {
  await requireUser();
  return <KeyList {...await shopAddress()} creating />;
}
