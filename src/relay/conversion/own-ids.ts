import type { Dialect, DialectId, PassStream, ReplyFacts } from "#relay/dialects/dialect.ts";

/** How ids of replies begin in each dialect whose replies have one of their own. Those of Responses name what is kept. */
const PREFIX: Readonly<Partial<Record<DialectId, string>>> = { "openai-chat": "chatcmpl-", "openai-completions": "cmpl-", anthropic: "msg_", gemini: "" };

const FINGERPRINT = /("system_fingerprint"\s*:\s*)"[^"\\]*"/g;
/** Some vendors give each event an id of its own. */
const EVENT_ID = /^(data: ?\{\s*"id"\s*:\s*)"[^"\\]*"/gm;

type Reader = Pick<Dialect, "passStream" | "passBody">;

/** The same reader, whose replies are told under an id of ours and without the vendor's fingerprint. */
export function withOwnIds(reader: Reader, dialect: DialectId, requestId: string): Reader {
  const prefix = PREFIX[dialect];
  if (prefix === undefined) return reader;
  const own = `${prefix}${requestId}`;
  return {
    passBody(given, options, contentType) {
      const { facts, body } = reader.passBody(given, options, contentType);
      return { facts, body: createMask(own)(facts, body) };
    },
    passStream(options) {
      const stream = reader.passStream(options), mask = createMask(own);
      const all = (slices: readonly Buffer[]): readonly Buffer[] => slices.map((slice) => mask(stream.facts, slice));
      const masked: PassStream = {
        facts: stream.facts,
        push: (chunk) => all(stream.push(chunk)),
        end: () => all(stream.end()),
        tail: () => mask(stream.facts, stream.tail()),
        ...(stream.headed && { headed: (contentType: string | undefined) => stream.headed!(contentType) }),
        ...(stream.fail && { fail: (error, id) => stream.fail!(error, id) }),
      };
      return masked;
    },
  };
}

/** Inside a text a quote has a stroke before it, so whole strings are found among the members alone. */
function createMask(own: string): (facts: ReplyFacts, bytes: Buffer) => Buffer {
  let vendors: string | undefined;
  return (facts, bytes) => {
    if (facts.id !== undefined && facts.id !== own) {
      vendors ??= JSON.stringify(facts.id);
      facts.upstreamId = facts.id;
      facts.id = own;
    }
    if (bytes.length === 0) return bytes;
    const told = JSON.stringify(own), text = bytes.toString("utf8");
    const named = vendors === undefined ? text : text.replaceAll(vendors, told);
    const masked = named.replace(EVENT_ID, `$1${told}`).replace(FINGERPRINT, "$1null");
    return masked === text ? bytes : Buffer.from(masked);
  };
}
