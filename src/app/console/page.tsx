import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requireUser } from "#app/guard.ts";
import { serverCaller } from "#app/trpc.ts";
import { OverviewScreen } from "#ui/overview/overview-screen.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("console"))("title"), robots: { index: false } };
}

/** Money first: what can be spent, what this month took, and the last requests with what they cost. */
export default async function OverviewPage() {
  await requireUser();
  const caller = await serverCaller();
  return <OverviewScreen initial={await caller.console.overview.get()} />;
}
