import { getTranslations } from "next-intl/server";
import type { Offer } from "#catalog/storefront.store.ts";
import { VendorMark } from "#ui/kit/vendor-mark.tsx";

/** Vendors that have a model on sale, by name. */
export async function VendorStrip({ offers }: { offers: readonly Offer[] }) {
  const t = await getTranslations("landing");
  const vendors = [...new Set(offers.flatMap(({ vendorName }) => vendorName ?? []))].sort((a, b) => a.localeCompare(b));
  if (vendors.length === 0) return <div className="mt-14 md:mt-16" />;
  return (
    <ul className="mt-14 flex flex-wrap items-center gap-x-8 gap-y-3 border-y py-4 text-fg-2 md:mt-16" aria-label={t("vendors")}>
      {vendors.map((name) => (
        <li key={name} className="flex items-center gap-2">
          <VendorMark name={name} size={20} />
          {name}
        </li>
      ))}
    </ul>
  );
}
