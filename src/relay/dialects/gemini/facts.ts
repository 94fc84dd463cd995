import type { Usage } from "#money/usage.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import { plainText } from "#relay/canonical/plain.ts";
import type { ReplyFacts } from "#relay/dialects/dialect.ts";
import { nativeFinish } from "#relay/dialects/gemini/finish.ts";
import { searchesOf } from "#relay/dialects/gemini/grounding.ts";
import { blockOf } from "#relay/dialects/gemini/reply-reader.ts";
import { laterUsage, normaliseUsage } from "#relay/dialects/gemini/usage.ts";
import { readError } from "#relay/dialects/gemini/vendor-error.ts";
import { isWire, textOf, wireOf, wiresOf, type Wire } from "#relay/dialects/gemini/wire.ts";

const KEPT_CHARS_MAX = 64 * 1024;
const CJK = /[\u3000-\ud7ff]/g;

/** What a reply turned out to be, told from its objects as they pass. */
export class GeminiFacts implements ReplyFacts {
  usage?: Usage;
  usageInconsistent = false;
  finish?: string;
  blocked = false;
  content = false;
  complete = false;
  error?: NonNullable<(CanonicalEvent & { type: "error" })["error"]>;
  id?: string;
  contentBytes = 0;
  contentCjk = 0;
  text: string[] = [];
  textTruncated = false;
  #kept = 0;
  #raw: Wire | undefined;
  #model: string | undefined;
  readonly #grounding = new Map<number, Wire>();

  /** Takes one object of the reply; the last value of each fact wins. */
  take(reply: unknown): void {
    if (!isWire(reply)) return;
    if (reply.error !== undefined && reply.error !== null) {
      this.error ??= readError(reply.error);
      return;
    }
    const id = textOf(reply.responseId);
    if (id !== undefined) this.id ??= id;
    for (const candidate of wiresOf(reply.candidates)) this.#candidate(candidate);
    const blocked = blockOf(reply.promptFeedback);
    if (blocked !== undefined && this.finish === undefined) {
      this.finish = blocked;
      this.blocked = true;
    }
    if (isWire(reply.usageMetadata)) this.#raw = laterUsage(this.#raw, reply.usageMetadata);
    this.#model ??= textOf(reply.modelVersion);
    if (this.#raw) this.#count(this.#model);
  }

  #count(model: string | undefined): void {
    const { usage, inconsistent } = normaliseUsage(this.#raw);
    let searches = 0;
    for (const grounding of this.#grounding.values()) searches += searchesOf(grounding, model);
    this.usage = searches > 0 ? { ...usage, items: { web_search: searches } } : usage;
    this.usageInconsistent = inconsistent;
  }

  #candidate(candidate: Wire): void {
    const number = typeof candidate.index === "number" ? candidate.index : 0;
    for (const part of wiresOf(wireOf(candidate.content).parts)) this.#part(part);
    if (isWire(candidate.groundingMetadata)) this.#grounding.set(number, { ...this.#grounding.get(number), ...candidate.groundingMetadata });
    const finish = nativeFinish(candidate.finishReason);
    if (finish !== undefined && (number === 0 || this.finish === undefined)) this.finish = finish;
  }

  #part(part: Wire): void {
    if (typeof part.text === "string") this.#read(part.text);
    const { functionCall: call, executableCode: code, codeExecutionResult: result } = part;
    if (isWire(call)) {
      if (typeof call.name === "string") this.#read(call.name);
      if (isWire(call.args)) this.#read(JSON.stringify(call.args));
      for (const { stringValue } of wiresOf(call.partialArgs)) if (typeof stringValue === "string") this.#read(stringValue);
      this.content = true;
    } else if (isWire(code)) this.#read(plainText(code.code ?? ""));
    else if (isWire(result)) this.#read(plainText(result.output ?? ""));
    else if (isWire(part.inlineData) || isWire(part.fileData)) this.content = true;
  }

  #read(text: string): void {
    if (text === "") return;
    this.content = true;
    this.contentBytes += Buffer.byteLength(text);
    this.contentCjk += text.match(CJK)?.length ?? 0;
    const room = KEPT_CHARS_MAX - this.#kept;
    if (text.length > room) this.textTruncated = true;
    if (room <= 0) return;
    this.text.push(text.length > room ? text.slice(0, room) : text);
    this.#kept += Math.min(text.length, room);
  }
}
