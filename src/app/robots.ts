import type { MetadataRoute } from "next";
import { shop } from "#app/shop.ts";

export const dynamic = "force-dynamic";

/** What is public is open to every crawler; desks, interfaces and forms are nobody's reading. */
export default async function robots(): Promise<MetadataRoute.Robots> {
  const base = await (await shop()).baseUrl();
  return {
    rules: { userAgent: "*", allow: ["/", "/api/catalogue.json", "/api/status", "/api/og"], disallow: ["/console", "/admin", "/api/", "/v1/", "/v1beta/", "/setup", "/sign-in", "/sign-up"] },
    sitemap: `${base}/sitemap.xml`,
  };
}
