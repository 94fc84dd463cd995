import { whenResponsesAreRead } from "#platform/turn.ts";

/** As much as one read of a socket brings: there is more to come, and who reads it may want it to stop. */
const READ_BYTES = 64 * 1024;

/** What a vendor's connection has brought in this turn of the event loop, until the turn's phase for it; much is read at once. */
export class Arrivals {
  readonly #take: (bytes: Buffer) => void;
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(take: (bytes: Buffer) => void) {
    this.#take = take;
  }

  readonly add = (bytes: Buffer): void => {
    this.#chunks.push(bytes);
    this.#bytes += bytes.length;
    if (this.#bytes >= READ_BYTES) this.read();
    else if (this.#chunks.length === 1) whenResponsesAreRead(this.read);
  };

  readonly read = (): void => {
    const chunks = this.#chunks;
    if (chunks.length === 0) return;
    this.#chunks = [];
    this.#bytes = 0;
    this.#take(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
  };
}
