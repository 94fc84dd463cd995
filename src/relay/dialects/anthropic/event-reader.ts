import { uuidv7 } from "#platform/ids.ts";
import type { DecoderOptions } from "#relay/canonical/codec.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import { plainText } from "#relay/canonical/plain.ts";
import type { Citation, Json } from "#relay/canonical/request.ts";
import { isServerType, openedBy, pieceOf } from "#relay/dialects/anthropic/block-types.ts";
import { readCitation } from "#relay/dialects/anthropic/citation.ts";
import { JSON_TOOL } from "#relay/dialects/anthropic/json-tool.ts";
import { readSignature } from "#relay/dialects/anthropic/proof.ts";
import { finishOf } from "#relay/dialects/anthropic/stop-reason.ts";
import { mergeUsage, normaliseUsage, withoutOutput } from "#relay/dialects/anthropic/usage.ts";
import { readVendorError } from "#relay/dialects/anthropic/vendor-error.ts";
import { asWire, isWire, listOf, parseWire, textOf, wordOf, type Wire } from "#relay/dialects/anthropic/wire.ts";

type Kind = "text" | "reasoning" | "tool" | "server" | "unknown";
type Block = {
  readonly kind: Kind;
  /** Canonical index; undefined until there is something to tell of it. */
  index?: number;
  readonly wire: Wire;
  /** Pieces of a tool's arguments. */
  pieces: string;
  /** Sources named before the first letter of the text that they belong to. */
  readonly early: Citation[];
  /** Deltas that changed a server's block, for its final form. */
  readonly changes: Wire[];
};

/** Reads the wire's events, parsed, into canonical ones. Unknown types of events, blocks and deltas are passed over. */
export class EventReader {
  /** After the end or an error nothing counts. */
  over = false;
  private readonly options: Pick<DecoderOptions, "restore">;
  private readonly blocks = new Map<number, Block>();
  private started = false;
  private next = 0;
  private usage: Wire = {};
  private stop: Readonly<{ reason: string; sequence?: string }> | undefined;
  private refusal: string | undefined;
  private called = false;
  private hasContent = false;
  private out: CanonicalEvent[] = [];

  constructor(options: Pick<DecoderOptions, "restore">) {
    this.options = options;
  }

  /** @returns what has to be told now */
  take(event: Wire): readonly CanonicalEvent[] {
    this.out = [];
    if (!this.over) this.read(event);
    return this.out;
  }

  /** The connection has ended: an answer whose stop reason was told is whole, even without `message_stop`. */
  finish(eofIsEnd: boolean): readonly CanonicalEvent[] {
    this.out = [];
    if (!this.over && this.started && (this.stop !== undefined || (eofIsEnd && this.hasContent))) this.end();
    return this.out;
  }

  private read(event: Wire): void {
    const error = readVendorError(event);
    if (error) {
      this.over = true;
      this.out.push({ type: "error", error });
      return;
    }
    switch (event.type) {
      case "message_start":
        return this.start(asWire(event.message));
      case "content_block_start":
        return this.open(indexOf(event), asWire(event.content_block));
      case "content_block_delta":
        return this.delta(indexOf(event), asWire(event.delta));
      case "content_block_stop":
        return this.close(indexOf(event));
      case "message_delta":
        return this.messageDelta(asWire(event.delta), event.usage);
      case "message_stop":
        return this.end();
      case "ping":
        if (this.started) this.out.push({ type: "ping" });
    }
  }

  /** A second opening of the same message, which some gateways send, adds at most to its usage. */
  private start(message: Wire): void {
    this.usage = mergeUsage(this.usage, message.usage);
    if (this.started) return;
    this.started = true;
    const known = withoutOutput(this.usage);
    this.out.push({
      type: "start", id: wordOf(message.id) ?? `msg_${uuidv7().replaceAll("-", "")}`, model: textOf(message.model) ?? "",
      ...(Object.keys(known).length === 0 ? {} : { usage: normaliseUsage(known).usage }),
    });
  }

  private open(at: number, wire: Wire): void {
    if (!this.started) this.start({});
    if (this.blocks.has(at)) this.close(at);
    const block: Block = { kind: kindOf(wire), wire, pieces: "", early: [], changes: [] };
    this.blocks.set(at, block);
    switch (block.kind) {
      case "text":
        this.text(block, textOf(wire.text) ?? "");
        for (const citation of listOf(wire.citations)) this.cite(block, readCitation(citation));
        return;
      case "reasoning":
        this.reason(block, textOf(wire.thinking) ?? "");
        this.sign(block, wire.signature);
        if (wire.type === "redacted_thinking") this.out.push({ type: "reasoning-proof", index: this.indexed(block), redacted: textOf(wire.data) ?? "" });
        return;
      case "tool":
        return this.openTool(block);
      case "server":
        this.hasContent = true;
        this.out.push({ type: "server-tool", index: this.indexed(block), phase: "start", raw: wire });
    }
  }

  private openTool(block: Block): void {
    if (block.wire.name === JSON_TOOL) return;
    const { restore = same } = this.options;
    const id = wordOf(block.wire.id) ?? `call_${uuidv7().replaceAll("-", "")}`;
    this.called = this.hasContent = true;
    this.out.push({ type: "tool-start", index: this.indexed(block), id: restore(id), name: restore(wordOf(block.wire.name)!) });
  }

  private delta(at: number, delta: Wire): void {
    const opened = openedBy(plainText(delta.type), textOf(this.blocks.get(at)?.wire.type));
    if (opened !== undefined) this.open(at, { type: opened });
    const block = this.blocks.get(at);
    if (!block) return;
    switch (delta.type) {
      case "text_delta":
        return this.text(block, textOf(delta.text) ?? "");
      case "thinking_delta":
        return this.reason(block, textOf(delta.thinking) ?? "");
      case "signature_delta":
        return this.sign(block, delta.signature);
      case "input_json_delta":
        return this.argue(block, pieceOf(delta.partial_json), delta);
      case "citations_delta":
        return this.cite(block, readCitation(delta.citation ?? null));
      default:
        if (block.kind === "server") this.change(block, delta);
    }
  }

  private text(block: Block, text: string): void {
    if (block.kind !== "text" || text === "") return;
    this.hasContent = true;
    this.out.push({ type: "text-delta", index: this.indexed(block), text });
    for (const citation of block.early.splice(0)) this.cite(block, citation);
  }

  private reason(block: Block, text: string): void {
    if (block.kind !== "reasoning" || text === "") return;
    this.hasContent = true;
    this.out.push({ type: "reasoning-delta", index: this.indexed(block), text });
  }

  private sign(block: Block, signature: Json | undefined): void {
    const value = wordOf(signature);
    if (block.kind === "reasoning" && value !== undefined) this.out.push({ type: "reasoning-proof", index: this.indexed(block), ...readSignature(value) });
  }

  private argue(block: Block, piece: string, delta: Wire): void {
    block.pieces += piece;
    if (block.kind === "server") return this.change(block, delta);
    if (block.kind !== "tool" || piece === "") return;
    if (block.wire.name === JSON_TOOL) {
      this.hasContent = true;
      this.out.push({ type: "text-delta", index: this.indexed(block), text: piece });
    } else this.out.push({ type: "tool-delta", index: this.indexed(block), arguments: piece });
  }

  private cite(block: Block, citation: Citation): void {
    if (block.kind !== "text") return;
    if (block.index === undefined) block.early.push(citation);
    else this.out.push({ type: "citation", index: block.index, citation });
  }

  private change(block: Block, delta: Wire): void {
    block.changes.push(delta);
    this.out.push({ type: "server-tool", index: this.indexed(block), phase: "delta", raw: delta });
  }

  private close(at: number): void {
    const block = this.blocks.get(at);
    if (!block) return;
    this.blocks.delete(at);
    if (block.kind === "tool" && block.pieces === "") this.argue(block, JSON.stringify(isWire(block.wire.input) ? block.wire.input : {}), block.wire);
    if (block.index === undefined) return;
    if (block.kind === "server") this.out.push({ type: "server-tool", index: block.index, phase: "end", raw: wholeBlock(block) });
    else this.out.push({ type: "block-end", index: block.index });
  }

  private messageDelta(delta: Wire, usage: Json | undefined): void {
    if (!this.started) this.start({});
    const reason = wordOf(delta.stop_reason);
    const sequence = textOf(delta.stop_sequence);
    if (reason !== undefined) this.stop = { reason, ...(sequence === undefined ? {} : { sequence }) };
    this.refusal = wordOf(asWire(delta.stop_details).explanation) ?? this.refusal;
    if (!isWire(usage)) return;
    this.usage = mergeUsage(this.usage, usage);
    this.out.push({ type: "usage", ...usageEvent(this.usage) });
  }

  private end(): void {
    if (!this.started) this.start({});
    for (const at of [...this.blocks.keys()]) this.close(at);
    this.refuse();
    this.over = true;
    const { stop } = this;
    const finish = finishOf(stop?.reason);
    this.out.push({
      type: "end",
      // Copies of this format say `end_turn` to calls, too. An answer in the forced tool is text to the client.
      finish: finish === "stop" && this.called ? "tool-calls" : finish === "tool-calls" && !this.called ? "stop" : finish,
      ...(stop === undefined ? {} : { native: stop.reason }),
      ...(stop?.sequence === undefined ? {} : { stopSequence: stop.sequence }),
      ...(Object.keys(this.usage).length === 0 ? {} : { usage: normaliseUsage(this.usage).usage }),
    });
  }

  /** Why the vendor refused, for clients whose format has a place for it. */
  private refuse(): void {
    if (this.refusal === undefined || finishOf(this.stop?.reason) !== "refusal") return;
    const index = this.next++;
    this.out.push({ type: "refusal-delta", index, text: this.refusal }, { type: "block-end", index });
  }

  private indexed(block: Block): number {
    return (block.index ??= this.next++);
  }
}

const same = (word: string): string => word;

function kindOf(wire: Wire): Kind {
  const type = textOf(wire.type) ?? "";
  if (type === "text") return "text";
  if (type === "thinking" || type === "redacted_thinking") return "reasoning";
  if (type === "tool_use") return wordOf(wire.name) === undefined ? "unknown" : "tool";
  return isServerType(type) ? "server" : "unknown";
}

const indexOf = (event: Wire): number => (typeof event.index === "number" ? event.index : 0);

function usageEvent(wire: Wire): Readonly<{ usage: ReturnType<typeof normaliseUsage>["usage"]; inconsistent?: boolean }> {
  const { usage, inconsistent } = normaliseUsage(wire);
  return { usage, ...(inconsistent ? { inconsistent } : {}) };
}

/** A server's block as it stands when it closes: with its input whole, or its text as the deltas gave it. */
function wholeBlock({ wire, pieces, changes }: Block): Wire {
  const input = pieces === "" ? undefined : parseWire(pieces);
  const contents = changes.map(({ content }) => content).filter((content) => content !== undefined);
  return { ...wire, ...(input ? { input } : {}), ...(contents.length > 0 ? { content: contents.at(-1)! } : {}) };
}
