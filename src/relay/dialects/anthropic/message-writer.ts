import type { ReplyOptions } from "#relay/canonical/codec.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import type { Proof } from "#relay/canonical/request.ts";
import { isServerBlock } from "#relay/dialects/anthropic/block-types.ts";
import { writeCitation } from "#relay/dialects/anthropic/citation.ts";
import { signatureOf, wrapProof } from "#relay/dialects/anthropic/proof.ts";
import { stopReasonOf } from "#relay/dialects/anthropic/stop-reason.ts";
import { writeDeltaUsage, writeUsage } from "#relay/dialects/anthropic/usage.ts";
import type { Wire } from "#relay/dialects/anthropic/wire.ts";
import type { Usage } from "#money/usage.ts";

type BlockEvent = Extract<CanonicalEvent, { index: number }>;
type End = Extract<CanonicalEvent, { type: "end" }>;

/** A block that is being written. */
type OpenBlock = {
  readonly canonical: number;
  readonly kind: "text" | "thinking" | "tool" | "server" | "nothing";
  /** A free-text tool's input, which must become an object. */
  custom?: string;
};

/** `tool_use` ids of this format; others are refused when they come back with the history. */
const TOOL_ID = /^[a-zA-Z0-9_-]+$/;

/**
 * Writes canonical events as this format's, parsed. Its blocks never overlap: what comes for another block than the open
 * one waits until that one is closed.
 */
export class MessageWriter {
  private readonly options: ReplyOptions;
  private out: Wire[] = [];
  private open: OpenBlock | undefined;
  /** Wire index of the open block, or of the next one. */
  private index = 0;
  private readonly waiting = new Map<number, BlockEvent[]>();
  private usage: Usage | undefined;
  private started = false;

  constructor(options: ReplyOptions) {
    this.options = options;
  }

  /** @returns events to send now; `message_stop` follows the last of them */
  push(event: CanonicalEvent): readonly Wire[] {
    this.out = [];
    switch (event.type) {
      case "start":
        this.start(event.id, event.usage);
        break;
      case "usage":
        this.usage = event.usage;
        break;
      case "ping":
        if (this.started) this.out.push({ type: "ping" });
        break;
      case "end":
        this.end(event);
        break;
      case "candidate": case "error":
        break;
      default:
        this.block(event);
    }
    return this.out;
  }

  /** Where text of this canonical block would be written, when that is the open one and a text. */
  openText(canonical: number): number | undefined {
    return this.open?.canonical === canonical && this.open.kind === "text" ? this.index : undefined;
  }

  private start(id: string, usage: Usage | undefined): void {
    this.started = true;
    this.usage = usage;
    const { model, requestId, inputTokensEstimate } = this.options;
    const known = writeUsage(usage ?? { inputUncached: inputTokensEstimate });
    this.out.push({
      type: "message_start",
      message: {
        id: id.startsWith("msg_") ? id : `msg_${requestId.replace(/^req_/, "")}`, type: "message", role: "assistant", model, content: [],
        stop_reason: null, stop_sequence: null, stop_details: null, container: null, diagnostics: null, usage: { ...known, output_tokens: 1 },
      },
    });
    this.out.push({ type: "ping" });
  }

  private block(event: BlockEvent): void {
    if (this.open === undefined || this.open.canonical === event.index) {
      this.write(event);
      return;
    }
    const queue = this.waiting.get(event.index);
    if (queue) queue.push(event);
    else if (opens(event)) this.waiting.set(event.index, [event]);
  }

  private write(event: BlockEvent): void {
    switch (event.type) {
      case "text-delta": case "refusal-delta":
        this.need(event.index, "text", { type: "text", text: "" });
        return this.delta({ type: "text_delta", text: event.text });
      case "reasoning-delta":
        this.need(event.index, "thinking", { type: "thinking", thinking: "", signature: "" });
        return this.delta({ type: "thinking_delta", thinking: event.text });
      case "reasoning-proof":
        return this.prove(event);
      case "citation":
        return this.cite(event);
      case "tool-start":
        if (event.proof) this.carry(event.proof);
        this.need(event.index, "tool", { type: "tool_use", id: toolId(event.id), name: event.name, input: {}, caller: { type: "direct" } });
        if (event.custom === true) this.open!.custom = "";
        return;
      case "tool-delta":
        return this.argue(event.arguments);
      case "server-tool":
        return this.serve(event);
      case "block-end":
        return this.close();
      // This format has no place for pictures, sound, probabilities or proofs of texts.
    }
  }

  private need(canonical: number, kind: OpenBlock["kind"], content_block: Wire): void {
    if (this.open) return;
    this.open = { canonical, kind };
    if (kind !== "nothing") this.out.push({ type: "content_block_start", index: this.index, content_block });
  }

  private delta(delta: Wire): void {
    this.out.push({ type: "content_block_delta", index: this.index, delta });
  }

  private argue(piece: string): void {
    if (this.open?.kind !== "tool") return;
    if (this.open.custom === undefined) this.delta({ type: "input_json_delta", partial_json: piece });
    else this.open.custom += piece;
  }

  private prove({ index, redacted, proof, id }: Extract<CanonicalEvent, { type: "reasoning-proof" }>): void {
    if (redacted !== undefined) {
      this.need(index, "thinking", { type: "redacted_thinking", data: redacted });
      return;
    }
    if (proof === undefined) return;
    this.need(index, "thinking", { type: "thinking", thinking: "", signature: "" });
    this.delta({ type: "signature_delta", signature: signatureOf({ proof, ...(id === undefined ? {} : { id }) }) });
  }

  /** A call has no place for a proof: it travels in a block of its own before the call. */
  private carry(proof: Proof): void {
    if (this.open) return;
    this.out.push({ type: "content_block_start", index: this.index, content_block: { type: "redacted_thinking", data: wrapProof({ proof }) } }, { type: "content_block_stop", index: this.index });
    this.index++;
  }

  private cite({ citation }: Extract<CanonicalEvent, { type: "citation" }>): void {
    const wire = writeCitation(citation);
    if (wire && this.open?.kind === "text") this.delta({ type: "citations_delta", citation: wire });
  }

  private serve({ index, phase, raw }: Extract<CanonicalEvent, { type: "server-tool" }>): void {
    if (phase === "start") this.need(index, isServerBlock(raw) ? "server" : "nothing", raw as Wire);
    else if (phase === "delta" && this.open?.kind === "server") this.delta(raw as Wire);
    else if (phase === "end") this.close();
  }

  /** Closes the open block; then those that waited for it have their turn, in the order of their opening. */
  private close(): void {
    const { open } = this;
    if (!open) return;
    if (open.custom !== undefined) this.delta({ type: "input_json_delta", partial_json: JSON.stringify({ input: open.custom }) });
    this.open = undefined;
    if (open.kind !== "nothing") this.out.push({ type: "content_block_stop", index: this.index++ });
    const [next] = this.waiting;
    if (!next) return;
    this.waiting.delete(next[0]);
    for (const event of next[1]) this.block(event);
  }

  private end({ finish, stopSequence, usage }: End): void {
    while (this.open) this.close();
    this.out.push({
      type: "message_delta",
      delta: {
        stop_reason: stopReasonOf(finish, stopSequence), stop_sequence: stopSequence ?? null, container: null,
        stop_details: finish === "refusal" || finish === "content-filter" ? { type: "refusal", category: null, explanation: null } : null,
      },
      usage: writeDeltaUsage(usage ?? this.usage ?? { inputUncached: this.options.inputTokensEstimate }),
    });
  }
}

const OPENING = new Set<CanonicalEvent["type"]>(["text-delta", "refusal-delta", "reasoning-delta", "reasoning-proof", "tool-start", "server-tool"]);

/** What comes late for a block that is closed has no place any more. */
const opens = (event: BlockEvent): boolean => OPENING.has(event.type) && (event.type !== "server-tool" || event.phase === "start");

function toolId(id: string): string {
  return TOOL_ID.test(id) ? id : `toolu_${Buffer.from(id).toString("base64url").slice(0, 40)}`;
}
