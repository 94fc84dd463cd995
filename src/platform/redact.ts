const HIDDEN = "[redacted]";

/** Names of fields that hold secrets or content. Numbers and booleans under such names are counts and flags. */
const SECRET_NAME = /authorization|cookie|key|secret|token|password|passphrase|credential/i;
const CONTENT_NAME = /^(messages|input|prompt|contents|content|body|instructions|system)$/i;
/** Ids, versions and names of keys are what an operator looks for; they open nothing. */
const HARMLESS_NAME = /(?:id|ids|name|status|prefix|fingerprint|kind|count)$/i;

/** Deeper than this nothing is logged on purpose. */
const DEPTH_MAX = 6;
const TEXT_MAX = 4_096;

/**
 * What secrets look like, whatever field or message they stand in. Applied to finished lines, so every pattern is
 * linear and stops at quotes.
 */
const SECRET_SHAPES: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[^"]*/g, HIDDEN],
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${HIDDEN}`],
  [/\b(?:sk|mm-admin)-[\w-]{12,}/g, HIDDEN], // ours, OpenAI's, Anthropic's
  [/\b(?:sk|rk|pk)_(?:live|test)_\w{8,}/g, HIDDEN], // Stripe
  [/\bwhsec_[\w+/=-]{8,}/g, HIDDEN],
  [/\bAIza[\w-]{30,}/g, HIDDEN], // Google
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g, HIDDEN], // AWS
  [/\beyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*/g, HIDDEN], // JSON web tokens
  [/\b[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3}\b/g, HIDDEN], // redeem codes
  [/(\w:\/\/)[^\s"/@:]*:[^\s"/@]+@/g, `$1${HIDDEN}@`], // user:password in addresses
  [/([?&](?:api[-_]?key|key|token|access_token|signature|sig)=)[^&\s"#]+/gi, `$1${HIDDEN}`],
];

/** Takes everything that looks like a secret out of a text. */
export function redactText(text: string): string {
  let clean = text;
  for (const [shape, replacement] of SECRET_SHAPES) clean = clean.replace(shape, replacement);
  return clean;
}

/** A copy fit for the log: secret and content fields hidden, errors reduced, everything bounded. */
export const redactFields = (fields: Record<string, unknown>): Record<string, unknown> => clean(fields, 0) as Record<string, unknown>;

function clean(value: unknown, depth: number): unknown {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "string") return value.length > TEXT_MAX ? `${value.slice(0, TEXT_MAX)}…` : value;
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Error) return describeError(value, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (depth >= DEPTH_MAX) return "[deep]";
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => clean(item, depth + 1));
  if (value instanceof Map || value instanceof Set) return `[${value.constructor.name} of ${value.size}]`;
  if ("toJSON" in value && typeof value.toJSON === "function") return clean((value.toJSON as () => unknown)(), depth + 1);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, isHidden(name, item) ? HIDDEN : clean(item, depth + 1)]));
}

function isHidden(name: string, value: unknown): boolean {
  if (value === undefined || value === null || typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") return false;
  return CONTENT_NAME.test(name) || (SECRET_NAME.test(name) && !HARMLESS_NAME.test(name));
}

/**
 * Name, code, our own message and our own stack. Messages of libraries may quote what a customer or a vendor sent
 * (JSON.parse, SQL, validation, fetch), so only errors of our own classes keep theirs.
 */
function describeError(error: Error, depth: number): Record<string, unknown> {
  const { code, table, constraint } = error as { code?: unknown; table?: unknown; constraint?: unknown };
  const own = isOwn(error);
  return {
    type: error.name,
    ...(isPlain(code) ? { code } : {}),
    ...(own ? { message: clean(error.message, depth) } : {}),
    ...(isPlain(table) ? { table } : {}),
    ...(isPlain(constraint) ? { constraint } : {}),
    stack: frames(error.stack),
    ...(error.cause !== undefined && depth < DEPTH_MAX ? { cause: clean(error.cause, depth + 1) } : {}),
  };
}

const isPlain = (value: unknown): value is string | number => (typeof value === "string" && value.length <= 100) || typeof value === "number";

const LIBRARY_NAMES = new Set(["Error", "TypeError", "SyntaxError", "RangeError", "URIError", "AggregateError", "ZodError", "$ZodError", "DOMException"]);

/** Our classes set their own name; libraries' are known by name or by the fields that only they have. */
function isOwn(error: Error): boolean {
  if (LIBRARY_NAMES.has(error.name) || error.name.startsWith("Prisma")) return error.name === "Error" && isSystem(error);
  return !("severity" in error) && error.name.length > 0;
}

/** The system's messages name a call and an address ("connect ECONNREFUSED 127.0.0.1:5432"). */
const isSystem = (error: Error): boolean => "syscall" in error && "errno" in error;

/** The lines of a stack without its first, which repeats the message. */
const frames = (stack = ""): string => stack.split("\n").filter((line) => /^\s+at /.test(line)).slice(0, 12).join("\n");
