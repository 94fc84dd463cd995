import { createHash } from "node:crypto";

const ID = /^[a-zA-Z0-9_-]+$/;
const NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const NAME_CHARS_KEPT = 48;
const HASH_CHARS = 12;

const hash = (word: string): string => createHash("sha256").update(word).digest("hex").slice(0, HASH_CHARS);

/** Words of the client's that this protocol refuses, replaced for the length of one call. */
export class Names {
  private readonly said = new Map<string, string>();
  private readonly reserved: string;

  /** @param reserved a tool's name that means something else here */
  constructor(reserved: string) {
    this.reserved = reserved;
  }

  /** @param id of a tool's call */
  id(id: string): string {
    return ID.test(id) ? id : this.replaced(id, `toolu_${hash(id)}`);
  }

  /** @param name of a tool */
  name(name: string): string {
    if (NAME.test(name) && name !== this.reserved) return name;
    return this.replaced(name, `${name.replaceAll(/[^a-zA-Z0-9_-]/g, "_").slice(0, NAME_CHARS_KEPT)}_${hash(name)}`);
  }

  /** Gives the client's word back; undefined where none was replaced. */
  get restore(): ((word: string) => string) | undefined {
    const { said } = this;
    return said.size === 0 ? undefined : (word) => said.get(word) ?? word;
  }

  private replaced(word: string, by: string): string {
    this.said.set(by, word);
    return by;
  }
}
