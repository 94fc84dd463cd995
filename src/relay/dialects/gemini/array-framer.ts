import { eventData, SseSplitter } from "#relay/http/sse.ts";

/**
 * Turns a stream of events into the JSON array that a client gets who did not ask for events. Objects pass as soon as
 * they are whole; a comment becomes a blank, so that a silent stream still shows life.
 */
export class ArrayFramer {
  readonly #splitter = new SseSplitter();
  #begun = false;

  push(chunk: Buffer): Buffer {
    return this.#splitter.push(chunk) ? this.#framed() : EMPTY;
  }

  /** What ends the array, with an event that had no blank line behind it. */
  end(): Buffer {
    const last = this.#splitter.flush() ? this.#framed() : EMPTY;
    const close = this.#begun ? "\n]" : "[]";
    this.#begun = true;
    return Buffer.concat([last, Buffer.from(close)]);
  }

  #framed(): Buffer {
    const out: Buffer[] = [];
    let start = 0;
    for (const end of this.#splitter.ends) {
      const data = eventData(this.#splitter.buffer, start, end);
      if (data && data.length > 0) {
        out.push(this.#begun ? SEPARATOR : OPENING, data);
        this.#begun = true;
      } else if (this.#splitter.buffer[start] === COLON) out.push(BLANK);
      start = end;
    }
    return Buffer.concat(out);
  }
}

const EMPTY = Buffer.alloc(0);
const OPENING = Buffer.from("[");
const SEPARATOR = Buffer.from("\n,\r\n");
const BLANK = Buffer.from(" ");
const COLON = 58;
