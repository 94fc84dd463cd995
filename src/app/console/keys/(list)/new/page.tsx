import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { shopAddress } from "#app/console/shop-address.ts";
import { requireUser } from "#app/guard.ts";
import { NewKey } from "#ui/keys/new-key.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("keys"))("form.createTitle"), robots: { index: false } };
}

/** The list with the form for a new key open over it. */
export default async function NewKeyPage() {
  await requireUser();
  return <NewKey {...await shopAddress()} />;
}
