import type { Citation, Json } from "#relay/canonical/request.ts";
import { asWire, isWire, textOf, wordOf, type Wire } from "#relay/dialects/anthropic/wire.ts";

/** Members that say where in the source the quoted text stands, by the kind of place. */
const PLACES = [["start_char_index", "end_char_index"], ["start_page_number", "end_page_number"], ["start_block_index", "end_block_index"]] as const;

export function readCitation(raw: Json): Citation {
  const wire = asWire(raw);
  const url = wordOf(wire.url) ?? (wire.type === "search_result_location" ? wordOf(wire.source) : undefined);
  const title = textOf(wire.title) ?? textOf(wire.document_title);
  const quoted = textOf(wire.cited_text);
  const place = PLACES.find(([start]) => typeof wire[start] === "number");
  const [start, end] = place ? [wire[place[0]], wire[place[1]]] : [];
  return {
    kind: url === undefined ? "document" : "url",
    ...(url === undefined ? {} : { url }),
    ...(title === undefined ? {} : { title }),
    ...(typeof start === "number" ? { start } : {}),
    ...(typeof end === "number" ? { end } : {}),
    ...(quoted === undefined ? {} : { quoted }),
    raw: wire,
  };
}

/** As this format writes it; undefined for one that it has no form for. */
export function writeCitation({ url, title, quoted, raw }: Citation): Wire | undefined {
  if (isWire(raw) && textOf(raw.type)?.endsWith("_location") === true) return raw;
  if (url === undefined) return undefined;
  return { type: "web_search_result_location", cited_text: quoted ?? "", url, title: title ?? null, encrypted_index: "" };
}
