import type { DialectId, Operation } from "#relay/dialects/dialect.ts";

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
  /** Takes `provider`, `models` and `session_id` itself, as this shop does; all others are spared them. */
  routingFields?: boolean;
}>;

/** Class of an upstream outcome. */
export type ErrorClass =
  | "connect" | "slow" | "client" | "quota" | "auth" | "config" | "quirk" | "policy" | "context" | "transient" | "rate" | "server" | "overload" | "bad_body" | "aborted";

/** Everything the relay, the back office and the docs know about a vendor. Data first, code only for quirks. */
export type Provider = Readonly<{
  id: string;
  name: string;
  /** With its version segment: `https://api.openai.com/v1`. Absent: the operator must give one. */
  baseUrl?: string;
  /** Path that a bare host in a channel's base stands for, where there is no `baseUrl` to take it from. */
  basePath?: string;
  /** Paths below the base, per operation. */
  paths: Readonly<Partial<Record<Operation, Readonly<{ dialect: DialectId; path: string }>>>>;
  authorize(key: string): Readonly<Record<string, string>>;
  flags: ProviderFlags;
  /** Vendor's own code, type, `status code`, or a regular expression on `status message`, to a class; looked at before the status table. */
  errorClasses?: readonly Readonly<{ match: string | RegExp; class: ErrorClass }>[];
  /** Needs no key (local servers, the simulator). */
  keyless?: boolean;
  /** Host, path or flags are not confirmed by the vendor's documents or a recording: forms say so. */
  unconfirmed?: boolean;
  docs: string;
}>;
