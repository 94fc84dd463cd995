import { isAlias, isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from "yaml";

const NODES_MAX = 200_000; // a few anchors can otherwise stand for billions of values

export type FileError = Readonly<{ line: number; message: string }>;
export type Path = readonly PropertyKey[];

/** A YAML file as plain data, with the line of every value. */
export type YamlSource = Readonly<{
  value: unknown;
  errors: readonly FileError[];
  /** Line of the value at a path, or of the nearest value above it that exists. */
  lineOf(path: Path): number;
  /** Line of a member's name. */
  lineOfKey(path: Path, key: string): number;
}>;

/**
 * Reads YAML 1.2 (and so JSON). Decimals come as their text (`0.15`, not a binary fraction), so that no digit of
 * a price is lost; but for those that become JSON of a request.
 */
export function readYaml(text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const lineAt = (offset: number | undefined): number => (offset === undefined ? 1 : Math.max(1, lines.linePos(offset).line));
  const errors = document.errors.map(({ message, pos }) => ({ line: lineAt(pos[0]), message: message.split("\n")[0]!.replace(/ at line.*$/, "") }));
  let value: unknown;
  if (errors.length === 0) {
    try {
      value = toPlain(document, document.contents, { count: 0 }, { depth: 0, text: true });
    } catch (error) {
      errors.push({ line: 1, message: error instanceof Error ? error.message : String(error) });
    }
  }
  return {
    value,
    errors,
    lineOf: (path) => lineAt(nodeAt(document, path)?.range?.[0]),
    lineOfKey: (path, key) => {
      const parent = nodeAt(document, path);
      const pair = isMap(parent) ? parent.items.find((item) => isScalar(item.key) && String(item.key.value) === key) : undefined;
      const node = pair && isNode(pair.key) ? pair.key : parent;
      return lineAt(node?.range?.[0]);
    },
  };
}

/** Members of an entry (a channel, a model) whose numbers are a request's. */
const OF_REQUESTS: ReadonlySet<string> = new Set(["settings", "preset"]);
const ENTRY_DEPTH = 2;

type Place = Readonly<{ depth: number; /** Decimals come as text. */ text: boolean }>;

function toPlain(document: Document, node: unknown, budget: { count: number }, place: Place): unknown {
  if (++budget.count > NODES_MAX) throw new Error("the file holds too many values");
  if (isAlias(node)) return toPlain(document, node.resolve(document), budget, place);
  if (isSeq(node)) return node.items.map((item) => toPlain(document, item, budget, { ...place, depth: place.depth + 1 }));
  if (isMap(node)) {
    const entries = node.items.filter(isPair).map(({ key, value }) => {
      const name = nameOf(key), text = place.text && !(place.depth === ENTRY_DEPTH && OF_REQUESTS.has(name));
      return [name, toPlain(document, value, budget, { depth: place.depth + 1, text })] as const;
    });
    return Object.fromEntries(entries);
  }
  if (!isScalar(node)) return null;
  const { value, source } = node;
  if (typeof value === "bigint") return value.toString();
  return place.text && typeof value === "number" && source !== undefined && /^-?\d+\.\d+$/.test(source) ? source : value;
}

/** `4.5: …` names the member "4.5", as written. */
const nameOf = (key: unknown): string => (isScalar(key) ? (key.source ?? String(key.value)) : String(key));

/** The node at a path; where the path leaves the file, the last node that is there. */
function nodeAt(document: Document, path: Path): Node | undefined {
  let node: Node | null | undefined = document.contents as Node | null;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    let next: unknown;
    if (isSeq(node)) next = node.items[Number(step)];
    else if (isMap(node)) next = node.items.find((item) => nameOf(item.key) === String(step))?.value;
    if (!isNode(next)) return node ?? undefined;
    node = next;
  }
  return node ?? undefined;
}
