import type { Json, JsonObject } from "#relay/canonical/request.ts";

/** Parsed JSON of which nothing is known yet. */
export type Wire = Readonly<Record<string, unknown>>;

export const asObject = (value: unknown): Wire => (typeof value === "object" && value !== null ? (value as Wire) : NO_MEMBERS);
export const asList = (value: unknown): readonly Wire[] =>
  Array.isArray(value) ? value.filter((entry): entry is Wire => typeof entry === "object" && entry !== null) : NO_ENTRIES;
export const asText = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
export const asNumber = (value: unknown): number | undefined => (typeof value === "number" && Number.isFinite(value) ? value : undefined);
export const asJson = (value: unknown): Json => value as Json;
export const isJsonObject = (value: unknown): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);

const NO_MEMBERS: Wire = {};
const NO_ENTRIES: readonly Wire[] = [];

/** Types of items that stand for what the vendor has done itself. */
export const SERVER_ITEM = /^(?:\w+_call(?:_output)?|mcp_list_tools|mcp_approval_\w+|compaction|program(?:_output)?|tool_search_output)$/;

export function parseWire(data: Buffer): Wire | undefined {
  try {
    const value: unknown = JSON.parse(data.toString("utf8"));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
