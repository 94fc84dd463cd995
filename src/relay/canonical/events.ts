import type { Usage } from "#money/usage.ts";
import type { Citation, Json, Proof } from "#relay/canonical/request.ts";

export type FinishReason = "stop" | "length" | "tool-calls" | "content-filter" | "refusal" | "pause" | "context-full" | "error";

/** What a vendor said instead of an answer. `status` is what it would have sent as HTTP. */
export type VendorError = Readonly<{ status?: number; code?: string; type?: string; message?: string }>;

/**
 * An answer in nobody's wire format. A stream is `start`, any number of deltas, then one `end` or `error`; an `end`
 * only where the vendor said how it ended, so a cut stream stays visible. Every decoder keeps to this:
 *
 * - `start` comes first and once; nothing follows `end` or `error`;
 * - a block (text, reasoning, refusal, tool call) has an index that rises by 1 in the order of opening, and is closed by
 *   `block-end` before `end`; text and reasoning blocks open with their first delta, tools with `tool-start`;
 * - `tool-delta` stands only between its `tool-start` and `block-end`; a tool has an id and a name that are not empty.
 *
 * A whole reply is decoded to the same events.
 */
export type CanonicalEvent =
  | Readonly<{ type: "start"; id: string; model: string; created?: number; usage?: Usage }>
  | Readonly<{ type: "text-delta"; index: number; text: string }>
  | Readonly<{ type: "text-proof"; index: number; proof: Proof }>
  | Readonly<{ type: "reasoning-delta"; index: number; text: string; summary?: boolean }>
  | Readonly<{ type: "reasoning-proof"; index: number; proof?: Proof; redacted?: string; id?: string }>
  | Readonly<{ type: "refusal-delta"; index: number; text: string }>
  | Readonly<{ type: "tool-start"; index: number; id: string; name: string; custom?: boolean; proof?: Proof }>
  | Readonly<{ type: "tool-delta"; index: number; arguments: string }>
  | Readonly<{ type: "block-end"; index: number }>
  | Readonly<{ type: "image"; index: number; mime: string; base64: string; partial: boolean }>
  | Readonly<{ type: "audio-delta"; index: number; base64?: string; transcript?: string; id?: string; expiresAt?: number }>
  | Readonly<{ type: "server-tool"; index: number; phase: "start" | "delta" | "end"; raw: Json }>
  | Readonly<{ type: "citation"; index: number; citation: Citation }>
  | Readonly<{ type: "logprobs"; index: number; raw: Json }>
  /** A running total, which replaces the one before. */
  | Readonly<{ type: "usage"; usage: Usage; inconsistent?: boolean }>
  /** Only where several answers were asked for: what follows belongs to it; `finish` closes it. */
  | Readonly<{ type: "candidate"; number: number; finish?: FinishReason }>
  | Readonly<{ type: "ping" }>
  /** `blocked`: an answer of a kind, the refusal of the prompt, for a client whose format has none. */
  | Readonly<{ type: "error"; error: VendorError; blocked?: boolean; usage?: Usage }>
  | Readonly<{ type: "end"; finish: FinishReason; native?: string; stopSequence?: string; usage?: Usage; /** The prompt itself was refused: there is no answer at all. */ blocked?: boolean }>;
