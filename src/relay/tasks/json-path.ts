import type { JsonObject } from "#relay/providers/provider.ts";

/** What stands at `data.videos.0.url` of somebody's JSON; undefined where the way ends. */
export function at(value: unknown, path: string): unknown {
  let found = value;
  for (const step of path.split(".")) {
    if (typeof found !== "object" || found === null) return undefined;
    found = (found as JsonObject)[step];
  }
  return found;
}

/** The same, as text; numbers are texts here, since vendors write ids both ways. */
export function textAt(value: unknown, path: string): string | undefined {
  const found = at(value, path);
  if (typeof found === "number" || typeof found === "boolean") return String(found);
  return typeof found === "string" ? found : undefined;
}

/** An object of what is not undefined. */
export const defined = (object: JsonObject): JsonObject => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
