import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requireUser } from "#app/guard.ts";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("keys"))("title"), robots: { index: false } };
}

/** The list alone, which the layout shows. */
export default async function KeysPage() {
  await requireUser();
  return null;
}
