/** What a response's bytes say, in order. Nothing follows `onEnd`. */
export interface ResponseEvents {
  /** Names in lower case; a header that came several times is a list. Interim answers (1xx) are not told. */
  onHead(status: number, headers: ResponseHeaders): void;
  /** At most once for the bytes of one `feed`. */
  onData(chunk: Buffer): void;
  onEnd(): void;
}

export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** The other side speaks no HTTP/1.1 that can be trusted; the connection is of no further use. */
export class MalformedResponse extends Error {
  override readonly name = "MalformedResponse";
  readonly code = "EPROTO";
}

const HEAD_BYTES_MAX = 32 * 1024;
/** Size and extensions of a chunk; nobody uses extensions, but they are allowed. */
const SIZE_LINE_BYTES_MAX = 4 * 1024;
/** Hexadecimal digits of a chunk's size: 8 are 4 GiB. */
const SIZE_DIGITS_MAX = 8;

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Spellings of names that have been checked; a vendor uses few. */
const NAMES_MAX = 500;
/** What must not stand in a value: every parser reads it its own way. */
const isUnsafe = (value: string): boolean => value.includes("\0") || value.includes("\r") || value.includes("\n");

const CR = 0x0d, LF = 0x0a;

/** The names that an origin's heads are made of, checked and written small once. */
export class HeaderNames {
  readonly #known = new Map<string, string>();

  /** @throws MalformedResponse */
  lower(raw: string): string {
    const known = this.#known.get(raw);
    if (known !== undefined) return known;
    if (!NAME.test(raw)) throw new MalformedResponse("A header's name in the response has letters that are not allowed.");
    const lower = raw.toLowerCase();
    if (this.#known.size >= NAMES_MAX) this.#known.clear();
    this.#known.set(raw, lower);
    return lower;
  }
}

type State = "head" | "length" | "size" | "chunk" | "chunk end" | "trailers" | "close" | "over";

/**
 * Reads one HTTP/1.1 response after the other from the bytes of one connection (RFC 9112, for clients of POST and GET).
 * Strict where two readers could disagree about where a message ends; the chunks' frames are taken out in place.
 */
export class ResponseReader {
  readonly #events: ResponseEvents;
  readonly #names: HeaderNames;
  #state: State = "head";
  /** Bytes of an unfinished head or trailer. */
  #pending: Buffer | undefined;
  /** Bytes left of the body, or of the chunk. */
  #left = 0;
  #digits = 0;
  #lineBytes = 0;
  #inExtension = false;
  #sawCr = false;
  #reusable = true;
  #keepMs: number | undefined;
  #fedAny = false;

  /** @param names shared by the connections of an origin */
  constructor(events: ResponseEvents, names = new HeaderNames()) {
    this.#events = events;
    this.#names = names;
  }

  /** Bytes of the response have come. */
  get begun(): boolean {
    return this.#fedAny;
  }
  /** The response is whole, and the connection may serve another request. */
  get reusable(): boolean {
    return this.#state === "over" && this.#reusable;
  }
  /** How long the other side says it keeps an idle connection, in ms. */
  get keepMs(): number | undefined {
    return this.#keepMs;
  }

  /** Makes ready for the connection's next response. */
  reset(): void {
    this.#state = "head";
    this.#pending = undefined;
    this.#reusable = true;
    this.#keepMs = undefined;
    this.#fedAny = false;
  }

  /** @throws MalformedResponse */
  feed(bytes: Buffer): void {
    this.#fedAny = true;
    let at = 0;
    while (at < bytes.length) {
      if (this.#state === "head") at = this.#head(bytes, at);
      else if (this.#state === "length") at = this.#length(bytes, at);
      else if (this.#state === "close") {
        this.#events.onData(at === 0 ? bytes : bytes.subarray(at));
        return;
      } else if (this.#state === "over") {
        this.#reusable = false; // nobody asked for these
        return;
      } else at = this.#chunks(bytes, at);
    }
  }

  /** The other side has ended the connection. @throws MalformedResponse in the middle of a response */
  eof(): void {
    if (this.#state === "over") return;
    if (this.#state !== "close") throw new MalformedResponse("The connection ended before the response did.");
    this.#reusable = false;
    this.#finish();
  }

  #head(bytes: Buffer, at: number): number {
    const joined = this.#pending ? Buffer.concat([this.#pending, at === 0 ? bytes : bytes.subarray(at)]) : bytes;
    const from = this.#pending ? 0 : at;
    const before = this.#pending?.length ?? 0;
    const end = joined.indexOf("\r\n\r\n", Math.max(from, before - 3), "latin1");
    if (end < 0) {
      if (joined.length - from > HEAD_BYTES_MAX) throw new MalformedResponse("The response's head is too large.");
      this.#pending = from === 0 ? joined : joined.subarray(from);
      return bytes.length;
    }
    if (end - from > HEAD_BYTES_MAX) throw new MalformedResponse("The response's head is too large.");
    this.#pending = undefined;
    this.#readHead(joined.toString("latin1", from, end));
    return before > 0 ? at + (end + 4 - before) : end + 4;
  }

  #readHead(text: string): void {
    const lineEnd = text.indexOf("\r\n");
    const line = lineEnd < 0 ? text : text.slice(0, lineEnd);
    const match = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: |$)/.exec(line);
    if (!match) throw new MalformedResponse("The response does not begin as HTTP/1.1 does.");
    const status = Number(match[2]);
    const headers = lineEnd < 0 ? {} : readHeaders(text, lineEnd + 2, this.#names);
    if (status === 101) throw new MalformedResponse("The protocol was changed without being asked to.");
    if (status < 200) return;
    this.#frame(status, headers, match[1] === "1");
  }

  /** Where the message ends (RFC 9112, 6.3). */
  #frame(status: number, headers: Record<string, string | string[]>, persistent: boolean): void {
    const connection = headers["connection"];
    if ((connection !== undefined && connection !== "keep-alive") || !persistent) {
      const said = String(connection ?? "").toLowerCase();
      this.#reusable = persistent ? !/(^|[\s,])close($|[\s,])/.test(said) : /(^|[\s,])keep-alive($|[\s,])/.test(said);
    }
    const seconds = headers["keep-alive"] === undefined ? undefined : /timeout=(\d{1,6})/.exec(String(headers["keep-alive"]))?.[1];
    if (seconds !== undefined) this.#keepMs = Number(seconds) * 1_000;

    const coding = headers["transfer-encoding"], length = headers["content-length"];
    let next: State = "close";
    if (status === 204 || status === 304) next = "over";
    else if (coding !== undefined) {
      if (String(coding).trim().toLowerCase() !== "chunked") throw new MalformedResponse("The response has a transfer coding that was not asked for.");
      if (length !== undefined) this.#reusable = false; // one of the two lies
      next = "size";
      this.#beginSize();
    } else if (length !== undefined) {
      const values = typeof length === "string" ? [length] : length;
      if (!/^\d{1,15}$/.test(values[0]!) || values.some((value) => value !== values[0])) throw new MalformedResponse("The response's length is not one number.");
      this.#left = Number(values[0]);
      next = this.#left === 0 ? "over" : "length";
    } else this.#reusable = false;

    this.#state = next;
    this.#events.onHead(status, headers);
    if (next === "over") this.#events.onEnd();
  }

  #length(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#left);
    this.#left -= end - at;
    const whole = this.#left === 0;
    this.#events.onData(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end));
    if (whole) this.#finish();
    return end;
  }

  #finish(): void {
    this.#state = "over";
    this.#events.onEnd();
  }

  #beginSize(): void {
    this.#state = "size";
    this.#left = 0;
    this.#digits = 0;
    this.#lineBytes = 0;
    this.#inExtension = false;
  }

  /** Moves what the chunks hold together, so that one piece goes on for all of them. */
  #chunks(bytes: Buffer, from: number): number {
    let at = from;
    let dataFrom = -1, dataEnd = -1;
    while (at < bytes.length && this.#state !== "over") {
      if (this.#state === "chunk") {
        const end = Math.min(bytes.length, at + this.#left);
        if (dataFrom < 0) {
          dataFrom = at;
          dataEnd = end;
        } else {
          bytes.copyWithin(dataEnd, at, end);
          dataEnd += end - at;
        }
        this.#left -= end - at;
        if (this.#left === 0) this.#state = "chunk end";
        at = end;
      } else if (this.#state === "trailers") at = this.#trailers(bytes, at);
      else this.#frameByte(bytes[at++]!);
    }
    if (dataFrom >= 0) this.#events.onData(dataFrom === 0 && dataEnd === bytes.length ? bytes : bytes.subarray(dataFrom, dataEnd));
    if (this.#state === "over") this.#events.onEnd();
    return at;
  }

  /** One byte of what stands between the data of two chunks. */
  #frameByte(byte: number): void {
    this.#lineBytes += 1;
    if (this.#state === "chunk end") {
      if (byte !== (this.#lineBytes === 1 ? CR : LF)) throw new MalformedResponse("A chunk of the response does not end where it said.");
      if (this.#lineBytes === 2) this.#beginSize();
      return;
    }
    if (this.#lineBytes > SIZE_LINE_BYTES_MAX) throw new MalformedResponse("A chunk's size takes too many bytes.");
    if (byte === LF && this.#sawCr) {
      if (this.#digits === 0) throw new MalformedResponse("A chunk of the response has no size.");
      this.#sawCr = false;
      this.#lineBytes = 0;
      this.#state = this.#left === 0 ? "trailers" : "chunk";
      return;
    }
    if (this.#sawCr || byte === LF) throw new MalformedResponse("A chunk's size is not followed by a line's end.");
    if (byte === CR) this.#sawCr = true;
    else if (!this.#inExtension) {
      const digit = hexDigit(byte);
      if (digit >= 0) {
        if (++this.#digits > SIZE_DIGITS_MAX) throw new MalformedResponse("A chunk of the response is too large.");
        this.#left = this.#left * 16 + digit;
      } else if (this.#digits > 0 && (byte === 0x3b || byte === 0x20 || byte === 0x09)) this.#inExtension = true;
      else throw new MalformedResponse("A chunk's size is no number.");
    }
  }

  /** Read over: nothing of them matters to us. */
  #trailers(bytes: Buffer, at: number): number {
    const rest = at === 0 ? bytes : bytes.subarray(at);
    const joined = this.#pending ? Buffer.concat([this.#pending, rest]) : rest;
    const before = this.#pending?.length ?? 0;
    const end = joined[0] === CR && joined[1] === LF ? -2 : joined.indexOf("\r\n\r\n", 0, "latin1");
    if (end === -1) {
      if (joined.length > HEAD_BYTES_MAX) throw new MalformedResponse("The response's trailers are too large.");
      this.#pending = joined;
      return bytes.length;
    }
    this.#pending = undefined;
    this.#state = "over";
    return at + (end + 4 - before);
  }
}

function readHeaders(text: string, from: number, names: HeaderNames): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (let at = from; at < text.length;) {
    const lineEnd = text.indexOf("\r\n", at);
    const end = lineEnd < 0 ? text.length : lineEnd;
    const colon = text.indexOf(":", at);
    if (colon <= at || colon > end) throw new MalformedResponse("A header of the response has no name.");
    const lower = names.lower(text.slice(at, colon));
    const value = text.slice(colon + 1, end).trim();
    if (isUnsafe(value)) throw new MalformedResponse("A header's value in the response has letters that are not allowed.");
    const known = Object.hasOwn(headers, lower) ? headers[lower] : undefined;
    headers[lower] = known === undefined ? value : typeof known === "string" ? [known, value] : [...known, value];
    at = end + 2;
  }
  return headers;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
