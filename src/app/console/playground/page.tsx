import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { shopAddress } from "#app/console/shop-address.ts";
import { requireUser } from "#app/guard.ts";
import { Playground } from "#ui/playground/playground.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("playground"))("title"), robots: { index: false } };
}

export default async function PlaygroundPage() {
  await requireUser();
  return <Playground base={(await shopAddress()).base} />;
}
