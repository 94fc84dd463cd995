/** Pieces of a guide, as they stand in the message files. Each has one member, which says what it is. */
export type Block =
  | Readonly<{ p: string }>
  | Readonly<{ h: string }>
  | Readonly<{ list: readonly string[] }>
  | Readonly<{ steps: readonly string[] }>
  | Readonly<{ note: string }>
  /** Settings to copy. */
  | Readonly<{ values: readonly Readonly<{ name: string; value: string }>[] }>
  | Readonly<{ table: Readonly<{ head: readonly string[]; rows: readonly (readonly string[])[] }> }>
  /** Samples of `samples.ts` by name; several are tabs. */
  | Readonly<{ code: string }>
  /** A button that opens a client with everything filled in but the key. */
  | Readonly<{ open: string; text: string }>
  /** What the program itself knows: what the relay answers, its errors, what it may leave out, what this shop does not charge, and what it keeps. */
  | Readonly<{ live: "errors" | "formats" | "losses" | "free" | "memory" }>;

export type GuideText = Readonly<{ title: string; description: string; blocks: readonly Block[] }>;

/** Models for one purpose each; what the shop does not sell is left out. */
export type MediaModels = Readonly<Partial<Record<"image" | "video" | "speech" | "recording" | "moderation" | "ranking", string>>>;

/** What `{name}` in a guide stands for: base (no trailing slash, no /v1), models, shop, key. */
export type GuideContext = Readonly<Record<"base" | "model" | "embedding" | "shop" | "key", string>> & MediaModels;

/** Stands in samples while the shop sells nothing of that kind. */
export const NO_MODEL = "MODEL_ID";

export const fill = (text: string, context: GuideContext): string =>
  text.replace(/\{(base|model|embedding|image|speech|recording|moderation|ranking|video|shop|key)\}/g, (_, name: keyof GuideContext) => context[name] ?? NO_MODEL);

export type Inline = Readonly<{ kind: "text" | "code" | "strong"; text: string }> | Readonly<{ kind: "link"; text: string; href: string }>;

/** `code`, **strong** and [text](address): all that a sentence of a guide needs. */
export function inlineParts(text: string): readonly Inline[] {
  const parts: Inline[] = [];
  let end = 0;
  for (const match of text.matchAll(/`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\(([^)\s]+)\)/g)) {
    if (match.index > end) parts.push({ kind: "text", text: text.slice(end, match.index) });
    const [whole, code, strong, label, href] = match;
    if (code !== undefined) parts.push({ kind: "code", text: code });
    else if (strong !== undefined) parts.push({ kind: "strong", text: strong });
    else parts.push({ kind: "link", text: label!, href: href! });
    end = match.index + whole.length;
  }
  if (end < text.length) parts.push({ kind: "text", text: text.slice(end) });
  return parts;
}

/** An address for its heading. */
export const anchorOf = (index: number): string => `s${index + 1}`;
