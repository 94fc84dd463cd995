/** As much as one read of a socket brings: there is more to come, and who reads it may want it to stop. */
const READ_BYTES = 64 * 1024;

/** What one connection has brought in this turn of the event loop, until the turn's phase for it; much is read at once. */
export class Arrivals {
  readonly #when: (read: () => void) => void;
  readonly #take: (bytes: Buffer) => void;
  #chunks: Buffer[] = [];
  #bytes = 0;

  /** @param when puts reading off to its phase */
  constructor(when: (read: () => void) => void, take: (bytes: Buffer) => void) {
    this.#when = when;
    this.#take = take;
  }

  get isEmpty(): boolean {
    return this.#chunks.length === 0;
  }

  readonly add = (bytes: Buffer): void => {
    this.#chunks.push(bytes);
    this.#bytes += bytes.length;
    if (this.#bytes >= READ_BYTES) this.read();
    else if (this.#chunks.length === 1) this.#when(this.read);
  };

  readonly read = (): void => {
    if (this.isEmpty) return;
    const chunks = this.#chunks;
    this.drop();
    this.#take(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
  };

  drop(): void {
    this.#chunks = [];
    this.#bytes = 0;
  }
}
