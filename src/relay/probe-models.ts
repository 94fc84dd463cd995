import type { Operation } from "#relay/dialects/dialect.ts";
import { upstreamHeaders } from "#relay/http/headers.ts";
import { authorizationOf, hideSecret, placing, withOwnHeaders, type ProbeAddress } from "#relay/probe-call.ts";
import { endpointsOf, endpointUrl } from "#relay/providers/index.ts";
import { readFault } from "#relay/providers/kit/classify.ts";
import { exchange } from "#relay/upstream/exchange.ts";
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
  const urls = modelsUrls(to);
  if (urls.length === 0) return { status: 0, latencyMs, error: "The vendor has no list of models for keys of this kind." };
  for (const first of urls) {
    let url: URL | undefined = first;
    for (let page = 0; url; page += 1) {
      const signature = to.secret === undefined ? undefined : to.provider.sign?.(to.secret, { method: "GET", url, headers, body: [], atMs: Date.now() });
      const { status, bytes, endMs } = await exchange(transport, { method: "GET", url, connectMs: to.connectMs, body: [], headers: { ...headers, ...signature } });
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
  }
  return { status: 200, latencyMs, names: [...names].sort().slice(0, NAMES_MAX) };
}

function modelsUrls(to: ProbeAddress): readonly URL[] {
  const listed = to.provider.listings?.(placing(to, ""));
  return listed ? listed.map(({ path, baseUrl = to.baseUrl }) => endpointUrl(to.provider, baseUrl, { path })) : [besideCalls(to)];
}

function besideCalls({ provider, baseUrl }: ProbeAddress): URL {
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

type Entry = string | Readonly<{ id?: unknown; name?: unknown; model?: unknown; modelId?: unknown; inferenceProfileId?: unknown }> | null;
type Wire = Readonly<{ data?: unknown; models?: unknown; publisherModels?: unknown; modelSummaries?: unknown; inferenceProfileSummaries?: unknown; nextToken?: unknown; has_more?: unknown; last_id?: unknown; nextPageToken?: unknown }> | null;
type Page = Readonly<{ names: readonly string[]; /** Query parameter that leads to the next page. */ next?: readonly [name: string, value: string] }>;

/** A list as OpenAI, Anthropic, Google, Amazon, Ollama and bare arrays have it. @returns undefined when it is none of them */
function readPage(bytes: Buffer): Page | undefined {
  let wire: unknown;
  try {
    wire = JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
  const { data, models, publisherModels, modelSummaries, inferenceProfileSummaries, has_more: more, last_id: last, nextPageToken: token, nextToken: mark } = ((Array.isArray(wire) ? { data: wire } : wire) as Wire) ?? {};
  const list = [data, models, publisherModels, modelSummaries, inferenceProfileSummaries].find(Array.isArray) as readonly Entry[] | undefined;
  if (!list) return undefined;
  return {
    names: list.flatMap(nameOf),
    ...nextOf(more === true && ["after_id", last], ["pageToken", token], ["nextToken", mark]),
  };
}

function nextOf(...ways: readonly (readonly [name: string, value: unknown] | false)[]): Pick<Page, "next"> {
  for (const way of ways) if (way && typeof way[1] === "string" && way[1] !== "") return { next: [way[0], way[1]] };
  return {};
}

function nameOf(entry: Entry): readonly string[] {
  const name = typeof entry === "string" ? entry : entry?.id ?? entry?.modelId ?? entry?.inferenceProfileId ?? entry?.name ?? entry?.model;
  if (typeof name !== "string") return [];
  // Google writes its collection in front of every name; requests go by the name alone.
  const bare = name.replace(/^(?:publishers\/[^/]+\/)?models\//, "");
  return bare !== "" && bare.length <= NAME_LENGTH_MAX ? [bare] : [];
}
