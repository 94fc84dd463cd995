import type { ReplyFacts } from "#relay/dialects/dialect.ts";
import { ContentReader } from "#relay/dialects/openai-kit/content-reader.ts";
import { readUsage, withItems } from "#relay/dialects/openai-responses/usage.ts";
import { readError } from "#relay/dialects/openai-responses/vendor-error.ts";
import { asList, asObject, asText } from "#relay/dialects/openai-responses/wire.ts";
import type { Wire } from "#relay/dialects/openai-responses/wire.ts";
import type { ProviderFlags } from "#relay/providers/provider.ts";
import type { Usage } from "#money/usage.ts";

/** The facts of one response, gathered from its first and last event and by the reader of its texts. */
export class ResponsesFacts implements ReplyFacts {
  usage?: Usage;
  usageInconsistent = false;
  finish?: string;
  complete = false;
  error?: ReplyFacts["error"];
  id?: string;
  readonly reader = new ContentReader();
  #otherContent = false;
  readonly #items: Wire[] = [];

  get content(): boolean {
    return this.reader.seen || this.#otherContent;
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

  /** There is content that is no text: an image, what a tool of the vendor's has found. */
  markContent(): void {
    this.#otherContent = true;
  }

  /** An item of the output that is done. */
  takeItem(item: Wire): void {
    this.#items.push(item);
  }

  /** An `error` event, or a response that failed. */
  fail(wire: Wire): void {
    this.error ??= readError(wire) ?? { status: 500, code: "server_error", message: "The model has failed." };
  }

  /** What a response object tells, at the beginning or at the end. */
  take(response: Wire, flags: ProviderFlags): void {
    const id = asText(response.id);
    if (id !== undefined) this.id ??= id;
    const read = readUsage(response, flags);
    if (!read) return;
    this.usage = read.usage;
    this.usageInconsistent = read.inconsistent;
  }

  /** The last state of the response. The reason for its end is named as in chat. */
  finishWith(told: Wire, flags: ProviderFlags): void {
    const response = withItems(told, this.#items);
    this.take(response, flags);
    if (!this.content) this.#read(asList(response.output));
    const reason = asText(asObject(response.incomplete_details).reason);
    if (reason === "content_filter") this.finish = reason;
    else if (response.status === "incomplete") this.finish = "length";
    else this.finish = asList(response.output).some(({ type }) => type === "function_call" || type === "custom_tool_call") ? "tool_calls" : "stop";
    this.complete = true;
  }

  /** An answer of which nothing was told in pieces. */
  #read(output: readonly Wire[]): void {
    if (output.length > 0) this.markContent();
    const bytes = Buffer.from(JSON.stringify(output));
    this.reader.read(bytes, 0, bytes.length);
  }
}
