export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonPath = readonly (string | number)[];

/** What stands in logs and audit entries in the place of a secret. */
export const REDACTED = "[redacted]";

const PLAIN_KEY = /^[A-Za-z_$][\w$]*$/;

/** A path as one writes it in code: `choices[0].message["odd key"]`. */
export function pathText(path: JsonPath): string {
  return path.map((step, at) => (typeof step === "number" ? `[${step}]` : PLAIN_KEY.test(step) ? `${at === 0 ? "" : "."}${step}` : `[${JSON.stringify(step)}]`)).join("");
}

export const isBranch = (value: Json): value is readonly Json[] | { readonly [key: string]: Json } => typeof value === "object" && value !== null;

/** What lies directly inside a branch. */
export const entriesOf = (value: Json): readonly (readonly [string | number, Json])[] =>
  Array.isArray(value) ? (value as readonly Json[]).map((item, i) => [i, item] as const) : isBranch(value) ? Object.entries(value) : [];

/** A leaf as JSON has it. */
export const leafText = (value: Json): string => JSON.stringify(value);

/**
 * Where a text occurs in names or values, without regard to case.
 *
 * @returns `hits` the paths of the leaves and branches named so, `open` the branches on the way to them
 */
export function findInJson(root: Json, text: string): { hits: ReadonlySet<string>; open: ReadonlySet<string> } {
  const asked = text.trim().toLowerCase();
  const hits = new Set<string>();
  const open = new Set<string>();
  if (asked === "") return { hits, open };
  const visit = (value: Json, path: JsonPath): boolean => {
    const name = path.at(-1);
    const own = (typeof name === "string" && name.toLowerCase().includes(asked)) || (!isBranch(value) && leafText(value).toLowerCase().includes(asked));
    if (own) hits.add(pathText(path));
    const below = entriesOf(value).map(([step, child]) => visit(child, [...path, step])).some(Boolean);
    if (below) open.add(pathText(path));
    return own || below;
  };
  visit(root, []);
  return { hits, open };
}

/** All branches down to a depth: what is open at first. */
export function branchesTo(root: Json, depth: number): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (value: Json, path: JsonPath): void => {
    if (!isBranch(value) || path.length >= depth) return;
    found.add(pathText(path));
    for (const [step, child] of entriesOf(value)) visit(child, [...path, step]);
  };
  visit(root, []);
  return found;
}

/** Any value as JSON: bigints and dates as text, functions and undefined left out. */
export function toJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? inner.toString() : inner)) ?? "null") as Json;
}

export type Change = Readonly<{ path: string; /** Undefined = was not there. */ before?: string; /** Undefined = is gone. */ after?: string }>;

/** What differs between two values, leaf by leaf, in the order of the older one; texts bare, everything else as JSON. */
export function diffValues(before: unknown, after: unknown): { changes: Change[]; same: number } {
  const changes: Change[] = [];
  let same = 0;
  const show = (value: Json | undefined): string | undefined => (value === undefined ? undefined : typeof value === "string" ? value : JSON.stringify(value));
  const visit = (old: Json | undefined, now: Json | undefined, path: JsonPath): void => {
    const deeper = [old, now].every((value) => value === undefined || isBranch(value)) && (old === undefined || now === undefined || Array.isArray(old) === Array.isArray(now));
    const keys = deeper ? [...new Set([...entriesOf(old ?? null), ...entriesOf(now ?? null)].map(([key]) => key))] : [];
    if (keys.length > 0) {
      for (const key of keys) visit(childOf(old, key), childOf(now, key), [...path, key]);
      return;
    }
    const [first, second] = [show(old), show(now)];
    if (first === second && JSON.stringify(old) === JSON.stringify(now)) same += first === undefined ? 0 : 1;
    else changes.push({ path: pathText(path), ...(first !== undefined && { before: first }), ...(second !== undefined && { after: second }) });
  };
  visit(before === undefined ? undefined : toJson(before), after === undefined ? undefined : toJson(after), []);
  return { changes, same };
}

const childOf = (value: Json | undefined, key: string | number): Json | undefined => {
  if (value === undefined || !isBranch(value)) return undefined;
  return Object.hasOwn(value, key) ? (value as { readonly [key: string]: Json })[key] : undefined;
};
