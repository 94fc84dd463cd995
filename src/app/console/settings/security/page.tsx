import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { passwordLengthMin } from "#accounts/index.ts";
import { requireUser } from "#app/guard.ts";
import { PasswordForm } from "#ui/account/password-form.client.tsx";
import { Card } from "#ui/kit/card.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("settings"))("tabs.security"), robots: { index: false } };
}

export default async function SecurityPage() {
  const user = await requireUser();
  const t = await getTranslations("settings.security");
  return (
    <div className="flex max-w-[640px] flex-col gap-4">
      <PasswordForm min={passwordLengthMin(user.role)} email={user.email} />
      <Card title={t("recent")}><p className="text-fg-2">{t("recentText")}</p></Card>
    </div>
  );
}
