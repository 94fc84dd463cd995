import { wiresOf, type Wire } from "#relay/dialects/gemini/wire.ts";

type Branch = Record<string, unknown> | unknown[];

/** An index beyond this is no argument's: a list of it would only take memory. */
const INDEX_MAX = 10_000;

/** The arguments of a call that come value by value, each with the path of its place. */
export class PartialArgs {
  readonly #root: Record<string, unknown> = {};

  /** Puts one piece's values in. Text goes on where it was left. */
  take(pieces: unknown): void {
    for (const piece of wiresOf(pieces)) {
      const steps = typeof piece.jsonPath === "string" ? stepsOf(piece.jsonPath) : [];
      if (steps.length > 0) this.#put(steps, piece);
    }
  }

  /** Members that came at once. */
  add(args: Wire): void {
    for (const [key, value] of Object.entries(args)) put(this.#root, key, value);
  }

  get text(): string {
    return JSON.stringify(this.#root);
  }

  #put(steps: readonly (string | number)[], piece: Wire): void {
    let at: Branch = this.#root;
    for (const [depth, step] of steps.slice(0, -1).entries()) {
      const found = get(at, step);
      if (typeof found === "object" && found !== null) at = found as Branch;
      else {
        const made: Branch = typeof steps[depth + 1] === "number" ? [] : {};
        put(at, step, made);
        at = made;
      }
    }
    const last = steps.at(-1)!;
    const before = get(at, last);
    const value = valueOf(piece);
    put(at, last, typeof value === "string" && typeof before === "string" ? before + value : value);
  }
}

const valueOf = (piece: Wire): unknown => piece.stringValue ?? piece.numberValue ?? piece.boolValue ?? null;

const get = (branch: Branch, step: string | number): unknown => (Object.hasOwn(branch, step) ? (branch as Record<string | number, unknown>)[step] : undefined);

/** Defined, not assigned: a name like `__proto__` is a name like others here. */
const put = (branch: Branch, step: string | number, value: unknown): void => {
  Object.defineProperty(branch, step, { value, enumerable: true, configurable: true, writable: true });
};

/** `$.a[0]['b c']` as names and numbers; nothing where it is no such path. */
function stepsOf(path: string): readonly (string | number)[] {
  const steps: (string | number)[] = [];
  let rest = path.replace(/^\$/, "");
  while (rest !== "") {
    const found = /^(?:\.([^.[\]]+)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\])/.exec(rest);
    if (!found) return [];
    const [whole, name, index, single, double] = found;
    if (index !== undefined && Number(index) > INDEX_MAX) return [];
    steps.push(index === undefined ? (name ?? (single ?? double ?? "").replaceAll(/\\(.)/g, "$1")) : Number(index));
    rest = rest.slice(whole.length);
  }
  return steps;
}
