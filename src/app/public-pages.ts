import "server-only";
import { offeredFormats } from "#app/offered-formats.ts";
import { GUIDES, works } from "#ui/storefront/docs/guides.ts";

/** Addresses below the language that stand in the site map beside the models. */
export const publicPages = (): readonly string[] =>
  ["", "/models", "/pricing", "/docs", "/docs/api", "/docs/api/management", "/status", ...GUIDES.filter((guide) => works(guide, offeredFormats())).map(({ slug }) => `/docs/${slug}`)];
