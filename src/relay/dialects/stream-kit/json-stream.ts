import { isUtf8 } from "node:buffer";
import { eventValues, objectsOf } from "#relay/dialects/stream-kit/event-values.ts";
import { parseWire, type Wire } from "#relay/dialects/stream-kit/wire.ts";
import { RelayError } from "#relay/errors.ts";
import { eventData, SSE_EVENT_BYTES_MAX, SseSplitter } from "#relay/http/sse.ts";

const LETTERS = /[^\s\ufeff]/;
const LF = 10;

const bad = (message: string): RelayError => new RelayError("bad_upstream_response", message);

/** Cuts a vendor's bytes into the objects that they carry. */
export interface JsonStream {
  /** @throws RelayError bad_upstream_response */
  push(chunk: Buffer): readonly Wire[];
  /** The connection ended: an object without its end counts if it is whole. */
  end(): readonly Wire[];
}

/** Server-sent events whose data are JSON objects. A whole object in place of the events is taken as well. */
export class SseJsonStream implements JsonStream {
  readonly #splitter = new SseSplitter();
  readonly #body = new BodyReader();
  #framing: "unknown" | "events" | "body" = "unknown";

  push(chunk: Buffer): readonly Wire[] {
    if (this.#framing === "events") return this.#splitter.push(chunk) ? this.#objects(false) : [];
    this.#body.push(chunk);
    if (this.#framing === "unknown") this.#framing = framingOf(this.#body.beginning());
    if (this.#framing !== "events") return [];
    return this.#splitter.push(this.#body.take()) ? this.#objects(false) : [];
  }

  end(): readonly Wire[] {
    if (this.#framing === "events") return this.#splitter.flush() ? this.#objects(true) : [];
    const body = this.#body.take();
    if (this.#framing === "unknown") return [];
    const whole = isUtf8(body) ? parseWire(body.toString("utf8").replace(/^\ufeff/, "")) : undefined;
    if (whole === undefined) throw bad("The upstream's reply is not JSON.");
    return [whole];
  }

  #objects(cut: boolean): readonly Wire[] {
    const { buffer, ends } = this.#splitter;
    const out: Wire[] = [];
    let start = 0;
    for (const end of ends) {
      const data = eventData(buffer, start, end);
      start = end;
      if (data === undefined || data.length === 0) continue;
      const values = eventValues(data);
      if (!values && !cut) throw bad("The upstream sent an event that is not JSON.");
      if (values) for (const wire of objectsOf<Wire>(values)) out.push(wire);
    }
    return out;
  }
}

/** One JSON object a line. */
export class NdjsonStream implements JsonStream {
  readonly #rest = new BodyReader();

  push(chunk: Buffer): readonly Wire[] {
    const out: Wire[] = [];
    let from = 0;
    for (let lf = chunk.indexOf(LF); lf >= 0; lf = chunk.indexOf(LF, from)) {
      this.#rest.push(chunk.subarray(from, lf));
      this.#line(out);
      from = lf + 1;
    }
    if (from < chunk.length) this.#rest.push(chunk.subarray(from));
    return out;
  }

  end(): readonly Wire[] {
    const out: Wire[] = [];
    this.#line(out, true);
    return out;
  }

  #line(out: Wire[], cut = false): void {
    const text = this.#rest.take().toString("utf8").replace(/^\ufeff/, "").trim();
    if (text === "") return;
    const wire = parseWire(text);
    if (wire) out.push(wire);
    else if (!cut) throw bad("The upstream sent a line that is not JSON.");
  }
}

/** Bytes that wait for the rest of what they belong to; joined once. */
class BodyReader {
  #parts: Buffer[] = [];
  #bytes = 0;

  push(part: Buffer): void {
    this.#parts.push(part);
    this.#bytes += part.length;
    if (this.#bytes > 2 * SSE_EVENT_BYTES_MAX) throw bad("The upstream's reply is too large.");
  }

  beginning(): string {
    return Buffer.concat(this.#parts, this.#bytes).toString("utf8", 0, 1024);
  }

  take(): Buffer {
    const all = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts, this.#bytes);
    this.#parts = [];
    this.#bytes = 0;
    return all;
  }
}

function framingOf(beginning: string): "unknown" | "events" | "body" {
  const first = LETTERS.exec(beginning)?.[0];
  if (first === undefined) return "unknown";
  if (first === "<") throw bad("The upstream answered with a page.");
  return first === "{" || first === "[" ? "body" : "events";
}
