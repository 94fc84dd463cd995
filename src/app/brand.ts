import "server-only";
import { shop } from "#app/shop.ts";
import type { ShopBrand } from "#ui/theme/brand.ts";

/** Colour and logo that the operator has set, for every page's frame. */
export async function shopBrand(): Promise<ShopBrand> {
  const { "brand.color": color, "brand.logo": logo } = await (await shop()).settings();
  return { color, logo };
}
