import type { ChannelSettings } from "#channels/channel-settings.ts";
import type { BodyPart } from "#platform/outbound/body-part.ts";
import type { Dialect, Operation } from "#relay/dialects/dialect.ts";
import type { WireFormat } from "#relay/dialects/wire-format.ts";
import type { SignableCall } from "#relay/providers/kit/sigv4.ts";
import type { TaskProtocolId } from "#relay/tasks/task.ts";
import type { Carrier } from "#relay/upstream/carriage.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/** How this vendor leaves the wire format's own rules. */
export type ProviderFlags = Readonly<{
  /** `required`: no usage without asking; `unasked`: comes anyway; `none`: the field is refused. */
  streamOptions: "required" | "unasked" | "none";
  /** Is the cached count within the prompt total, or beside it? `auto`: decided by the numbers of each reply. */
  cached: "in" | "out" | "auto";
  reasoning: "in" | "out" | "auto";
  /** A clean end of stream without finish reason or `[DONE]` is a normal end. */
  eofIsEnd: boolean;
  /** The vendor stops work and billing when we hang up. Undefined = unknown, treated as false. */
  stopsBillingOnAbort?: boolean;
  maxTokensName: "max_tokens" | "max_completion_tokens" | "by_model";
  firstByteMs?: number;
  /** OpenAI-shaped: how thinking is asked for. Absent: `reasoning_effort`. */
  reasoningParam?: "effort" | "thinking" | "enable_thinking" | "reasoning" | "none";
  /** OpenAI-shaped: calls of tools must come back with the `reasoning_content` that led to them. */
  reasoningEcho?: boolean;
  /** OpenAI-shaped: `reasoning_details` and their signatures are understood. */
  reasoningDetails?: boolean;
  /** OpenAI-shaped: ids of tool calls must be nine letters and digits. */
  shortCallIds?: boolean;
  /** OpenAI-shaped: `top_k`, `min_p` and `repetition_penalty` are understood. */
  topK?: boolean;
  /** Whisper here gives `verbose_json`, which tells how long the recording is. */
  verboseWhisper?: boolean;
  /** `service_tier` may be passed on: its price is known. */
  serviceTier?: boolean;
  /** The client's own names of its users may be passed on. */
  userIds?: boolean;
  /** Takes `provider` and `session_id` itself, as this shop does; all others are spared them. */
  routingFields?: boolean;
  /** Apps that are asked one question: what was said before is put in front of it. */
  transcript?: boolean;
  /** Events may say again all that was said so far instead of what is new. */
  repeatsText?: boolean;
  /** Learnt: sets of betas that a model here refuses, as `refusedBetas` names them. */
  refusedBetas?: ReadonlySet<string>;
  /** Each character counts as a token of input: counting tokens says nothing of what a request can cost. */
  billsCharacters?: boolean;
}>;

/** Class of an upstream outcome. */
export type ErrorClass =
  | "connect" | "slow" | "client" | "quota" | "auth" | "config" | "quirk" | "policy" | "context" | "transient" | "rate" | "server" | "overload" | "bad_body" | "aborted";

/** One address of a vendor and what is spoken there. */
export type ProviderEndpoint = Readonly<{
  dialect: WireFormat;
  /** Below the base. `{model}` stands for the vendor's name of the model; a query may follow. */
  path: string;
  /** Another path for streams. */
  streamPath?: string;
  /** Stands in place of the path of the provider's base, where this endpoint is not below it (`/anthropic`). */
  basePath?: string;
  /** Stands in place of the provider's base, where this endpoint is on another host and the channel has no base of its own. */
  baseUrl?: string;
  /** How this endpoint wants the key, where it is not as the others do. */
  authorize?(key: string): Readonly<Record<string, string>>;
  /** Offered only where a channel's `protocol` names it: not every server of this kind has it. */
  onlyIfChosen?: boolean;
  /** Of the vendor's models, those that are spoken to here, unless a channel's `protocol` names this endpoint. */
  serves?(upstreamModel: string): boolean;
  /** For clients that speak the same; all others are better served by the vendor's other endpoints. */
  passesOnly?: boolean;
  /** Files must come as data, whatever the format allows. */
  dataOnly?: boolean;
  /** The trials of the format's (`anthropic-beta`) that this host takes, by their names or, where it has another, with that: it refuses requests that name any other. */
  betas?: ReadonlyMap<string, string>;
  /** Puts a request of the format into the words of this vendor's copy of it. No query of the client's goes on then. */
  reword?(said: Worded): Worded;
  /** Where this format's conversations are counted. */
  count?: CountEndpoint;
  /** Who reads the answers, where they come in another wrapping than the format's. */
  unwrap?(reader: ReplyReader): ReplyReader;
}>;

/** Where a vendor counts the conversations of a format without answering them, which costs nothing. */
export type CountEndpoint = Readonly<{
  /** Below the base, as the format's own. */
  path: string;
  /** The model's name in the path, where it is not as for answers. */
  model?(upstreamModel: string): string;
  /** Betas are a member of the body. */
  betasInBody?: boolean;
  /** A client's request for a count in the vendor's words; undefined: it cannot be counted there. */
  ask(request: JsonObject, upstreamModel: string, betas: readonly string[]): JsonObject | undefined;
  reword?(said: Worded): Worded;
  /** What the vendor says it comes to. */
  total(reply: JsonObject): unknown;
}>;

/** Head and body of a request that is ready to be sent. */
export type Worded = Readonly<{ headers: Readonly<Record<string, string>>; parts: readonly BodyPart[] }>;

export type ReplyReader = Pick<Dialect, "passStream" | "passBody">;

/** What an address may depend on beside its endpoint. */
export type Placing = Readonly<{ secret: string; settings: ChannelSettings; upstreamModel: string; /** The channel's own. */ baseUrl: string | undefined }>;

/** What fills the braces of a path, and the base where the place decides that, too. */
export type Place = Readonly<{ baseUrl?: string; fill: Readonly<Record<string, string>> }>;

/** How a short-lived token is had for a key that is not sent itself. */
export type TokenExchange = Readonly<{
  /** Is this key one of those? Asked with each request. */
  wanted(secret: string): boolean;
  /** The parameter of the address by which the token goes; left out = as `Authorization: Bearer`. */
  query?: string;
  /** @param baseUrl the channel's own @throws Error that says what is wrong with the key, without its words */
  ask(secret: string, nowMs: number, baseUrl?: string): Readonly<{ url: URL; form: Readonly<Record<string, string>> }>;
}>;

/** Where a vendor lists its models, or some of them. */
export type ModelListing = Readonly<{ baseUrl?: string; path: string }>;

/** Where a vendor takes long work, and how it is spoken to there. */
export type TaskEndpoint = Readonly<{
  protocol: TaskProtocolId;
  /** Stands in place of the path of the provider's base, where this endpoint is not below it. */
  basePath?: string;
  authorize?(key: string): Readonly<Record<string, string>>;
}>;

/** Where conversations over a WebSocket are begun, with the vendor's name of the model in the query. */
export type RealtimeEndpoint = Readonly<{
  path: string;
  /** Sessions that only write down: the address says so and names no model (`intent`), or names it all the same (`named`). Absent: it has none. */
  transcription?: "intent" | "named";
}>;

/** Everything the relay, the back office and the docs know about a vendor. Data first, code only for quirks. */
export type Provider = Readonly<{
  id: string;
  name: string;
  /** With its version segment: `https://api.openai.com/v1`. Absent: the operator must give one. */
  baseUrl?: string;
  /** Path that a bare host in a channel's base stands for, where there is no `baseUrl` to take it from. */
  basePath?: string;
  /** What is offered per operation: one endpoint, or several that speak different protocols, the preferred one first. */
  paths: Readonly<Partial<Record<Operation, ProviderEndpoint | readonly ProviderEndpoint[]>>>;
  /** Work that takes minutes: videos, songs, pictures of a queue. */
  tasks?: readonly TaskEndpoint[];
  /** Conversations over a WebSocket in OpenAI's events, where the vendor has them. */
  realtime?: RealtimeEndpoint;
  authorize(key: string): Readonly<Record<string, string>>;
  /** Tokens stand in for keys of some kinds. */
  tokens?: TokenExchange;
  /** What the address has of key, settings and model. @throws RelayError no_available_channel where something is missing */
  place?(of: Placing): Place;
  /** What of a place a channel may name: forms ask for it. */
  asks?: readonly ("project" | "location")[];
  /** What its keys look like, where they are no plain text but files or of several parts: forms look at what is pasted. */
  keyForm?: "service-account" | RegExp;
  /** Where its models are listed; left out = beside its calls. Who may make calls may not always see the list. */
  listings?(of: Placing): readonly ModelListing[];
  /** Headers that prove the key for this one call, where the key itself is not sent. */
  sign?(key: string, call: SignableCall): Readonly<Record<string, string>>;
  /** The way that calls take, where that is not HTTP as it is. */
  carry?: Carrier;
  flags: ProviderFlags;
  /** Vendor's own code, type, `status code`, or a regular expression on `status message`, to a class; looked at before the status table. */
  errorClasses?: readonly Readonly<{ match: string | RegExp; class: ErrorClass }>[];
  /** A shop as this one: calls to it say through how many they have come, so that none goes round for ever. */
  isShop?: boolean;
  /** Needs no key (local servers, the simulator). */
  keyless?: boolean;
  /** Host, path or flags are not confirmed by the vendor's documents or a recording: forms say so. */
  unconfirmed?: boolean;
  docs: string;
}>;
