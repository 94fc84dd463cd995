import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { redirect } from "next/navigation";
import { currentUser } from "#app/session.ts";
import { serverCaller } from "#app/trpc.ts";
import { Column } from "#ui/account/column.tsx";
import { safeNext } from "#ui/account/safe-next.ts";
import { SignUpForm } from "#ui/account/sign-up-form.client.tsx";

type Props = { searchParams: Promise<{ next?: string | string[] }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("account"))("signUp.title"), robots: { index: false }, referrer: "no-referrer" };
}

export default async function SignUpPage({ searchParams }: Props) {
  const { next } = await searchParams;
  if (await currentUser()) redirect(safeNext(next));
  const terms = await (await serverCaller()).public.account.terms();
  return <Column><SignUpForm terms={terms} next={typeof next === "string" ? safeNext(next) : "/onboarding"} /></Column>;
}
