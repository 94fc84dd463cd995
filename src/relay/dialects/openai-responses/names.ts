import { hash } from "node:crypto";

const NAME_CHARS_MAX = 64;
const PLAIN = /^[a-zA-Z0-9_-]{1,64}$/;

/** Names and ids of tools in a form that the vendor takes, and the way back. */
export class ToolNames {
  readonly #clean = new Map<string, string>();
  readonly #original = new Map<string, string>();

  /** Letters, digits, `_` and `-`, at most 64; two names never become one. */
  clean(name: string): string {
    if (PLAIN.test(name)) return name;
    const known = this.#clean.get(name);
    if (known !== undefined) return known;
    const mark = hash("sha256", name, "hex").slice(0, 8);
    const clean = `${name.replace(/[^a-zA-Z0-9_-]/g, "_").slice(0, NAME_CHARS_MAX - mark.length - 1)}_${mark}`;
    this.#clean.set(name, clean);
    this.#original.set(clean, name);
    return clean;
  }

  get restore(): ((word: string) => string) | undefined {
    return this.#original.size === 0 ? undefined : (word) => this.#original.get(word) ?? word;
  }
}

/** Ids may hold any sign but are cut at 64; both the call and its result are shortened alike. */
export const shortCallId = (id: string): string => (id.length <= NAME_CHARS_MAX ? id : `call_${hash("sha256", id, "hex").slice(0, 48)}`);
