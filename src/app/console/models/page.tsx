import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requireUser } from "#app/guard.ts";
import { ModelList } from "#ui/models/model-list.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("console.models"))("title"), robots: { index: false } };
}

export default async function ModelsPage() {
  await requireUser();
  return <ModelList />;
}
