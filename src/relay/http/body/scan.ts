import { isUtf8 } from "node:buffer";
import { RelayError } from "#relay/errors.ts";
import type { MediaAsk } from "#relay/dialects/media-ask.ts";
import type { Operation } from "#relay/dialects/operations.ts";
import type { ClientFormat } from "#relay/dialects/wire-format.ts";
import { mediaReaders } from "#relay/http/body/media-readers.ts";
import { scanForm, type ScanForm } from "#relay/http/body/scan-forms.ts";
import { TopValues, unsupported, type Range } from "#relay/http/body/top-values.ts";
import { COUNT_NOTHING, JsonFault, JsonWalker, walkTopLevel } from "#relay/http/body/walker.ts";

/** Facts of a JSON request, found without building a tree. Byte ranges are [start, end) of the value. */
export type ScannedRequest = Readonly<{
  /** The format that the body is written in: usually that of its address. */
  dialect: ClientFormat;
  model: string;
  stream: boolean;
  /** Client asked for usage in the stream; formats that always tell it are asked for it. */
  includeUsage: boolean;
  /** The client's cap by any of its names; the largest where several are given. */
  maxTokens?: number;
  /** Answers that may have to be paid for: `n`, or `best_of` where that is more. Default 1. */
  candidates: number;
  /**
   * Byte ranges of the judged top-level values by key; a value that isn't there has none. Gemini's are filed in camel
   * case however they are spelled, and two members of its `generationConfig` with a dot between.
   */
  ranges: ReadonlyMap<string, Range>;
  /** UTF-8 bytes of all string values inside the conversation (4 for a token id), and all bytes of tools and of the schema of the answer. */
  textBytes: number;
  /** Of those, CJK characters: for token estimates. */
  cjkChars: number;
  messages: number;
  tools: boolean;
  images: number;
  audio: boolean;
  documents: boolean;
  /** More was said before than stands here: what the vendor has of it is known to the vendor alone. */
  unseen?: boolean;
  /** What is asked for beyond text; undefined for conversations and embeddings. */
  media: MediaAsk | undefined;
}>;

/** What the address says of a request. */
export type PathFacts = Readonly<{
  dialect?: ClientFormat;
  /** Wins over the body's. */
  model?: string | undefined;
  /** Where the address and not the body says it. */
  stream?: boolean | undefined;
  /** Only to be counted: what an answer needs may be absent. */
  counting?: boolean;
  /** Answers may be made in the background. */
  background?: boolean;
}>;

const MESSAGES_MAX = 10_000;
const TOOLS_MAX = 512;
const CANDIDATES_MAX = 1_024;

/**
 * Checks that a body is one JSON object in UTF-8 and reads from it what must be known before it is
 * forwarded as it is. Nothing is parsed into a tree but single small values.
 *
 * @throws RelayError invalid_json (no JSON, a judged key twice, too deep), invalid_value, missing_required_parameter,
 *   unsupported_parameter
 */
export function scanRequest(body: Buffer, operation: Operation, path: PathFacts | string = {}): ScannedRequest {
  const facts = typeof path === "string" ? { model: path } : path;
  const dialect = facts.dialect ?? PLAIN_DIALECT[operation];
  if (!isUtf8(body)) throw new RelayError("invalid_json", "The request body is not valid UTF-8.");
  const form = scanForm(operation, dialect), walker = new JsonWalker(body, form.words);
  return notJson(() => {
    const top = walkTop(walker, form);
    const value = new TopValues(body, top.ranges);
    const read = readerOf(operation, dialect)({ value, form, facts, length: (key) => top.counts.get(key) ?? 0 });
    return {
      dialect: read.dialect ?? dialect,
      model: facts.model ?? value.model(),
      stream: read.stream,
      includeUsage: read.includeUsage,
      candidates: read.candidates,
      ranges: top.ranges,
      textBytes: walker.textBytes,
      cjkChars: walker.cjkChars,
      messages: read.messages,
      tools: (top.counts.get("tools") ?? 0) + (top.counts.get("functions") ?? 0) > 0,
      images: walker.images,
      audio: walker.audio,
      documents: walker.documents,
      media: read.media,
      // Last: members that follow a spread are written one by one, past the literal's shape.
      ...(read.maxTokens !== undefined && { maxTokens: read.maxTokens }),
    };
  });
}

const PLAIN_DIALECT: Readonly<Record<Operation, ClientFormat>> = {
  chat: "openai-chat", completions: "openai-completions", embeddings: "openai-embeddings",
  images: "openai-images", "image-edits": "openai-images", "image-variations": "openai-images",
  speech: "openai-speech", transcriptions: "openai-transcriptions", translations: "openai-transcriptions", moderations: "openai-moderations", rerank: "rerank",
};

function notJson<Result>(run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (error instanceof JsonFault) throw new RelayError("invalid_json", `The request body is not valid JSON: ${error.message}.`);
    throw error;
  }
}

type Top = Readonly<{ ranges: Map<string, Range>; counts: Map<string, number> }>;

function walkTop(walker: JsonWalker, { judged, modes, whole }: ScanForm): Top {
  const ranges = new Map<string, Range>();
  const counts = new Map<string, number>();
  walkTopLevel(walker, (key) => modes.get(judged.get(key) ?? "") ?? COUNT_NOTHING, (key, start, end) => {
    const name = judged.get(key);
    if (name === undefined) return;
    if (ranges.has(name)) throw new JsonFault(`the key "${key}" stands there twice`);
    ranges.set(name, [start, end]);
    if (walker.body[start] === 91) counts.set(name, walker.elements);
    if (whole.has(name)) walker.textBytes += end - start;
  });
  return { ranges, counts };
}

type Reading = Readonly<{ value: TopValues; form: ScanForm; facts: PathFacts; /** Of an array. */ length: (key: string) => number }>;
type Read = Readonly<{ dialect?: ClientFormat; stream: boolean; includeUsage: boolean; maxTokens: number | undefined; candidates: number; messages: number; media?: MediaAsk }>;
type Reader = (reading: Reading) => Read;

function readerOf(operation: Operation, dialect: ClientFormat): Reader {
  const media = mediaReaders[operation];
  if (media) return (reading) => ({ ...media(reading), includeUsage: true, maxTokens: undefined, candidates: 1, messages: 0 });
  if (operation !== "chat") return readPlain(operation === "embeddings" ? "input" : "prompt");
  return dialect === "anthropic" ? readAnthropic : dialect === "gemini" ? readGemini : dialect === "openai-responses" ? readResponses : readChat;
}

const readChat: Reader = (reading) => {
  const { value, form, length } = reading;
  // The shape tells, not the address: an editor's Responses body is served as one and answered as chat.
  if (!value.has("messages") && value.has("input")) return { ...readResponses(reading), dialect: "openai-responses", includeUsage: value.includeUsage() };
  value.require("messages");
  value.array("messages", length("messages"), 1, MESSAGES_MAX);
  checkTools(reading);
  return {
    maxTokens: value.cap(form.caps),
    stream: value.boolean("stream") ?? false,
    includeUsage: value.includeUsage(),
    candidates: value.candidates(["n", "best_of"], CANDIDATES_MAX),
    messages: length("messages"),
  };
};

const readPlain = (needed: "input" | "prompt"): Reader => (reading) => {
  const { value, form } = reading;
  value.require(needed);
  value.textOrArray(needed);
  checkTools(reading);
  return {
    maxTokens: value.cap(form.caps),
    stream: value.boolean("stream") ?? false,
    includeUsage: value.includeUsage(),
    candidates: needed === "input" ? 1 : value.candidates(["n", "best_of"], CANDIDATES_MAX),
    messages: 0,
  };
};

const readAnthropic: Reader = (reading) => {
  const { value, form, facts, length } = reading;
  value.require("messages");
  value.array("messages", length("messages"), 1, MESSAGES_MAX);
  if (value.has("system")) value.textOrArray("system");
  checkTools(reading);
  if (facts.counting !== true) value.require("max_tokens");
  return { maxTokens: value.cap(form.caps), stream: value.boolean("stream") ?? false, includeUsage: true, candidates: 1, messages: length("messages") };
};

const GENERATION_MEMBERS: ReadonlyMap<string, string> = new Map([
  ["maxOutputTokens", "maxOutputTokens"], ["max_output_tokens", "maxOutputTokens"], ["candidateCount", "candidateCount"], ["candidate_count", "candidateCount"],
]);

const readGemini: Reader = (reading) => {
  const { value, facts, length } = reading;
  value.require("contents");
  value.array("contents", length("contents"), 1, MESSAGES_MAX);
  checkTools(reading);
  // It lies in the vendor's account, where no customer's name means anything.
  if (value.has("cachedContent")) throw unsupported("cachedContent", "is not offered: caches belong to one account at the vendor.");
  value.open("generationConfig", GENERATION_MEMBERS);
  return {
    maxTokens: value.count("generationConfig.maxOutputTokens"),
    stream: facts.stream ?? false,
    includeUsage: true,
    candidates: value.candidates(["generationConfig.candidateCount"], CANDIDATES_MAX),
    messages: length("contents"),
  };
};

const readResponses: Reader = (reading) => {
  const { value, form, facts, length } = reading;
  const goesOn = value.has("previous_response_id");
  if (!goesOn) value.require("input");
  if (value.has("input")) value.textOrArray("input");
  if (!value.isText("input")) value.array("input", length("input"), goesOn || facts.counting ? 0 : 1, MESSAGES_MAX);
  checkTools(reading);
  if (value.has("conversation")) throw unsupported("conversation", "is not offered. Send the whole input, or 'previous_response_id'.");
  if (value.has("prompt")) throw unsupported("prompt", "is not offered: stored prompts belong to one account at the vendor.");
  if (value.boolean("background") === true && facts.background !== true) throw unsupported("background", "is not offered. Use a stream for long answers.");
  return { maxTokens: value.cap(form.caps), stream: value.boolean("stream") ?? false, includeUsage: true, candidates: 1, messages: Math.max(1, length("input")) };
};

function checkTools({ value, length }: Reading): void {
  value.array("tools", length("tools"), 0, TOOLS_MAX);
  value.array("functions", length("functions"), 0, TOOLS_MAX);
}
