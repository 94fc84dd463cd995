import "server-only";
import { cache } from "react";
import { matchRoute } from "#relay/index.ts";
import { FORMAT_PATHS, type ApiFormat } from "#ui/storefront/formats.ts";

/** The wire formats that the relay answers: asked of the relay itself, so pages and guides promise nothing else. */
export const offeredFormats = cache((): ReadonlySet<ApiFormat> =>
  new Set(FORMAT_PATHS.filter(([, path]) => ["operation", "task"].includes(matchRoute("POST", path).kind) || matchRoute("GET", path).kind === "realtime").map(([format]) => format)));
