import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { serverCaller } from "#app/trpc.ts";
import { Column } from "#ui/account/column.tsx";
import { NewPasswordForm, ResetGone } from "#ui/account/reset-forms.client.tsx";

type Props = { params: Promise<{ token: string }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("account"))("reset.title"), robots: { index: false }, referrer: "no-referrer" };
}

/** Opening the page uses nothing up; only the new password does. */
export default async function NewPasswordPage({ params }: Props) {
  const { token } = await params;
  const works = /^[\w-]{20,100}$/.test(token) && (await (await serverCaller()).public.account.resetWorks({ token }));
  return <Column>{works ? <NewPasswordForm token={token} /> : <ResetGone />}</Column>;
}
