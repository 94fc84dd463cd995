import { getLocale, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { permissionsOfRole, type Permission } from "#accounts/index.ts";
import { maySeeSettings, settingFacts } from "#accounts/setting-facts.ts";
import { requireKnownObject } from "#app/admin/known-object.ts";
import { shopBrand } from "#app/brand.ts";
import { currentAddress, requireStaff } from "#app/guard.ts";
import { shop } from "#app/shop.ts";
import { AdminPalette, type PaletteSetting } from "#ui/layout/admin-palette.client.tsx";
import { AdminShell } from "#ui/layout/admin-shell.tsx";
import { AlarmBanner } from "#ui/layout/alarm-banner.client.tsx";
import { AppProviders } from "#ui/layout/app-providers.client.tsx";
import { Document } from "#ui/layout/document.tsx";
import { adminPermissionFor } from "#ui/layout/navigation.ts";
import { searchWords } from "#ui/settings-admin/search-words.ts";

export const dynamic = "force-dynamic";

export default async function AdminLayout({ children }: { children: ReactNode }) {
  // Decided here too, before anything is sent, so that a page one may not see is a 404 and not an empty frame.
  const { pathname } = new URL((await currentAddress()) ?? "/admin", "http://shop");
  const user = await requireStaff(adminPermissionFor(pathname));
  await requireKnownObject(pathname);
  const [locale, t, names, brand, { settings }] = await Promise.all([getLocale(), getTranslations("common"), getTranslations("settings-admin"), shopBrand(), shop()]);
  const { "shop.name": shopName } = await settings();
  const held = permissionsOfRole(user.role);
  return (
    <Document locale={locale} skip={t("skip")} messages="admin" brand={brand}>
      <AppProviders>
        <AdminShell
          shopName={shopName} viewer={{ email: user.email, name: user.name, role: user.role }} permissions={held}
          search={<AdminPalette permissions={[...held]} settings={searchable(names, held)} />} banner={<AlarmBanner linked={held.has("ledger:totals")} />}
        >
          {children}
        </AdminShell>
      </AppProviders>
    </Document>
  );
}

/** Settings as the palette finds them. */
function searchable(names: Awaited<ReturnType<typeof getTranslations<"settings-admin">>>, held: ReadonlySet<Permission>): readonly PaletteSetting[] {
  const facts = settingFacts().filter(({ area }) => maySeeSettings(held, area));
  const words = searchWords(facts.map(({ path }) => path));
  return facts.map(({ path, area }) => ({ path, area, label: names.has(`set.${path}.label`) ? names(`set.${path}.label`) : path, words: words[path] ?? path }));
}
