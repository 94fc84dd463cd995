import type { CanonicalEvent } from "#relay/canonical/events.ts";
import type { Loss } from "#relay/canonical/losses.ts";
import type { ChatRequest, JsonObject } from "#relay/canonical/request.ts";
import type { RelayError } from "#relay/errors.ts";
import type { ProviderFlags } from "#relay/providers/provider.ts";
import type { Usage } from "#money/usage.ts";

/** Collects what an encoder could not carry, for `x-modelmart-warn`. */
export type Warn = (loss: Loss) => void;

/** What the address and the headers of a call say beside its body. */
export type DecodeFacts = Readonly<{
  /** The model where the path names it. */
  model?: string;
  /** Where the path says so (Gemini's `:streamGenerateContent`). */
  stream?: boolean;
  betas: readonly string[];
}>;

/** What an encoder of requests must know of the one who will answer. */
export type Target = Readonly<{
  /** The name the vendor knows the model by. */
  upstreamModel: string;
  /** The model's own most, where known. */
  maxOutputTokens?: number;
  /** The cap that the money sets where the client gave none, or a lower one. */
  capTokens?: number;
  flags: ProviderFlags;
  /** Refuse with `unsupported_parameter` what would otherwise be dropped with a warning. */
  strict: boolean;
  warn: Warn;
}>;

/** Cuts an upstream's bytes into events, however they are cut. Never throws for what the vendor sent: that is an `error` event. */
export interface StreamDecoder {
  /** Its streams may begin as a whole JSON body does: the first byte says nothing. */
  readonly ownFraming?: boolean;
  /** @throws RelayError bad_upstream_response for an event of more than 16 MiB, or bytes that are no stream of this kind */
  push(chunk: Buffer): readonly CanonicalEvent[];
  /** The connection ended cleanly. No `end` is invented unless the vendor is known to end so (`flags.eofIsEnd`). */
  end(): readonly CanonicalEvent[];
}

export type ReplyOptions = Readonly<{
  /** The name the client asked for. */
  model: string;
  /** Our id of the request, in its text form. */
  requestId: string;
  /** Unix seconds, where the vendor does not say. */
  createdAt: number;
  /** The client asked for usage in the stream (OpenAI). */
  includeUsage: boolean;
  /** The request as it was read: formats that repeat it in the reply need it. */
  request: ChatRequest;
  /** A first guess of the input, for formats whose first event names it. */
  inputTokensEstimate: number;
}>;

/** Writes events for a client. */
export interface StreamEncoder {
  /** Bytes that may go out at once; "" = nothing yet. The terminal event of the format is withheld. */
  push(event: CanonicalEvent): string;
  /** The withheld terminal events, once the charge is durable. */
  tail(): string;
  /** The in-band error, where it must tell what was told before; else the codec's `encodeStreamError`. */
  fail?(error: RelayError, requestId: string): string;
}

/** The half of a dialect that clients speak. */
export interface ClientCodec {
  /** @throws RelayError invalid_value, missing_required_parameter, unsupported_parameter with the field's path as `param` */
  decodeRequest(body: JsonObject, facts: DecodeFacts): ChatRequest;
  streamEncoder(options: ReplyOptions): StreamEncoder;
  /** A whole reply from all events of an answer. */
  encodeReply(events: readonly CanonicalEvent[], options: ReplyOptions): JsonObject;
  /** The in-band error of a stream that has begun, terminator included. */
  encodeStreamError(error: RelayError, requestId: string): string;
}

/** The half of a dialect that vendors speak. */
export interface UpstreamCodec {
  /** @throws RelayError unsupported_parameter, invalid_value where the vendor could not be asked at all */
  encodeRequest(request: ChatRequest, target: Target): EncodedRequest;
  streamDecoder(options: DecoderOptions): StreamDecoder;
  /** A whole reply as the events of a stream. @throws RelayError bad_upstream_response when it is none */
  decodeReply(body: Buffer, options: DecoderOptions): readonly CanonicalEvent[];
}

/**
 * `restore` gives the client's word for a tool's name or call id that had to be changed to suit the vendor. `headers` are
 * further headers of the call that the body needs; `path` is told the endpoint's and gives the one that the body belongs to.
 */
export type EncodedRequest = Readonly<{ body: JsonObject; restore?: (word: string) => string; headers?: Readonly<Record<string, string>>; path?: (pathname: string) => string }>;

export type DecoderOptions = Readonly<{ flags: ProviderFlags; restore?: (word: string) => string }>;

export type NormalisedUsage = Readonly<{ usage: Usage; inconsistent: boolean }>;
