import { getTranslations } from "next-intl/server";
import { ImageResponse } from "next/og";
import { shop } from "#app/shop.ts";
import { findOffer } from "#catalog/storefront.store.ts";
import { formatContext, formatPerMillion } from "#ui/storefront/numbers.ts";
import { regularPrices } from "#ui/storefront/price-rows.ts";

export const dynamic = "force-dynamic";

/** The drawer's own font knows Latin only, and it must not ask a third party for others. */
const drawable = (text: string): string => text.replace(/[^\u0020-\u024f]/g, "").trim();

/** The picture for previews: the shop, and for a model its name, two prices and context. */
export async function GET(request: Request): Promise<Response> {
  const { pool, settings } = await shop();
  const name = new URL(request.url).searchParams.get("model");
  const offer = name === null ? undefined : await findOffer(pool, name);
  const shopName = drawable((await settings())["shop.name"]);
  const prices: Readonly<Record<string, bigint>> = offer ? regularPrices(offer.list) : {};
  // English in every language: the drawer has no other letters.
  const words = await getTranslations({ locale: "en", namespace: "landing" });
  const figures = offer ? [
    ...(["input", "output"] as const).flatMap((item) => (prices[item] === undefined ? [] : [[`$${formatPerMillion(prices[item])}`, `${item}, per 1M tokens`] as const])),
    ...(offer.contextTokens === undefined ? [] : [[formatContext(offer.contextTokens), "tokens of context"] as const]),
  ] : [];
  const title = offer ? drawable(offer.name) || drawable(offer.slug) : `${words("hero.titleEmpty")} ${words("hero.title2")}`;
  return new ImageResponse(
    (
      <div tw="flex h-full w-full flex-col justify-between bg-[#f9fafb] p-[72px] text-[#141821]">
        <div tw="flex items-center text-[36px] font-semibold">
          <svg width="56" height="56" viewBox="0 0 24 24"><rect width="24" height="24" rx="6" fill="#141821" /><path d="M7 17V7.5l5 6 5-6V17" fill="none" stroke="#f9fafb" strokeWidth="2.25" strokeLinecap="square" strokeLinejoin="round" /><circle cx="12" cy="6.6" r="1.9" fill="#f0ba59" /></svg>
          <div tw="ml-5 flex">{shopName}</div>
        </div>
        <div tw="flex flex-col">
          {offer?.vendorName === undefined ? null : <div tw="flex text-[32px] text-[#646974]">{drawable(offer.vendorName)}</div>}
          <div tw="flex text-[76px] font-semibold leading-[1.1]">{title.slice(0, 80)}</div>
        </div>
        <div tw="flex border-t border-[#e0e2e6] pt-8">
          {figures.map(([value, text]) => (
            <div key={text} tw="mr-20 flex flex-col">
              <div tw="flex text-[48px] font-semibold">{value}</div>
              <div tw="flex text-[26px] text-[#646974]">{text}</div>
            </div>
          ))}
          {figures.length > 0 ? null : <div tw="flex text-[30px] text-[#646974]">{words("hero.lead")}</div>}
        </div>
      </div>
    ),
    { width: 1200, height: 630, headers: { "cache-control": "public, max-age=86400, stale-while-revalidate=604800" } },
  );
}
