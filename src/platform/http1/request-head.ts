/** The head of an ordinary API call. */
export type RequestHead = Readonly<{
  method: "POST";
  /** Path and query, as they came. */
  target: string;
  /** Names in lower case, each once. */
  headers: Readonly<Record<string, string>>;
  /** Name, value, name, value … as they came. */
  rawHeaders: readonly string[];
  /** Bytes of the body. */
  length: number;
  /** Bytes of the head, its empty line included: where the body begins. */
  bytes: number;
  /** As it came, without the empty line; and where in it the length stands, and where in the raw headers. */
  text: string;
  lengthAt: number;
  lengthRaw: number;
  /** One for all heads of a connection that say the same but for the length: what follows from them can be kept under it. */
  same: object;
}>;

const HEAD_BYTES_MAX = 16 * 1024;
const HEADERS_MAX = 100;

const REQUEST_LINE = /^POST (\/[!"$-~]*) HTTP\/1\.1$/;
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const UNSAFE = /[^\t\x20-\x7e\x80-\xff]/;
const LENGTH = /^(?:0|[1-9]\d{0,7})$/;
/** What changes how a message is read, or asks for more than an answer. */
const UNUSUAL = new Set(["transfer-encoding", "content-encoding", "expect", "upgrade", "te", "trailer", "http2-settings", "proxy-connection", "keep-alive"]);
/** Spellings of names that have been checked; clients use few. */
const NAMES_MAX = 2_000;

/**
 * @returns a reader that remembers the names it has seen
 * @param before the connection's last head: clients repeat theirs, but for the body's length
 */
export function createHeadReader(): (bytes: Buffer, before?: RequestHead) => RequestHead | undefined {
  const names = new Map<string, string | undefined>();

  /** In lower case; undefined = no name, or one that needs the general way. */
  const plainName = (raw: string): string | undefined => {
    if (names.has(raw)) return names.get(raw);
    const lower = NAME.test(raw) ? raw.toLowerCase() : undefined;
    const plain = lower === undefined || UNUSUAL.has(lower) ? undefined : lower;
    if (names.size >= NAMES_MAX) names.clear();
    names.set(raw, plain);
    return plain;
  };

  return (bytes, before) => {
    const end = bytes.indexOf("\r\n\r\n", 0, "latin1");
    if (end < 0 || end > HEAD_BYTES_MAX) return undefined;
    const text = bytes.toString("latin1", 0, end);
    const again = before && repeated(text, before);
    if (again) return again;
    const lineEnd = text.indexOf("\r\n");
    if (lineEnd < 0) return undefined;
    const target = REQUEST_LINE.exec(text.slice(0, lineEnd))?.[1];
    if (target === undefined) return undefined;

    const headers: Record<string, string> = {};
    const rawHeaders: string[] = [];
    let lengthAt = 0, lengthRaw = 0;
    for (let at = lineEnd + 2; at < text.length;) {
      const next = text.indexOf("\r\n", at);
      const stop = next < 0 ? text.length : next;
      const colon = text.indexOf(":", at);
      if (colon < 0 || colon >= stop) return undefined;
      const raw = text.slice(at, colon);
      const name = plainName(raw);
      const value = text.slice(colon + 1, stop).trim();
      if (name === undefined || UNSAFE.test(value) || Object.hasOwn(headers, name)) return undefined;
      if (name === "content-length") {
        lengthAt = text.indexOf(value, colon + 1);
        lengthRaw = rawHeaders.length + 1;
      }
      headers[name] = value;
      rawHeaders.push(raw, value);
      at = stop + 2;
    }
    const length = headers["content-length"], connection = headers["connection"];
    if (headers["host"] === undefined || length === undefined || !LENGTH.test(length) || rawHeaders.length > 2 * HEADERS_MAX) return undefined;
    if (connection !== undefined && connection.toLowerCase() !== "keep-alive") return undefined;
    return { method: "POST", target, headers, rawHeaders, length: Number(length), bytes: end + 4, text, lengthAt, lengthRaw, same: {} };
  };
}

/** The same head with this text's length, when nothing else is another. */
function repeated(text: string, before: RequestHead): RequestHead | undefined {
  if (text === before.text) return before;
  const { lengthAt, lengthRaw } = before, was = before.text, after = was.length - lengthAt - before.rawHeaders[lengthRaw]!.length;
  const stop = text.length - after;
  if (stop <= lengthAt || text.slice(0, lengthAt) !== was.slice(0, lengthAt) || text.slice(stop) !== was.slice(was.length - after)) return undefined;
  const length = text.slice(lengthAt, stop);
  if (!LENGTH.test(length)) return undefined;
  return { ...before, headers: { ...before.headers, "content-length": length }, rawHeaders: before.rawHeaders.with(lengthRaw, length), length: Number(length), bytes: text.length + 4, text };
}
