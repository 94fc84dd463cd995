import { createHash } from "node:crypto";

const NAME_CHARS_MAX = 64;
const ALLOWED = /^[a-zA-Z_][a-zA-Z0-9_.-]*$/;

/** Gives functions names that the vendor takes, and the client's own back for them. */
export class FunctionNames {
  readonly #original = new Map<string, string>();

  /** The name to send. */
  of(name: string): string {
    if (name.length <= NAME_CHARS_MAX && ALLOWED.test(name)) return name;
    const hash = createHash("sha256").update(name).digest("hex").slice(0, 8);
    const plain = name.replaceAll(/[^a-zA-Z0-9_.-]/g, "_").replace(/^(?![a-zA-Z_])/, "_");
    const sent = `${plain.slice(0, NAME_CHARS_MAX - hash.length - 1)}_${hash}`;
    this.#original.set(sent, name);
    return sent;
  }

  /** Undefined where no name had to be changed. */
  get restore(): ((word: string) => string) | undefined {
    return this.#original.size === 0 ? undefined : (word) => this.#original.get(word) ?? word;
  }
}
