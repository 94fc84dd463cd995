import type { CanonicalEvent, FinishReason } from "#relay/canonical/events.ts";
import type { ReplyFacts } from "#relay/dialects/dialect.ts";
import type { Usage } from "#money/usage.ts";

const KEPT_BYTES_MAX = 64 * 1024;
/** Letters of Chinese, Japanese and Korean, as pass-through counts them. */
const CJK_FIRST = 0x3000, CJK_LAST = 0xd7ff;

/** As pass-through replies are judged: in the words of OpenAI's chat. */
const FINISH: Readonly<Record<FinishReason, string>> = {
  stop: "stop", length: "length", "tool-calls": "tool_calls", "content-filter": "content_filter", refusal: "content_filter",
  pause: "pause", "context-full": "length", error: "error",
};

/** What an answer turned out to be, gathered from its events. */
export class ConvertedFacts implements ReplyFacts {
  usage?: Usage;
  usageInconsistent = false;
  finish?: string;
  content = false;
  complete = false;
  blocked = false;
  error?: NonNullable<ReplyFacts["error"]>;
  contentBytes = 0;
  contentCjk = 0;
  textTruncated = false;
  /** The vendor's id; the client is told one of ours. */
  upstreamId?: string;
  #kept = "";
  #keptBytes = 0;

  get text(): string[] {
    return this.#kept === "" ? [] : [this.#kept];
  }

  take(event: CanonicalEvent): void {
    switch (event.type) {
      case "start":
        this.upstreamId = event.id;
        if (event.usage) this.usage = event.usage;
        return;
      case "text-delta": case "reasoning-delta": case "refusal-delta":
        this.#count(event.text);
        return;
      case "tool-start":
        this.#count(event.name);
        return;
      case "tool-delta":
        this.#count(event.arguments);
        return;
      case "audio-delta":
        if (event.base64 !== undefined) this.content = true;
        if (event.transcript !== undefined) this.#count(event.transcript);
        return;
      case "image": case "server-tool":
        this.content = true;
        return;
      case "reasoning-proof":
        if (event.redacted !== undefined) this.content = true;
        return;
      case "usage":
        this.usage = event.usage;
        this.usageInconsistent = event.inconsistent === true;
        return;
      case "candidate":
        if (event.finish !== undefined && event.number === 0) this.finish = FINISH[event.finish];
        return;
      case "error":
        this.error ??= event.error;
        if (event.blocked) this.blocked = true;
        if (event.usage) this.usage = event.usage;
        return;
      case "end":
        this.complete = true;
        this.finish ??= FINISH[event.finish];
        if (event.usage) this.usage = event.usage;
        if (event.blocked) this.blocked = true;
        return;
      default:
    }
  }

  #count(text: string): void {
    if (text === "") return;
    this.content = true;
    const bytes = Buffer.byteLength(text);
    this.contentBytes += bytes;
    if (bytes !== text.length) for (let at = 0; at < text.length; at++) if (isCjk(text.charCodeAt(at))) this.contentCjk++;
    if (this.#keptBytes + bytes > KEPT_BYTES_MAX) this.textTruncated = true;
    else {
      this.#kept += text;
      this.#keptBytes += bytes;
    }
  }
}

const isCjk = (unit: number): boolean => unit >= CJK_FIRST && unit <= CJK_LAST;
