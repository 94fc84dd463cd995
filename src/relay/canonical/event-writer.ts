import type { CanonicalEvent, FinishReason, VendorError } from "#relay/canonical/events.ts";
import type { Citation, Json, Proof } from "#relay/canonical/request.ts";
import type { Usage } from "#money/usage.ts";

type Kind = "text" | "reasoning" | "refusal" | "tool";
type Start = Readonly<{ id: string; model: string; created?: number }>;
type ToolStart = Readonly<{ id: string; name: string; custom?: boolean; proof?: Proof }>;

/**
 * Writes events by the rules that stand at `CanonicalEvent`, for protocols whose blocks come one after another: blocks
 * are numbered, opened by their first delta and closed by the next one; nothing follows the end.
 */
export class EventWriter {
  #out: CanonicalEvent[] = [];
  #started = false;
  #over = false;
  #index = -1;
  #open: Kind | undefined;
  /** A tool has been called. */
  called = false;

  get over(): boolean {
    return this.#over;
  }

  /** What has been written since the last time. */
  take(): readonly CanonicalEvent[] {
    const out = this.#out;
    this.#out = [];
    return out;
  }

  start(start: Start): void {
    if (this.#started || this.#over) return;
    this.#started = true;
    this.#out.push({ type: "start", ...start });
  }

  text(text: string): void {
    if (text === "") return;
    this.#out.push({ type: "text-delta", index: this.#enter("text"), text });
  }

  reasoning(text: string): void {
    if (text === "") return;
    this.#out.push({ type: "reasoning-delta", index: this.#enter("reasoning"), text });
  }

  /** Stands on the reasoning that is open, or on one of its own. */
  reasoningProof(proof: Readonly<{ proof?: Proof; redacted?: string }>): void {
    this.#out.push({ type: "reasoning-proof", index: this.#enter("reasoning"), ...proof });
  }

  citation(citation: Citation): void {
    this.#out.push({ type: "citation", index: this.#enter("text"), citation });
  }

  tool(start: ToolStart): void {
    this.close();
    this.called = true;
    this.#out.push({ type: "tool-start", index: this.#enter("tool"), ...start });
  }

  /** Only after `tool`. */
  arguments(text: string): void {
    if (text !== "" && this.#open === "tool") this.#out.push({ type: "tool-delta", index: this.#index, arguments: text });
  }

  /** Raw objects of a tool that the vendor ran itself. */
  serverTool(raw: Json): void {
    this.close();
    this.#index += 1;
    this.#out.push({ type: "server-tool", index: this.#index, phase: "start", raw }, { type: "server-tool", index: this.#index, phase: "end", raw: null });
  }

  close(): void {
    if (this.#open === undefined) return;
    this.#open = undefined;
    this.#out.push({ type: "block-end", index: this.#index });
  }

  usage(usage: Usage, inconsistent: boolean): void {
    if (!this.#over) this.#out.push({ type: "usage", usage, ...(inconsistent && { inconsistent }) });
  }

  end(finish: FinishReason, more: Readonly<{ native?: string; stopSequence?: string }> = {}): void {
    if (this.#over) return;
    this.close();
    this.#over = true;
    this.#out.push({ type: "end", finish, ...more });
  }

  error(error: VendorError): void {
    if (this.#over) return;
    this.close();
    this.#over = true;
    this.#out.push({ type: "error", error });
  }

  #enter(kind: Kind): number {
    if (this.#open === kind && kind !== "tool") return this.#index;
    this.close();
    this.#open = kind;
    this.#index += 1;
    return this.#index;
  }
}
