import { getTranslations } from "next-intl/server";
import { VendorMark } from "#ui/kit/vendor-mark.tsx";

type Vendor = Readonly<{ vendorSlug: string | undefined; vendorName: string | undefined }>;
const SHOWN = 9;

/** Vendors that have a model on sale, those with most models first. */
export async function VendorStrip({ models, locale }: { models: readonly Vendor[]; locale: string }) {
  const t = await getTranslations("landing");
  const counts = new Map<string, { name: string; count: number }>();
  for (const { vendorSlug, vendorName } of models) {
    if (vendorSlug === undefined || vendorName === undefined) continue;
    counts.set(vendorSlug, { name: vendorName, count: (counts.get(vendorSlug)?.count ?? 0) + 1 });
  }
  const vendors = [...counts].sort(([, a], [, b]) => b.count - a.count || a.name.localeCompare(b.name));
  if (vendors.length === 0) return <div className="mt-14 md:mt-16" />;
  const more = vendors.length - SHOWN;
  return (
    <ul className="mt-14 flex flex-wrap items-center gap-x-8 gap-y-1 border-y py-3 text-fg-2 md:mt-16" aria-label={t("vendors")}>
      {vendors.slice(0, SHOWN).map(([slug, { name }]) => (
        <li key={slug}>
          <a href={`/${locale}/models?vendor=${encodeURIComponent(slug)}`} className="flex h-8 items-center gap-2 hover:text-fg">
            <VendorMark name={name} size={20} />
            {name}
          </a>
        </li>
      ))}
      {more > 0 ? <li className="md:ml-auto"><a href={`/${locale}/models`} className="hover:text-fg">{t("moreVendors", { count: more })}</a></li> : null}
    </ul>
  );
}
