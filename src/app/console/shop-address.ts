import "server-only";
import { shop } from "#app/shop.ts";

/** What snippets are filled with: the shop's name and its public address without a slash at the end. */
export async function shopAddress(): Promise<{ base: string; shopName: string }> {
  const { baseUrl, settings } = await shop();
  return { base: (await baseUrl()).replace(/\/+$/, ""), shopName: (await settings())["shop.name"] };
}
