/** One upstream key as it was pasted. */
export type PastedKey = Readonly<{ line: number; secret: string }>;
export type PasteProblem = "wrong_form" | "not_an_account" | "not_a_key" | "too_short" | "too_long" | "bad_json" | "twice";
/** What was pasted, taken apart. What is wrong is named by its line; `hint` shows enough to find it, never the key. */
export type Pasted = Readonly<{
  keys: readonly PastedKey[];
  problems: readonly Readonly<{ line: number; problem: PasteProblem; hint: string }>[];
}>;

const KEY_CHARS = { least: 8, most: 20_000 } as const;
export const PASTED_KEYS_MAX = 2_000;
/** Members that vendors' consoles and other gateways keep a key under. */
const MEMBERS = ["key", "api_key", "apiKey", "apikey", "secret", "token", "value"];

/**
 * Takes pasted keys apart: one a line, several with commas or blanks between, JSON lists of texts or objects, or a
 * service account's file, which is one key as a whole. A key that stands twice counts once.
 */
export function parsePastedKeys(text: string): Pasted {
  const keys: PastedKey[] = [];
  const problems: { line: number; problem: PasteProblem; hint: string }[] = [];
  const seen = new Set<string>();
  for (const { line, secret, file, problem } of pieces(text)) {
    const wrong = problem ?? problemOf(secret, file ?? false) ?? (seen.has(secret) ? "twice" : undefined);
    if (wrong) problems.push({ line, problem: wrong, hint: hintOf(secret) });
    else {
      seen.add(secret);
      keys.push({ line, secret });
    }
  }
  return { keys, problems };
}

type Piece = Readonly<{ line: number; secret: string; /** A whole file, which may hold what a key may not. */ file?: true; problem?: PasteProblem }>;

function pieces(text: string): readonly Piece[] {
  const trimmed = text.trim();
  if (trimmed.startsWith("[") || trimmed.startsWith("{")) return fromJson(text);
  return text.split(/\r\n|\r|\n/).flatMap((content, index) =>
    content.split(/[,;\s]+/).map((part) => part.replace(/^["'`]+|["'`]+$/g, "")).filter((part) => part !== "").map((secret) => ({ line: index + 1, secret })));
}

function fromJson(text: string): readonly Piece[] {
  const first = text.search(/\S/);
  const startLine = text.slice(0, first).split("\n").length;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const objects = text.split("\n").flatMap((content, index) => (content.trim() === "" ? [] : [{ content, line: index + 1 }]));
    // one object a line is no JSON as a whole
    const parsed = objects.map(({ content, line }) => ({ line, value: tryJson(content) }));
    return parsed.every((piece) => piece.value !== undefined)
      ? parsed.flatMap((piece) => ofValue(piece.value, () => piece.line))
      : [{ line: startLine, secret: text.trim(), problem: "bad_json" }];
  }
  return ofValue(value, (secret) => {
    const at = text.indexOf(JSON.stringify(secret));
    return at < 0 ? startLine : text.slice(0, at).split("\n").length;
  });
}

function ofValue(value: unknown, lineOf: (secret: string) => number): readonly Piece[] {
  if (typeof value === "string") return [{ line: lineOf(value), secret: value.trim() }];
  if (Array.isArray(value)) return value.flatMap((entry) => ofValue(entry, lineOf));
  if (typeof value !== "object" || value === null) return [{ line: lineOf(""), secret: String(value), problem: "not_a_key" }];
  const object = value as Readonly<Record<string, unknown>>;
  if ("private_key" in object) return [{ line: lineOf(String(object.private_key)), secret: JSON.stringify(object), file: true }];
  const member = MEMBERS.map((name) => object[name]).find((entry) => typeof entry === "string");
  if (member !== undefined) return ofValue(member, lineOf);
  if (Array.isArray(object.keys)) return ofValue(object.keys, lineOf);
  return [{ line: lineOf(""), secret: JSON.stringify(object).slice(0, 40), problem: "not_a_key" }];
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function problemOf(secret: string, file: boolean): PasteProblem | undefined {
  if (secret.length < KEY_CHARS.least) return "too_short";
  if (secret.length > KEY_CHARS.most) return "too_long";
  if (file) return undefined;
  // header values carry printable ASCII; dots of a masked key do not open anything
  return /^[\x21-\x7e]+$/.test(secret) && !/\.{3}|\*{3}|^https?:|[{}<>"'\\]/.test(secret) ? undefined : "not_a_key";
}

const hintOf = (secret: string): string => (secret.length <= 8 ? "…" : `${secret.slice(0, 3)}…${secret.slice(-2)}`);
