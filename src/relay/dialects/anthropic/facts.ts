import { plainText } from "#relay/canonical/plain.ts";
import type { ReplyFacts } from "#relay/dialects/dialect.ts";
import { isServerType } from "#relay/dialects/anthropic/block-types.ts";
import { meteredFinish } from "#relay/dialects/anthropic/stop-reason.ts";
import { mergeUsage, normaliseUsage, withoutOutput } from "#relay/dialects/anthropic/usage.ts";
import { readVendorError } from "#relay/dialects/anthropic/vendor-error.ts";
import { asWire, isWire, textOf, wordOf, type Wire } from "#relay/dialects/anthropic/wire.ts";
import { ContentReader } from "#relay/dialects/openai-kit/content-reader.ts";
import type { Json } from "#relay/canonical/request.ts";
import type { Usage } from "#money/usage.ts";

/** Members of a delta that hold what the model has written. */
export const TEXT_OF_DELTA: Readonly<Record<string, string>> = { text_delta: "text", thinking_delta: "thinking", input_json_delta: "partial_json" };

/** The facts of one reply, gathered from its parsed events. */
export class AnthropicFacts implements ReplyFacts {
  usage?: Usage;
  usageInconsistent = false;
  finish?: string;
  complete = false;
  error?: NonNullable<ReplyFacts["error"]>;
  id?: string;
  /** The vendor's own name of the model. */
  model?: string;
  readonly reader = new ContentReader();
  private hasOtherContent = false;
  private counts: Wire = {};

  get content(): boolean {
    return this.reader.seen || this.hasOtherContent;
  }
  get contentBytes(): number {
    return this.reader.bytes;
  }
  get contentCjk(): number {
    return this.reader.cjk;
  }
  get text(): string[] {
    return this.reader.text;
  }
  get texts(): number {
    return this.reader.texts;
  }
  get textTruncated(): boolean {
    return this.reader.truncated;
  }

  /** Takes one event; the last value of each fact wins. */
  take(event: Wire): void {
    const error = readVendorError(event);
    if (error) {
      this.error ??= error;
      return;
    }
    switch (event.type) {
      case "message_start":
        return this.takeStart(asWire(event.message));
      case "content_block_start":
        return this.takeBlock(asWire(event.content_block));
      case "content_block_delta": {
        const delta = asWire(event.delta);
        return this.count(delta[TEXT_OF_DELTA[plainText(delta.type)] ?? ""]);
      }
      case "message_delta":
        return this.takeEnd(asWire(event.delta), event.usage);
      case "message_stop":
        this.complete = true;
    }
  }

  /** Takes a complete message. */
  takeMessage(message: Wire): void {
    const { content, usage } = message;
    this.takeStart({ ...message, usage: null });
    for (const block of content as readonly Json[]) this.takeBlock(asWire(block));
    this.takeEnd(message, usage);
    this.complete = true;
  }

  /** An opening's output is a placeholder: no count until `message_delta` brings one. */
  private takeStart(message: Wire): void {
    this.id ??= wordOf(message.id);
    this.model ??= wordOf(message.model);
    if (isWire(message.usage)) this.takeUsage(withoutOutput(message.usage));
  }

  private takeBlock(block: Wire): void {
    const type = textOf(block.type) ?? "";
    if (type === "redacted_thinking" || isServerType(type)) this.hasOtherContent = true;
    this.count(block.text);
    this.count(block.thinking);
    if (type !== "tool_use") return;
    this.count(block.name);
    if (isWire(block.input) && Object.keys(block.input).length > 0) this.count(JSON.stringify(block.input));
  }

  private takeEnd(delta: Wire, usage: Json | undefined): void {
    const reason = wordOf(delta.stop_reason);
    if (reason !== undefined) this.finish = meteredFinish(reason);
    if (isWire(usage)) this.takeUsage(usage);
  }

  private takeUsage(usage: Wire): void {
    this.counts = mergeUsage(this.counts, usage);
    const read = normaliseUsage(this.counts);
    this.usage = read.usage;
    this.usageInconsistent = read.inconsistent;
  }

  private count(text: Json | undefined): void {
    if (typeof text !== "string" || text === "") return;
    const bytes = Buffer.from(JSON.stringify(text));
    this.reader.string(bytes, 1, bytes.length);
  }
}
