import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { endpointsOf, endpointUrl, providers } from "#relay/providers/index.ts";
import type { Operation } from "#relay/dialects/operations.ts";
import type { Provider } from "#relay/providers/provider.ts";
import { taskProtocols } from "#relay/tasks/protocols/index.ts";
import type { TaskProtocolId } from "#relay/tasks/task.ts";
import { sharedDir } from "../../../support/shared.ts";

type Block = Readonly<{ protocol: string; base_url: string; paths: Readonly<Record<string, string>> }>;
type Row = Readonly<{ id: string; protocols: readonly Block[]; regions?: Readonly<Record<string, string>> }>;

const shared = sharedDir();
const rows = shared === undefined ? [] : (JSON.parse(readFileSync(join(shared, "data/providers.json"), "utf8")) as readonly Row[]);

/** What an operator, a key or a request puts into the table's braces. */
const FILL: Readonly<Record<string, string>> = {
  model: "m", deployment: "m", location: "us-east5", region: "eu-west-1", project: "shop-7", resource: "res", base_url: "https://h.example", account_id: "acc", voice_id: "m", kind: "text2video", id: "ID", version: "v3.5", app: "m",
};
const fill = (text: string): string => text.replaceAll(/\{(\w+)\}/g, (braces, name: string) => FILL[name] ?? braces);
const plain = (url: string): string => decodeURIComponent(url).split("?")[0]!.replace(/^wss:/, "https:");

/** Protocols of long work by the table's words. */
const TASKS: Readonly<Record<string, TaskProtocolId>> = {
  "ark-task": "ark-task", "mj-proxy": "mj-proxy", suno: "suno", kling: "kling", vidu: "vidu", runway: "runway", luma: "luma", jimeng: "jimeng", "openai-videos": "openai-videos",
};

/** Calls that no channel makes, wherever they stand. */
const NOT_CALLED: Readonly<Record<string, string>> = {
  models: "read by the channel's test, beside the calls", files: "not offered", batches: "not offered", balance: "not read", credits: "not read", generation: "not read", subscription: "not read", usage: "not read",
  count_tokens: "counted here", tokens: "counted here", input_tokens: "counted here", tokenize: "counted here", compact: "not offered", ocr: "not offered", score: "not offered", metrics: "not a call of customers", health: "not a call of customers", props: "not a call of customers",
};

/** What else the table has and no manifest, by vendor, protocol and name, and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  "openai openai-chat videos": "long work: openai-videos",
  "azure-openai openai-chat v1": "a template of the addresses that are used",
  ...Object.fromEntries(["chat", "embeddings", "completions", "images_generations", "audio_speech", "audio_transcriptions"].map((name) => [`azure-openai openai-chat ${name}`, "the same resource's v1 address is used: it names no edition, and the model in the body"])),
  "azure-openai openai-realtime realtime": "the same resource's v1 address is used",
  "google-vertex openai-chat chat": "each place has a host of its own, in these words too",
  "baidu-qianfan baidu-v1 token": "asked for when a token is wanted", "baidu-qianfan baidu-v1 chat": "the model's own segment is put in with the request",
  "xfyun-spark spark-ws chat": "the model's version is put in with the request",
  "openai-compatible openai-chat chat": "a bare host gets the version that nearly all such servers have", "openai-compatible openai-chat embeddings": "a bare host gets the version that nearly all such servers have",
  "google-gemini gemini embed": "the batch's address with another action, where a client asks for one",
  "google-gemini gemini imagen": "pictures are asked for as conversations",
  "google-gemini gemini veo": "long work: veo", "google-gemini gemini operation": "long work: veo",
  "google-gemini openai-chat embeddings": "Google's own protocol says more",
  "xai openai-chat videos": "long work: xai-video",
  "fireworks openai-chat audio_transcriptions": "on another host: not offered",
  "cohere openai-chat chat": "Cohere's own protocol says more", "cohere openai-chat embeddings": "Cohere's own protocol says more",
  "zhipu openai-chat videos": "long work of a protocol that is not offered", "zhipu openai-chat async_result": "long work of a protocol that is not offered",
  "dashscope dashscope-native images_async": "the same models answer at once", "dashscope dashscope-native video": "long work: dashscope-task", "dashscope dashscope-native task": "long work: dashscope-task",
  "volcengine openai-chat bots_chat": "not offered", "volcengine volc-tts-ws tts": "not offered",
  "minimax minimax-native video": "long work: minimax-video", "minimax minimax-native video_query": "long work: minimax-video", "minimax minimax-native file": "long work: minimax-video", "minimax minimax-native music": "not offered",
  "siliconflow openai-chat video_submit": "long work of a protocol that is not offered", "siliconflow openai-chat video_status": "long work of a protocol that is not offered",
  "deepinfra openai-chat images_generations": "asked for by the vendor's own interface", "deepinfra deepinfra-native audio": "asked for by the vendor's own interface",
  "hyperbolic openai-chat images_generations": "of a form of its own: not offered", "hyperbolic openai-chat audio": "of a form of its own: not offered",
  "nvidia-nim nvidia-genai images": "of a form of its own: not offered",
  "ollama ollama generate": "older clients' form: not offered",
  "vllm openai-chat realtime": "not offered", "vllm openai-chat rerank_v2": "the same as below the base", "vllm openai-chat embed_cohere": "OpenAI's form is asked for",
  "voyage voyage multimodal": "not offered",
  "ideogram ideogram edit": "a picture without a mask is made anew instead", "ideogram ideogram legacy": "by the model's name",
  "dify dify completion": "by the model's name", "dify dify workflow": "by the model's name",
  "coze coze-v3 retrieve": "streams tell all", "coze coze-v3 messages": "streams tell all",
  ...Object.fromEntries(["submit_model", "submit_version", "get", "cancel"].map((name) => [`replicate replicate ${name}`, "the model decides which; its pictures are followed by address"])),
  ...Object.fromEntries(["status", "result", "cancel", "sync"].map((name) => [`fal fal-queue ${name}`, "told by the queue's answer"])),
  "black-forest-labs bfl get": "told by the queue's answer",
  "recraft recraft image_to_image": "not offered", "recraft recraft vectorize": "not offered",
  "stability stability ultra": "by the model's name", "stability stability edit": "not offered", "stability stability v1": "older engines: not offered",
  "kling kling images": "not offered", "runway runway text_to_image": "not offered", "luma luma image": "not offered",
  "jimeng jimeng sync": "the queue does the same",
  "elevenlabs elevenlabs tts": "the voice is put in with the request", "elevenlabs elevenlabs tts_stream": "the voice is put in with the request", "elevenlabs elevenlabs stt_realtime": "not offered", "elevenlabs elevenlabs voices": "not a call of customers",
  "grsai grsai nano_banana": "by the model's name", "grsai grsai result": "told by the queue's answer", "grsai grsai sora": "long work of a protocol that is not offered",
};

/** Protocols of a vendor that have a manifest of their own, as their keys are of another kind. */
const OWN_MANIFEST: Readonly<Record<string, string>> = { "zhipu-v3": "zhipu-v3", "tencent-tc3": "tencent-tc3", "spark-ws": "spark-ws", "baidu-v1": "baidu-v1", ollama: "ollama-native" };

/** Vendors without a manifest, and why. */
const NOT_HERE: Readonly<Record<string, string>> = { "codex-oauth": "a person's own subscription, which is not the shop's to sell" };
const known = rows.filter(({ id }) => providers.has(id));

/** The base that a channel of this vendor has: its own where the vendor has none. */
const baseOf = ({ id, protocols }: Row, { baseUrl }: Provider): string | undefined => {
  const first = protocols[0]!.base_url;
  return id === "google-vertex" || id === "aws-bedrock" ? undefined : baseUrl === undefined || baseUrl.includes("{") || first.includes("{") ? fill(first) : undefined;
};

/** Every address that the manifest makes, streams and not. */
function made(provider: Provider, base: string | undefined): ReadonlySet<string> {
  const place = provider.place?.({ secret: "k", settings: { project: FILL.project!, location: provider.id === "bedrock" ? FILL.region! : FILL.location! }, upstreamModel: "m", baseUrl: base });
  const endpoints = (Object.keys(provider.paths) as Operation[]).flatMap((operation) => endpointsOf(provider, operation));
  const urls = [...endpoints, ...(provider.realtime ? [provider.realtime] : [])].flatMap((endpoint) => [false, true].map((stream) => plain(endpointUrl(provider, base, endpoint, { upstreamModel: "m", stream, place }).href)));
  return new Set(urls);
}

/** Addresses at which long work is looked after, as the protocols of the manifest have them. */
function polled(provider: Provider, base: string | undefined): ReadonlySet<string> {
  const upstreamId = provider.tasks?.some(({ protocol }) => protocol === "kling") && provider.id === "kling" ? `${FILL.kind}/${FILL.id}` : FILL.id!;
  return new Set((provider.tasks ?? []).map(({ protocol, basePath }) => {
    const { path } = taskProtocols[protocol].poll({ upstreamId, upstreamModel: "m" } as Parameters<(typeof taskProtocols)[TaskProtocolId]["poll"]>[0]);
    return plain(endpointUrl(provider, base, { path, ...(basePath !== undefined && { basePath }) }).href);
  }));
}

/** Those of a protocol that has a manifest of its own. */
const ownUrls = ({ protocol }: Block): ReadonlySet<string> => {
  const own = providers.get(OWN_MANIFEST[protocol] ?? "");
  return own ? made(own, undefined) : new Set();
};

const addressOf = ({ base_url: base, paths }: Block, name: string): string => {
  const path = paths[name]!;
  return plain(fill(/^https?:/.test(path) ? path : base + path));
};

describe.skipIf(shared === undefined)("the vendor table (shared/data/providers.json)", () => {
  test("those without a manifest are named", () => {
    expect(rows.filter(({ id }) => !providers.has(id) && NOT_HERE[id] === undefined).map(({ id }) => id)).toEqual([]);
  });

  test.each(known.map((row) => [row.id, row] as const))("%s: every address of the row is made by its manifest, or says why not", (id, row) => {
    const provider = providers.get(id);
    expect(provider, "a manifest by this id or alias").toBeDefined();
    const base = baseOf(row, provider!), urls = made(provider!, base), looked = polled(provider!, base);
    const missing = row.protocols.flatMap((block) => Object.keys(block.paths).flatMap((name) => {
      const word = `${id} ${block.protocol} ${name}`;
      if (NOT_CALLED[name] !== undefined || LEFT_OUT[word] !== undefined || urls.has(addressOf(block, name)) || ownUrls(block).has(addressOf(block, name))) return [];
      const task = TASKS[block.protocol];
      if (task === undefined) return [word];
      return name === "get" || name === "fetch" ? (looked.has(addressOf(block, name)) ? [] : [`${word}: ${[...looked].join()}`]) : provider!.tasks ? [] : [word];
    }));
    expect(missing).toEqual([]);
  });

  test("what is left out is in the table, and not made after all", () => {
    const stale = Object.keys(LEFT_OUT).filter((word) => {
      const [id, protocol, name] = word.split(" ") as [string, string, string];
      const row = rows.find((one) => one.id === id), block = row?.protocols.find((one) => one.protocol === protocol);
      if (!row || block?.paths[name] === undefined) return true;
      const provider = providers.get(id)!;
      return made(provider, baseOf(row, provider)).has(addressOf(block, name));
    });
    expect(stale).toEqual([]);
  });

  const chats = known.flatMap((row) => row.protocols.filter(({ protocol, base_url: base, paths }) => protocol === "openai-chat" && paths.chat !== undefined && !base.includes("{") && LEFT_OUT[`${row.id} ${protocol} chat`] === undefined).map((block) => [row.id, block] as const));

  test.each(chats)("%s: a base is understood in every form in which it is pasted", (id, block) => {
    const provider = providers.get(id)!;
    const endpoint = endpointsOf(provider, "chat").find(({ dialect }) => dialect === "openai-chat")!;
    const expected = addressOf(block, "chat"), { base_url: base } = block;
    const of = (given: string): string => plain(endpointUrl(provider, given, endpoint).href);
    for (const given of [base, `${base}/`, `  ${base} `, `${base}/chat/completions`]) expect(of(given), given).toBe(expected);
    expect(endpointUrl(provider, `${base}?tenant=a`, endpoint).search).toBe("?tenant=a");
    expect(of(`${base}/special#`)).toBe(`${base}/special/completions`);
    const { origin } = new URL(base);
    // The bare host of a vendor stands for the preset's path.
    if (origin !== "null" && provider.baseUrl !== undefined && new URL(provider.baseUrl).origin === origin && endpoint.basePath === undefined) expect(of(origin)).toBe(expected);
  });

  const regions = known.flatMap(({ id, regions: all = {}, protocols }) => Object.entries(all).filter(([name]) => name !== "catalogue").map(([name, base]) => [id, name, base, protocols] as const));

  test.each(regions)("%s in the region %s makes its addresses below %s", (id, name, base, protocols) => {
    const provider = providers.get(id)!, dialect = name.startsWith("anthropic") ? "anthropic" : "openai-chat";
    const endpoint = endpointsOf(provider, "chat").find((one) => one.dialect === dialect);
    if (endpoint && id !== "grsai") {
      const path = protocols.find(({ protocol }) => protocol === (dialect === "anthropic" ? "anthropic-messages" : dialect))!.paths[dialect === "anthropic" ? "messages" : "chat"]!;
      expect(endpointUrl(provider, base, endpoint).href).toBe(base + path);
    }
    for (const url of [...made(provider, base), ...polled(provider, base)]) expect(url.startsWith(new URL(base).origin), url).toBe(true);
  });
});

test.each([
  ["azure", "https://res.openai.azure.com/openai", "https://res.openai.azure.com/openai/v1/chat/completions"],
  ["azure", "https://res.openai.azure.com/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21", "https://res.openai.azure.com/openai/v1/chat/completions"],
  ["groq", "https://api.groq.com/openai", "https://api.groq.com/openai/v1/chat/completions"],
  ["openrouter", "https://gateway.example/api", "https://gateway.example/api/chat/completions"],
])("half of a vendor's path on its own host, and an older address, mean the whole: %s at %s", (id, base, expected) => {
  expect(endpointUrl(providers.get(id)!, base, "chat").href).toBe(expected);
});
