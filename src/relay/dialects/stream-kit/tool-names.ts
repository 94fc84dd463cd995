import { createHash } from "node:crypto";

const CHARS_MAX = 64;
const ALLOWED = /^[a-zA-Z_][a-zA-Z0-9_-]*$/;

/** Gives functions names that every vendor takes, and the client's own back for them. */
export class ToolNames {
  readonly #original = new Map<string, string>();

  /** The name to send. */
  of(name: string): string {
    if (name.length <= CHARS_MAX && ALLOWED.test(name)) return name;
    const mark = createHash("sha256").update(name).digest("hex").slice(0, 8);
    const plain = name.replaceAll(/[^a-zA-Z0-9_-]/g, "_").replace(/^(?![a-zA-Z_])/, "_").slice(0, CHARS_MAX - mark.length - 1);
    const sent = `${plain}_${mark}`;
    this.#original.set(sent, name);
    return sent;
  }

  readonly restore = (word: string): string => this.#original.get(word) ?? word;
}
