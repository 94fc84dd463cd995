/** One entry of a feed; `html` is not used: readers show the text as it is. */
export type FeedEntry = Readonly<{ id: string; title: string; text: string; href: string; at: Date }>;
export type Feed = Readonly<{ id: string; title: string; self: string; home: string; lang: string; author: string; entries: readonly FeedEntry[] }>;

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };

/** Text for XML: markup is escaped, and what XML cannot hold at all is dropped. */
export const xmlText = (text: string): string =>
  text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "").replace(/[&<>"']/g, (character) => ESCAPES[character]!);

/** An Atom feed (RFC 4287). `updated` is the newest entry's time, so an unchanged feed stays the same to the byte. */
export function atomFeed({ id, title, self, home, lang, author, entries }: Feed): string {
  const newest = entries.reduce((latest, { at }) => Math.max(latest, at.getTime()), 0);
  const items = entries.map((entry) => [
    "  <entry>",
    `    <id>${xmlText(entry.id)}</id>`,
    `    <title>${xmlText(entry.title)}</title>`,
    `    <updated>${entry.at.toISOString()}</updated>`,
    `    <link rel="alternate" href="${xmlText(entry.href)}"/>`,
    `    <content type="text">${xmlText(entry.text)}</content>`,
    "  </entry>",
  ].join("\n"));
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${xmlText(lang)}">`,
    `  <id>${xmlText(id)}</id>`,
    `  <title>${xmlText(title)}</title>`,
    `  <updated>${new Date(newest).toISOString()}</updated>`,
    `  <author><name>${xmlText(author)}</name></author>`,
    `  <link rel="self" type="application/atom+xml" href="${xmlText(self)}"/>`,
    `  <link rel="alternate" type="text/html" href="${xmlText(home)}"/>`,
    ...items,
    "</feed>",
    "",
  ].join("\n");
}
