/** What the upstream name tells the simulator to do, in the manner of a query: `sim?status=429&retry_after=2`. */
export type Script = Readonly<{
  model: string;
  /** HTTP status of an error reply. */
  status?: number;
  retryAfter?: string;
  /** Delay before the head, and between chunks. */
  firstMs: number;
  chunkMs: number;
  /** Length of the reply in tokens of four bytes. */
  tokens?: number;
  cached: number;
  reasoning: number;
  usage: "true" | "none" | "zero" | "negative";
  empty: boolean;
  /** Break the connection, or fall silent, after so many chunks. */
  cutAfter?: number;
  stallAfter?: number;
  /** Fail the first n calls of this name, then answer. */
  failFirst: number;
}>;

const MS_MAX = 600_000;
const TOKENS_MAX = 100_000;

/** Reads the script behind `?`; what it doesn't understand counts as not said. */
export function parseScript(upstreamName: string): Script {
  const at = upstreamName.indexOf("?");
  const said = new URLSearchParams(at < 0 ? "" : upstreamName.slice(at + 1));
  const usage = said.get("usage");
  const status = whole(said.get("status"), 599);
  return {
    model: at < 0 ? upstreamName : upstreamName.slice(0, at),
    ...(status !== undefined && status >= 400 ? { status } : {}),
    ...optional("retryAfter", said.get("retry_after") ?? undefined),
    firstMs: whole(said.get("first_ms"), MS_MAX) ?? 0,
    chunkMs: whole(said.get("chunk_ms"), MS_MAX) ?? 0,
    ...optional("tokens", whole(said.get("tokens"), TOKENS_MAX)),
    cached: whole(said.get("cached"), TOKENS_MAX) ?? 0,
    reasoning: whole(said.get("reasoning"), TOKENS_MAX) ?? 0,
    usage: usage === "none" || usage === "zero" || usage === "negative" ? usage : "true",
    empty: said.get("empty") === "1",
    ...optional("cutAfter", whole(said.get("cut_after"), TOKENS_MAX)),
    ...optional("stallAfter", whole(said.get("stall_after"), TOKENS_MAX)),
    failFirst: whole(said.get("fail_first"), 1_000_000) ?? 0,
  };
}

function whole(text: string | null, max: number): number | undefined {
  return text !== null && /^\d{1,9}$/.test(text) ? Math.min(Number(text), max) : undefined;
}

const optional = <Key extends string, Value>(key: Key, value: Value | undefined): Partial<Record<Key, Value>> =>
  value === undefined ? {} : ({ [key]: value } as Partial<Record<Key, Value>>);
