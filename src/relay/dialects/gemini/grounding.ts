import { plainNumber } from "#relay/canonical/plain.ts";
import type { Citation } from "#relay/canonical/request.ts";
import { textOf, wireOf, wiresOf, type Wire } from "#relay/dialects/gemini/wire.ts";

/** Characters before a byte of UTF-8 text. */
export const charsBefore = (text: string, byte: number): number => [...Buffer.from(text).subarray(0, byte).toString("utf8")].length;
/** Bytes before a character. */
export const bytesBefore = (text: string, character: number): number => Buffer.byteLength([...text].slice(0, character).join(""));

/**
 * The sources of a grounded answer. Places are told in bytes of the answer's text and become characters; a source that
 * backs no place is a citation without one.
 */
export function citationsOf(grounding: unknown, text: string): readonly Citation[] {
  const chunks = wiresOf(wireOf(grounding).groundingChunks);
  const used = new Set<number>();
  const placed = wiresOf(wireOf(grounding).groundingSupports).flatMap((support) => {
    const segment = wireOf(support.segment);
    const quoted = textOf(segment.text);
    const start = charsBefore(text, plainNumber(segment.startIndex ?? 0));
    const end = charsBefore(text, plainNumber(segment.endIndex ?? 0));
    const numbers = Array.isArray(support.groundingChunkIndices) ? support.groundingChunkIndices.map(Number) : [];
    return numbers.flatMap((number) => {
      const source = chunks[number] && sourceOf(chunks[number]);
      if (!source) return [];
      used.add(number);
      return [{ ...source, start, end, ...(quoted === undefined ? {} : { quoted }) }];
    });
  });
  const others = chunks.flatMap((chunk, number) => (used.has(number) ? [] : (sourceOf(chunk) ?? [])));
  return [...placed, ...others];
}

/** Works that the answer quotes, as `citationMetadata` names them; Vertex calls the list otherwise. */
export function quotationsOf(metadata: unknown, text: string): readonly Citation[] {
  const { citationSources, citations } = wireOf(metadata);
  return wiresOf(citationSources ?? citations).flatMap(({ uri, title, startIndex, endIndex }) => {
    const url = textOf(uri), name = textOf(title), end = plainNumber(endIndex ?? 0);
    if (url === undefined && name === undefined) return [];
    return [{
      kind: "url" as const, ...(url === undefined ? {} : { url }), ...(name === undefined ? {} : { title: name }),
      ...(end > 0 ? { start: charsBefore(text, plainNumber(startIndex ?? 0)), end: charsBefore(text, end) } : {}),
    }];
  });
}

function sourceOf(chunk: Wire): Citation | undefined {
  const place = chunk.web ?? chunk.maps ?? chunk.retrievedContext ?? chunk.image;
  const { uri, title, text, sourceUri } = wireOf(place);
  const url = textOf(uri) ?? textOf(sourceUri);
  const name = textOf(title);
  if (url === undefined && name === undefined) return undefined;
  const isFile = chunk.retrievedContext !== undefined;
  return {
    kind: isFile ? "file" : "url",
    ...(url === undefined ? {} : { url }),
    ...(name === undefined ? {} : { title: name }),
    ...(isFile && textOf(text) !== undefined ? { quoted: textOf(text)! } : {}),
  };
}

/** Searches to be paid for: newer models are billed per query, older ones per answer that searched. */
export function searchesOf(grounding: unknown, modelVersion: string | undefined): number {
  const queries = wireOf(grounding).webSearchQueries;
  const asked = Array.isArray(queries) ? queries.filter((query) => query !== "").length : 0;
  return /gemini-[3-9]/.test(modelVersion ?? "") ? asked : Math.min(1, asked);
}

/** Citations as the metadata of a grounded answer; undefined where there are none. */
export function encodeGrounding(citations: readonly Citation[], text: string): Wire | undefined {
  if (citations.length === 0) return undefined;
  const chunks: Wire[] = [];
  const numbers = new Map<string, number>();
  const supports: Wire[] = [];
  for (const { kind, url, title, start, end, quoted } of citations) {
    const key = JSON.stringify([kind, url, title]);
    let number = numbers.get(key);
    if (number === undefined) {
      numbers.set(key, (number = chunks.length));
      const place = { ...(url === undefined ? {} : { uri: url }), ...(title === undefined ? {} : { title }) };
      chunks.push(kind === "url" ? { web: place } : { retrievedContext: { ...place, ...(quoted === undefined || end !== undefined ? {} : { text: quoted }) } });
    }
    if (end === undefined) continue;
    supports.push({
      segment: { startIndex: bytesBefore(text, start ?? 0), endIndex: bytesBefore(text, end), ...(quoted === undefined ? {} : { text: quoted }) },
      groundingChunkIndices: [number],
    });
  }
  return { groundingChunks: chunks, ...(supports.length > 0 ? { groundingSupports: supports } : {}) };
}
