import type { Citation, JsonObject } from "#relay/canonical/request.ts";
import { asJson, asNumber, asText, isJsonObject } from "#relay/dialects/openai-responses/wire.ts";
import type { Wire } from "#relay/dialects/openai-responses/wire.ts";

/** An annotation of a text as a citation. What has no likeness elsewhere keeps its own form in `raw`. */
export function readAnnotation(annotation: Wire): Citation {
  const url = asText(annotation.url);
  const title = asText(annotation.title) ?? asText(annotation.filename);
  const start = asNumber(annotation.start_index);
  const end = asNumber(annotation.end_index);
  return {
    kind: annotation.type === "url_citation" ? "url" : "file",
    ...(url !== undefined && { url }),
    ...(title !== undefined && { title }),
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
    raw: asJson(annotation),
  };
}

const OWN_TYPES: ReadonlySet<unknown> = new Set(["file_citation", "container_file_citation", "file_path"]);

/** @returns undefined for a place in a document, which the format cannot name */
export function writeAnnotation(citation: Citation, textLength: number): JsonObject | undefined {
  const { raw, url, title = url, start = textLength, end = textLength } = citation;
  if (isJsonObject(raw) && OWN_TYPES.has(raw.type)) return raw;
  if (url === undefined || title === undefined) return undefined;
  return { type: "url_citation", url, start_index: start, end_index: end, title };
}
