/** One thing that the palette leads to. */
export type PaletteItem = Readonly<{
  id: string;
  label: string;
  /** At the right end: an e-mail address, a state, a key. */
  hint?: string;
  href?: string;
  onSelect?: () => void;
  /** Other words for it, also of the other language. */
  keywords?: readonly string[];
}>;
export type PaletteGroup = Readonly<{ label: string; items: readonly PaletteItem[] }>;

const plain = (text: string): string => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");

/** 3 the label begins so, 2 a word of it does, 1 it holds all the words asked for, in its label or its other names; 0 it does not. */
function rank({ label, keywords = [] }: PaletteItem, asked: string): number {
  const name = plain(label);
  if (name.startsWith(asked)) return 3;
  if (name.split(/[\s/&,-]+/).some((word) => word.startsWith(asked))) return 2;
  const all = [name, ...keywords.map(plain)].join("\n");
  return asked.split(/\s+/).every((word) => all.includes(word)) ? 1 : 0;
}

/** The known pages and actions that fit what was typed, the best first in each group; all of them while nothing is. */
export function matchGroups(groups: readonly PaletteGroup[], text: string): PaletteGroup[] {
  const asked = plain(text.trim());
  if (asked === "") return groups.filter(({ items }) => items.length > 0);
  return groups.flatMap(({ label, items }) => {
    const fitting = items.map((item) => ({ item, fit: rank(item, asked) })).filter(({ fit }) => fit > 0).sort((a, b) => b.fit - a.fit);
    return fitting.length === 0 ? [] : [{ label, items: fitting.map(({ item }) => item) }];
  });
}

/** Groups of the server below the known ones; an item that stands twice is shown once. */
export function mergeGroups(known: readonly PaletteGroup[], found: readonly PaletteGroup[]): PaletteGroup[] {
  const seen = new Set<string>();
  return [...known, ...found].flatMap(({ label, items }) => {
    const fresh = items.filter(({ id }) => !seen.has(id) && seen.add(id));
    return fresh.length === 0 ? [] : [{ label, items: fresh }];
  });
}
