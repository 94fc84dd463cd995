import Papa from "papaparse";
import { digitsOf, parseRatio, parseUsd, TOKEN_ITEMS, type Items, type Notation } from "#ui/prices/price-math.ts";

/** A model as a pasted line finds it: by its name, in whatever case. */
export type PasteTarget = Readonly<{ id: string; slug: string; prices: Items }>;

export type PasteProblemKind = "unknown_model" | "no_model" | "twice" | "form" | "comma" | "digits" | "no_input" | "no_price" | "no_columns";
/** One thing that is wrong, with the line (from 1) as the spreadsheet counts it. */
export type PasteProblem = Readonly<{ line: number; kind: PasteProblemKind; /** The column's item, where it is one cell. */ item?: string; text: string }>;
export type PasteLine<Target extends PasteTarget> = Readonly<{ line: number; row: Target; /** The buckets that change. */ items: Items }>;

export type PastedTable<Target extends PasteTarget> = Readonly<{
  lines: readonly PasteLine<Target>[];
  /** Lines that say what is in force already. */
  same: number;
  problems: readonly PasteProblem[];
  /** Columns that are no price. */
  ignored: readonly string[];
}>;

/** What spreadsheets call the columns, without blanks, points and case. */
const HEADINGS: Readonly<Record<string, string>> = {
  model: "model", modelid: "model", modelname: "model", name: "model", id: "model", 模型: "model", 模型名称: "model",
  input: "input", in: "input", prompt: "input", inputprice: "input", 输入: "input", 输入价: "input", 输入价格: "input", 提示: "input",
  output: "output", out: "output", completion: "output", outputprice: "output", 输出: "output", 输出价: "output", 输出价格: "output", 补全: "output",
  cached: "cache_read", cachedinput: "cache_read", cacheread: "cache_read", cache: "cache_read", 缓存: "cache_read", 缓存读取: "cache_read", 缓存输入: "cache_read",
  cachewrite: "cache_write_5m", cachewrite5m: "cache_write_5m", cachewrite5min: "cache_write_5m", write5min: "cache_write_5m", 缓存写入: "cache_write_5m",
  cachewrite1h: "cache_write_1h", reasoning: "reasoning", 推理: "reasoning",
};
const PIECES = ["request", "image", "char", "web_search", "audio_in_ms", "audio_out_ms"];
const ITEMS: ReadonlySet<string> = new Set([...TOKEN_ITEMS, ...PIECES]);
/** Without a heading the first columns are these, as in most price lists. */
const PLAIN = ["model", "input", "output"] as const;
const EMPTY = new Set(["", "-", "—", "–", "n/a", "null"]);
const GROUPED = /^\$?\d{1,3}(,\d{3})+(\.\d*)?$/;

/** Reads a table that was copied from a spreadsheet or a CSV file: a model on each line, prices in the notation that is chosen. An empty cell leaves its price as it is. */
export function readPastedTable<Target extends PasteTarget>(text: string, targets: readonly Target[], notation: Notation): PastedTable<Target> {
  const rows = cellsOf(text);
  const first = rows.findIndex((cells) => cells.some((cell) => cell !== ""));
  if (first < 0) return { lines: [], same: 0, problems: [], ignored: [] };
  const headings = rows[first]!.map(itemOfHeading);
  const headed = headings.includes("model");
  const width = Math.max(...rows.map(({ length }) => length));
  if (!headed && width > PLAIN.length) return { lines: [], same: 0, ignored: [], problems: [{ line: first + 1, kind: "no_columns", text: rows[first]!.join("  ") }] };
  const columns: readonly (string | undefined)[] = headed ? headings : PLAIN;
  const ignored = headed ? rows[first]!.filter((cell, at) => cell !== "" && headings[at] === undefined) : [];
  const bySlug = new Map(targets.map((target) => [target.slug.toLowerCase(), target]));
  const found: { lines: PasteLine<Target>[]; same: number; problems: PasteProblem[] } = { lines: [], same: 0, problems: [] };
  const seen = new Set<string>();
  rows.forEach((cells, at) => {
    if (at < first + (headed ? 1 : 0) || cells.every((cell) => cell === "")) return;
    const name = cells[columns.indexOf("model")] ?? "";
    const row = bySlug.get(name.toLowerCase());
    const wrong = (kind: PasteProblemKind, more: object = {}) => found.problems.push({ line: at + 1, kind, text: name, ...more });
    if (name === "") return void wrong("no_model", { text: cells.join("  ").trim() });
    if (!row) return void wrong("unknown_model");
    if (seen.has(row.id)) return void wrong("twice");
    seen.add(row.id);
    const { items, bad } = pricesOf(cells, columns, row.prices, notation);
    for (const one of bad) wrong(one.kind, one);
    if (bad.length > 0) return;
    const changed = Object.fromEntries(Object.entries(items).filter(([item, pico]) => row.prices[item] !== pico));
    if (Object.keys(items).length === 0) wrong("no_price");
    else if (Object.keys(changed).length === 0) found.same += 1;
    else found.lines.push({ line: at + 1, row, items: changed });
  });
  return { ...found, ignored };
}

type BadCell = Readonly<{ kind: PasteProblemKind; item: string; text: string }>;

/** `input` first, as ratios of the others count from it. */
function pricesOf(cells: readonly string[], columns: readonly (string | undefined)[], before: Items, notation: Notation): Readonly<{ items: Items; bad: readonly BadCell[] }> {
  let items: Items = {};
  const bad: BadCell[] = [];
  const order = columns.map((item, at) => ({ item, text: cells[at] ?? "" })).filter(({ item, text }) => item !== undefined && item !== "model" && !EMPTY.has(text.toLowerCase()));
  for (const { item, text } of order.toSorted((a, b) => Number(b.item === "input") - Number(a.item === "input") || Number(b.item === "input_audio") - Number(a.item === "input_audio"))) {
    const read = readCell(text, item!, { ...before, ...items }, notation);
    if ("pico" in read) items = { ...items, [item!]: read.pico };
    else bad.push({ kind: read.problem, item: item!, text });
  }
  return { items, bad };
}

/** One cell as a spreadsheet shows it: `$1,250.00` is read, `0,15` is refused rather than taken for fifteen. */
export function readCell(text: string, item: string, items: Items, notation: Notation): Readonly<{ pico: bigint } | { problem: "form" | "comma" | "digits" | "no_input" }> {
  const bare = text.trim().replace(/^(?:US)?\$\s*/i, "");
  if (bare.includes(",") && !GROUPED.test(bare)) return { problem: "comma" };
  if (notation === "ratio" && (TOKEN_ITEMS as readonly string[]).includes(item)) {
    if (item !== "input" && items.input === undefined) return { problem: "no_input" };
    const read = parseRatio(bare.replaceAll(",", ""), item, items);
    return "pico" in read ? { pico: read.pico } : { problem: "form" };
  }
  const read = parseUsd(bare, digitsOf(item));
  return "pico" in read ? { pico: read.pico } : { problem: read.problem === "digits" ? "digits" : "form" };
}

/** Cells of a copied range or file, without the blanks around them. */
export function cellsOf(text: string): readonly (readonly string[])[] {
  const delimiter = text.includes("\t") ? "\t" : "";
  return Papa.parse<string[]>(text.replace(/^\uFEFF/, ""), { delimiter, delimitersToGuess: [",", ";", "|"], skipEmptyLines: false }).data.map((cells) => cells.map((cell) => cell.trim()));
}

function itemOfHeading(cell: string): string | undefined {
  const plain = cell.toLowerCase().replace(/\(.*\)|（.*）/g, "").replace(/[$/].*$/, "").trim();
  if (ITEMS.has(plain)) return plain;
  return HEADINGS[plain.replace(/[\s._-]+/g, "")];
}
