import { getLocale, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { permissionsOfRole } from "#accounts/index.ts";
import { currentAddress, requireStaff } from "#app/guard.ts";
import { shop } from "#app/shop.ts";
import { AdminShell } from "#ui/layout/admin-shell.tsx";
import { AppProviders } from "#ui/layout/app-providers.client.tsx";
import { Document } from "#ui/layout/document.tsx";
import { adminPermissionFor } from "#ui/layout/navigation.ts";

export const dynamic = "force-dynamic";

export default async function AdminLayout({ children }: { children: ReactNode }) {
  // Decided here too, before anything is sent, so that a page one may not see is a 404 and not an empty frame.
  const user = await requireStaff(adminPermissionFor(new URL((await currentAddress()) ?? "/admin", "http://shop").pathname));
  const [locale, t, { settings }] = await Promise.all([getLocale(), getTranslations("common"), shop()]);
  const { "shop.name": shopName } = await settings();
  return (
    <Document locale={locale} skip={t("skip")} messages="admin">
      <AppProviders>
        <AdminShell shopName={shopName} viewer={{ email: user.email, name: user.name, role: user.role }} permissions={permissionsOfRole(user.role)}>
          {children}
        </AdminShell>
      </AppProviders>
    </Document>
  );
}
