import type { Content, FetchContent } from "#platform/outbound/fetch-content.ts";

/** What customers' addresses lead to, kept for a while. Nobody is given what another has fetched. */
export type ContentSource = (userId: string, address: string) => Promise<Content>;

const FRESH_MS = 5 * 60_000;
const BYTES_MAX = 64 * 1024 * 1024;

type Entry = { content: Promise<Content>; bytes: number; until: number };

/** @param now monotonic milliseconds */
export function createContentCache(fetch: FetchContent, now: () => number): ContentSource {
  /** The one used last stands last. */
  const entries = new Map<string, Entry>();
  let bytes = 0;
  const drop = (key: string, entry: Entry): void => {
    if (entries.get(key) !== entry) return;
    entries.delete(key);
    bytes -= entry.bytes;
  };

  return (userId, address) => {
    const key = `${userId}\0${address}`;
    const known = entries.get(key);
    if (known && known.until > now()) {
      entries.delete(key);
      entries.set(key, known);
      return known.content;
    }
    if (known) drop(key, known);
    const entry: Entry = { content: fetch(address), bytes: 0, until: now() + FRESH_MS };
    entries.set(key, entry);
    // Who asks while it is on its way waits for the same; a refusal is not remembered.
    entry.content.then(({ data }) => {
      if (entries.get(key) !== entry) return;
      entry.bytes = data.length;
      bytes += data.length;
      for (const [oldest, old] of entries) {
        if (bytes <= BYTES_MAX) break;
        drop(oldest, old);
      }
    }, () => drop(key, entry));
    return entry.content;
  };
}
