import type { Operation } from "#relay/dialects/dialect.ts";
import { upstreamHeaders } from "#relay/http/headers.ts";
import { authorizationOf, withOwnHeaders, exchange, hideSecret, type ProbeAddress } from "#relay/probe-call.ts";
import { endpointsOf, endpointUrl } from "#relay/providers/index.ts";
import { readFault } from "#relay/providers/kit/classify.ts";
import type { Transport } from "#relay/upstream/transport.ts";

/** `names` are there only when the whole list was read: of half a list one would think that the other half is gone. */
export type ListedModels = Readonly<{ status: number; latencyMs: number; names?: readonly string[]; error?: string }>;

const PAGES_MAX = 50;
const NAMES_MAX = 5_000;
const NAME_LENGTH_MAX = 200;
/** What an operation's address ends in, below which the vendor's list lies beside it. */
const TAIL = /\/(?:chat\/completions|completions|embeddings|messages|responses|models\/[^/]+)$/;

/** The vendor's names of its models, page by page. */
export async function probeModels(transport: Transport, to: ProbeAddress): Promise<ListedModels> {
  const { "content-type": _type, ...headers } = withOwnHeaders(to, upstreamHeaders({ stream: false, authorization: authorizationOf(to) }));
  const names = new Set<string>();
  let latencyMs = 0;
  let url: URL | undefined = modelsUrl(to);
  for (let page = 0; url; page += 1) {
    const { status, bytes, endMs } = await exchange(transport, { method: "GET", url, connectMs: to.connectMs, ...(to.proxy !== undefined && { proxy: to.proxy }), body: [], headers });
    latencyMs += endMs;
    if (status !== 200) return { status, latencyMs, error: hideSecret(readFault(status, bytes).message ?? `The vendor answered ${status}.`, to.secret) };
    const read = readPage(bytes);
    if (!read) return { status, latencyMs, error: "The answer is no list of models." };
    const before = names.size;
    for (const name of read.names) names.add(name);
    // A vendor that gives the same page again and again is left, as is one whose list has no end.
    const more = read.next !== undefined && names.size > before && page + 1 < PAGES_MAX && names.size < NAMES_MAX;
    url = more ? nextUrl(url, read.next!) : undefined;
  }
  return { status: 200, latencyMs, names: [...names].sort().slice(0, NAMES_MAX) };
}

function modelsUrl({ provider, baseUrl }: ProbeAddress): URL {
  const operation = (["chat", "embeddings", "completions"] as const).find((name) => provider.paths[name]) ?? (Object.keys(provider.paths)[0] as Operation);
  const url = endpointUrl(provider, baseUrl, operation);
  url.pathname = `${decodeURI(url.pathname).replace(TAIL, "")}/models`;
  // Anthropic tells twenty at a time unless it is asked for more.
  if (endpointsOf(provider, operation)[0]?.dialect === "anthropic") url.searchParams.set("limit", "1000");
  return url;
}

function nextUrl(url: URL, next: readonly [name: string, value: string]): URL {
  const following = new URL(url);
  following.searchParams.set(...next);
  return following;
}

type Entry = string | Readonly<{ id?: unknown; name?: unknown; model?: unknown }> | null;
type Wire = Readonly<{ data?: unknown; models?: unknown; has_more?: unknown; last_id?: unknown; nextPageToken?: unknown }> | null;
type Page = Readonly<{ names: readonly string[]; /** Query parameter that leads to the next page. */ next?: readonly [name: string, value: string] }>;

/** A list as OpenAI, Anthropic, Google, Ollama and bare arrays have it. @returns undefined when it is none of them */
function readPage(bytes: Buffer): Page | undefined {
  let wire: unknown;
  try {
    wire = JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
  const { data, models, has_more: more, last_id: last, nextPageToken: token } = ((Array.isArray(wire) ? { data: wire } : wire) as Wire) ?? {};
  const list = [data, models].find(Array.isArray) as readonly Entry[] | undefined;
  if (!list) return undefined;
  return {
    names: list.flatMap(nameOf),
    ...(more === true && typeof last === "string" && last !== "" ? { next: ["after_id", last] as const } : typeof token === "string" && token !== "" ? { next: ["pageToken", token] as const } : {}),
  };
}

function nameOf(entry: Entry): readonly string[] {
  const name = typeof entry === "string" ? entry : entry?.id ?? entry?.name ?? entry?.model;
  if (typeof name !== "string") return [];
  // Google writes its collection in front of every name; requests go by the name alone.
  const bare = name.replace(/^models\//, "");
  return bare !== "" && bare.length <= NAME_LENGTH_MAX ? [bare] : [];
}
