import { findShopFile } from "#accounts/shop-files.store.ts";
import { shop } from "#app/shop.ts";

export const dynamic = "force-dynamic";

/** The shop's logo. Its address carries the content's hash, so browsers may keep it for good. */
export async function GET(request: Request): Promise<Response> {
  const { pool } = await shop();
  const id = new URL(request.url).searchParams.get("v") ?? "";
  const file = /^[0-9a-f]{16}$/.test(id) ? await findShopFile(pool, id) : undefined;
  if (!file) return new Response(null, { status: 404 });
  return new Response(new Uint8Array(file.content), {
    headers: {
      "content-type": file.kind, "cache-control": "public, max-age=31536000, immutable", "x-content-type-options": "nosniff", "content-security-policy": "default-src 'none'; sandbox",
      "cross-origin-resource-policy": "same-origin",
    },
  });
}
