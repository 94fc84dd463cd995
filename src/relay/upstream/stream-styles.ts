import type { ClientFormat } from "#relay/dialects/wire-format.ts";
import { eventData, SseSplitter } from "#relay/http/sse.ts";
import type { StreamFraming, StreamStyle } from "#relay/upstream/stream-writer.ts";

/** Before its first event Anthropic's SDK expects no other one. */
const ANTHROPIC: StreamStyle = { ping: (begun) => (begun ? 'event: ping\ndata: {"type":"ping"}\n\n' : ": ping\n\n") };
/** Between elements of a JSON array only a blank means nothing. */
const JSON_ARRAY: StreamStyle = { contentType: "application/json; charset=utf-8", ping: () => " ", framing: () => new ArrayFraming() };

/** Sound is written as it comes. */
const RAW: StreamStyle = { contentType: "application/octet-stream", ping: () => undefined, raw: true };

/** How a format's streams are written. @param alt the query's `alt`: without `sse` Gemini's streams are one JSON array; @param events as opposed to bytes of a file */
export function streamStyle(dialect: ClientFormat, alt: string | null, events = true): StreamStyle | undefined {
  if (dialect === "anthropic") return ANTHROPIC;
  if (!events) return RAW;
  return dialect === "gemini" && alt !== "sse" ? JSON_ARRAY : undefined;
}

/** Events become the elements of one JSON array, which is always closed. */
class ArrayFraming implements StreamFraming {
  readonly #splitter = new SseSplitter();
  #count = 0;

  push(chunk: Buffer): Buffer {
    return this.#splitter.push(chunk) ? Buffer.concat(this.#elements()) : EMPTY;
  }

  end(chunk: Buffer | string): Buffer {
    const parts = [this.push(Buffer.from(chunk))];
    if (this.#splitter.flush()) parts.push(...this.#elements());
    parts.push(Buffer.from(this.#count === 0 ? "[]" : "\n]"));
    return Buffer.concat(parts);
  }

  #elements(): Buffer[] {
    const { buffer, ends } = this.#splitter;
    let start = 0;
    return ends.flatMap((end) => {
      const data = eventData(buffer, start, end);
      start = end;
      if (data === undefined) return [];
      return [Buffer.from(this.#count++ === 0 ? "[" : "\n,\r\n"), data];
    });
  }
}

const EMPTY = Buffer.alloc(0);
