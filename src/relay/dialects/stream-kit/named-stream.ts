import type { JsonStream } from "#relay/dialects/stream-kit/json-stream.ts";
import { parseWire, type Wire } from "#relay/dialects/stream-kit/wire.ts";
import { RelayError } from "#relay/errors.ts";
import { SseSplitter } from "#relay/http/sse.ts";

const BODY_BYTES_MAX = 32 * 1024 * 1024;

/** Members of an event that is told as an object: its name, and every field of it as text. */
export const EVENT = "event", DATA = "data", META = "meta";

/**
 * Server-sent events that mean something by their names: each becomes an object of its fields. A whole object in place
 * of the events is given as it is. @param raw the space behind a field's colon belongs to its value
 */
export class NamedSseStream implements JsonStream {
  readonly #raw: boolean;
  readonly #splitter = new SseSplitter();
  #framing: "unknown" | "events" | "body" = "unknown";
  #body: Buffer[] = [];
  #bytes = 0;

  constructor({ raw = false }: Readonly<{ raw?: boolean }> = {}) {
    this.#raw = raw;
  }

  push(chunk: Buffer): readonly Wire[] {
    if (this.#framing === "unknown") this.#framing = framingOf(chunk);
    if (this.#framing !== "body") return this.#splitter.push(chunk) ? this.#events() : [];
    this.#body.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes > BODY_BYTES_MAX) throw new RelayError("bad_upstream_response", "The upstream's reply is too large.");
    return [];
  }

  end(): readonly Wire[] {
    if (this.#framing !== "body") return this.#splitter.flush() ? this.#events() : [];
    const whole = parseWire(Buffer.concat(this.#body, this.#bytes).toString("utf8"));
    if (whole === undefined) throw new RelayError("bad_upstream_response", "The upstream's reply is not JSON.");
    return [whole];
  }

  #events(): readonly Wire[] {
    const { buffer, ends } = this.#splitter, out: Wire[] = [];
    let start = 0;
    for (const end of ends) {
      const fields = this.#fields(buffer.toString("utf8", start, end));
      start = end;
      if (fields) out.push(fields);
    }
    return out;
  }

  #fields(block: string): Wire | undefined {
    const fields: Record<string, string> = {};
    let any = false;
    for (const line of block.replace(/^\ufeff/, "").split(/\r\n|\r|\n/)) {
      const colon = line.indexOf(":");
      if (colon <= 0) continue;
      const name = line.slice(0, colon), value = line.slice(colon + 1);
      const told = !this.#raw && value.startsWith(" ") ? value.slice(1) : value;
      fields[name] = name === DATA && fields[name] !== undefined ? `${fields[name]}\n${told}` : told;
      any = true;
    }
    return any ? fields : undefined;
  }
}

function framingOf(chunk: Buffer): "unknown" | "events" | "body" {
  const first = chunk.find((byte) => byte > 32);
  if (first === undefined) return "unknown";
  if (first === 60) throw new RelayError("bad_upstream_response", "The upstream answered with a page.");
  return first === 123 || first === 91 ? "body" : "events";
}
