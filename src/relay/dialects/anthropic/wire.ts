import type { Json } from "#relay/canonical/request.ts";

export { asWire, compact, isWire, listOf, parseWire, type Wire } from "#relay/dialects/stream-kit/wire.ts";

export const textOf = (value: Json | undefined): string | undefined => (typeof value === "string" ? value : undefined);
/** The text if it is one that isn't empty. */
export const wordOf = (value: Json | undefined): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
