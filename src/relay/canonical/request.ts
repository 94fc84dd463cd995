import type { WireFormat } from "#relay/dialects/wire-format.ts";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/**
 * A chat request in nobody's wire format: what a client's dialect is read into and an upstream's protocol is written
 * from when the two differ. Order of parts is kept; what only one format knows travels in `extra` and `raw`.
 */
export type ChatRequest = Readonly<{
  origin: WireFormat;
  /** Public name, before any mapping. */
  model: string;
  stream: boolean;
  /** The leading run of system and developer text, in order. */
  system: readonly TextPart[];
  messages: readonly Message[];
  tools: readonly Tool[];
  toolChoice?: ToolChoice;
  parallelToolCalls?: boolean;
  output: OutputFormat;
  /** Default `["text"]`. */
  modalities: readonly ("text" | "image" | "audio")[];
  audioOut?: Readonly<{ voice: string; format: string }>;
  imageOut?: Readonly<{ aspectRatio?: string; size?: string }>;
  reasoning?: Reasoning;
  sampling: Sampling;
  /** Visible text and reasoning together. */
  maxOutputTokens?: number;
  /** Answers asked for; at least 1. */
  candidates: number;
  /** The client asked for usage in its stream; what is asked of the vendor is another matter. */
  includeUsage: boolean;
  cache: Readonly<{ key?: string; retention?: "5m" | "1h" | "24h"; auto?: boolean }>;
  serviceTier?: "auto" | "default" | "flex" | "priority";
  /** At most 16 pairs. */
  metadata: Readonly<Record<string, string>>;
  /** The client's name of its own user; hashed before it goes upstream. */
  endUser?: string;
  state?: Readonly<{ previousId?: string; store?: boolean }>;
  /** Tools came in OpenAI's old form (`functions`), and calls are told in it. */
  legacyFunctions?: boolean;
  /** Values of `anthropic-beta`. */
  betas: readonly string[];
  /** Unknown top-level members in order, by the name they had; sent within one family only. */
  extra: JsonObject;
}>;

export type ToolChoice =
  | Readonly<{ mode: "auto" | "none" | "required" }>
  | Readonly<{ mode: "named"; name: string }>
  | Readonly<{ mode: "allowed"; names: readonly string[]; required: boolean }>;

export type OutputFormat =
  | Readonly<{ format: "text" | "json" }>
  | Readonly<{ format: "json-schema"; name: string; schema: Json; strict?: boolean; description?: string }>;

export type Sampling = Readonly<{
  temperature?: number; topP?: number; topK?: number; minP?: number; stop?: readonly string[]; seed?: number;
  presencePenalty?: number; frequencyPenalty?: number; repetitionPenalty?: number; logitBias?: Readonly<Record<string, number>>;
  logprobs?: boolean; topLogprobs?: number;
}>;

export type Effort = "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max";

export type Reasoning = Readonly<{
  effort?: Effort;
  /** Tokens; -1 = as many as the model sees fit. */
  budget?: number;
  adaptive?: boolean;
  expose: "none" | "summary" | "full";
  summaryStyle?: "auto" | "concise" | "detailed";
}>;

export type Message =
  | Readonly<{ role: "user"; parts: readonly UserPart[]; name?: string }>
  | Readonly<{ role: "assistant"; parts: readonly AssistantPart[]; name?: string; phase?: string }>
  /** Several results may stand in one. */
  | Readonly<{ role: "tool"; parts: readonly ToolResultPart[] }>
  /** System text in the middle of the conversation. */
  | Readonly<{ role: "system"; parts: readonly TextPart[] }>;

export type CacheMark = Readonly<{ ttl: "5m" | "1h" }>;

/** What a vendor signed or encrypted, opaque; worth something to models of one family only. */
export type Proof = Readonly<{ family: ProofFamily; value: string }>;
export type ProofFamily = "anthropic" | "gemini" | "openai" | (string & {});

/** `data` is base64 without line breaks. */
export type Source = Readonly<{ kind: "base64"; data: string } | { kind: "url"; url: string } | { kind: "file"; id: string }>;

export type TextPart = Readonly<{ type: "text"; text: string; cache?: CacheMark; citations?: readonly Citation[]; proof?: Proof }>;
export type MediaPart = Readonly<{
  type: "image" | "audio" | "video"; source: Source; mime?: string; detail?: "low" | "high" | "auto" | "original"; cache?: CacheMark;
}>;
export type DocumentPart = Readonly<{
  type: "document"; source: Source | Readonly<{ kind: "text"; text: string }>; mime?: string; filename?: string; citations?: boolean; cache?: CacheMark;
}>;
/** `redacted` = reasoning that only its vendor can read. */
export type ReasoningPart = Readonly<{ type: "reasoning"; text: string; summary?: boolean; id?: string; proof?: Proof; redacted?: string }>;
/** `arguments` is raw text, which need not be JSON; `custom` = a free-text tool. */
export type ToolCallPart = Readonly<{ type: "tool-call"; id: string; name: string; arguments: string; custom?: boolean; proof?: Proof; cache?: CacheMark }>;
export type ToolResultPart = Readonly<{
  type: "tool-result"; callId: string; name?: string; parts: readonly (TextPart | MediaPart | DocumentPart)[]; isError?: boolean; cache?: CacheMark;
}>;
export type RefusalPart = Readonly<{ type: "refusal"; text: string }>;
/** A tool that the vendor ran itself. */
export type ServerToolPart = Readonly<{ type: "server-tool"; id: string; name: string; input?: Json; result?: Json; raw: Json }>;

export type UserPart = TextPart | MediaPart | DocumentPart;
export type AssistantPart = TextPart | ReasoningPart | ToolCallPart | RefusalPart | MediaPart | ServerToolPart;

export type BuiltinKind =
  | "web-search" | "web-fetch" | "code" | "file-search" | "image-generation" | "computer" | "mcp" | "shell" | "apply-patch" | "memory" | "maps" | "other";

export type Tool =
  /** `namespace` = the word under which the client keeps it; vendors know it by its name alone. */
  | Readonly<{ type: "function"; name: string; namespace?: string; description?: string; schema: Json; strict?: boolean; cache?: CacheMark }>
  | Readonly<{ type: "custom"; name: string; namespace?: string; description?: string; grammar?: Json }>
  | Readonly<{ type: "builtin"; kind: BuiltinKind; origin: WireFormat; raw: Json; maxUses?: number }>;

export type Citation = Readonly<{ kind: "url" | "document" | "file"; url?: string; title?: string; start?: number; end?: number; quoted?: string; raw?: Json }>;
