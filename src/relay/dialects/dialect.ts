import type { JsonObject } from "#relay/canonical/request.ts";
import type { WireFormat } from "#relay/dialects/wire-format.ts";
import type { MediaAsk } from "#relay/dialects/media-ask.ts";
import type { Operation } from "#relay/dialects/operations.ts";
import type { RelayError } from "#relay/errors.ts";
import type { ScannedRequest } from "#relay/http/body/scan.ts";
import type { Inbound } from "#relay/http/exchange.ts";
import type { ProviderFlags } from "#relay/providers/provider.ts";
import type { Usage } from "#money/usage.ts";

export type { Operation } from "#relay/dialects/operations.ts";

/** A wire format. */
export type DialectId =
  | "openai-chat" | "openai-completions" | "openai-embeddings" | "openai-responses" | "anthropic" | "gemini"
  | "openai-images" | "openai-speech" | "openai-transcriptions" | "openai-moderations" | "rerank";

/** What a reply turned out to be, read from the side while its bytes pass. */
export type ReplyFacts = {
  /** Last usage the vendor reported, normalised; undefined = none so far. */
  usage?: Usage;
  /** The vendor's numbers contradicted each other and were cut. */
  usageInconsistent: boolean;
  /** `usage` is not the vendor's word but what the request asked for and how much came. */
  usageEstimated?: boolean;
  /** What kind of answer it is, where it is not the format's own (sound, subtitles). */
  contentType?: string;
  /** Finish reason of the first choice, in the words of OpenAI's chat where it has one that means the same. */
  finish?: string;
  /** Text, reasoning, tool call, image or audio has been seen. */
  content: boolean;
  /** The vendor's terminal event (`[DONE]`) was seen, or a complete body. */
  complete: boolean;
  /** An error object came instead of, or inside, the reply. `status` is what the vendor would have sent. */
  error?: Readonly<{ status?: number; code?: string; type?: string; message?: string }>;
  /** Id of the reply as the client sees it: the vendor's, where bytes pass. */
  id?: string;
  /** The prompt itself was refused: nothing was answered, and nothing is to be paid unless the shop says so. */
  blocked?: boolean;
  /** Vendor's id of the reply, where the client sees another. */
  upstreamId?: string;
  /** Bytes of delivered content text, and how many of its code points are CJK: for estimates. */
  contentBytes: number;
  contentCjk: number;
  /** Delivered text for the tokenizer, at most 64 KiB; `textTruncated` when more was delivered. */
  text: string[];
  /** How many there are of them, where they are put together only when they are asked for. */
  readonly texts?: number;
  textTruncated: boolean;
};

export type PassOptions = Readonly<{
  operation: Operation;
  publicModel: string;
  upstreamModel: string;
  /** Client asked for `stream_options.include_usage`; otherwise the usage-only chunk is swallowed. */
  clientWantsUsage: boolean;
  /** Rewrite the reply's `model` to the public name (setting `model_echo`). */
  rewriteModel: boolean;
  flags: ProviderFlags;
  /** What was asked for, beyond text. */
  media?: MediaAsk | undefined;
  /** What the reply repeats of the request, where the vendor was sent something else in its place (Responses). */
  reply?: Readonly<{ store?: boolean; previousResponseId?: string; responseId?: string }>;
}>;

/** One pass-through stream. Bytes go in as they come, bytes come out that may be sent at once. */
export interface PassStream {
  readonly facts: ReplyFacts;
  /** What the vendor's head says of the bytes that follow, before the first of them. */
  headed?(contentType: string | undefined): void;
  /** Feed one network chunk; returns the slices to forward now (possibly none). The terminal event is withheld. */
  push(chunk: Buffer): readonly Buffer[];
  /** The vendor closed cleanly: handles an unfinished last event. */
  end(): readonly Buffer[];
  /** The withheld terminal bytes, `[DONE]` made up if the vendor forgot it. Written once the charge is durable. */
  tail(): Buffer;
  /** The in-band error of a stream that has begun, where it must tell what was told before; else the dialect's own form. */
  fail?(error: RelayError, requestId: string): string | undefined;
}

/** What of a client's head and query goes on to a vendor that speaks the same. */
export type Forwarded = Readonly<{ headers: Readonly<Record<string, string>>; query: Readonly<Record<string, string>> }>;

export type Keeping = Readonly<{
  /** Left out = as the client says. */
  store?: boolean;
  /** The conversation is in the vendor's mind, not in ours. */
  conversation: boolean;
  /** The vendor's id of the answer before. */
  previousId?: string;
}>;

export type PassRequestOptions = Readonly<{
  upstreamModel: string;
  maxTokens?: number;
  flags: ProviderFlags;
  /** Answers that the vendor may keep (Responses); left out = it keeps nothing. */
  keeping?: Keeping;
  /** Members that the model refuses. */
  drop?: readonly string[];
  /** What a vendor is told instead of a customer's name of his own user. */
  endUser?: (customer: string, name: string) => string;
  customer?: string;
}>;

export interface Dialect {
  readonly id: DialectId;
  /** Puts a request of another shape into this one, before anything of it is read. @throws RelayError */
  reshape?(body: Buffer): Buffer;
  /** The request before `reshape`, for vendors who speak its own format, and what it said that the new shape has no word for. */
  asked?(): Readonly<{ format: WireFormat; body: JsonObject; task?: string }> | undefined;
  /** Error body; `requestId` in its text form. */
  encodeError(error: RelayError, requestId: string): object;
  /** In-band error of a stream that has begun, terminator included. */
  encodeStreamError(error: RelayError, requestId: string, replyId: string | undefined): string;
  passStream(options: PassOptions): PassStream;
  /** A complete non-streamed reply: facts, and the bytes to send (model rewritten). @throws RelayError bad_upstream_response when it isn't one */
  passBody(body: Buffer, options: PassOptions, contentType?: string): Readonly<{ facts: ReplyFacts; body: Buffer }>;
  /** Splices of the request body for this vendor: model, stream_options, max_tokens. Same bytes when nothing applies. */
  passRequest(scanned: ScannedRequest, body: Buffer, options: PassRequestOptions): Buffer[];
  /** Left out: nothing goes on. */
  forward?(inbound: Pick<Inbound, "headers" | "query">): Forwarded;
}
