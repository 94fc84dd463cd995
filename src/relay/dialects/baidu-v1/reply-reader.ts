import { EventWriter } from "#relay/canonical/event-writer.ts";
import type { CanonicalEvent, FinishReason } from "#relay/canonical/events.ts";
import { readTokenUsage } from "#relay/dialects/plain-kit/token-usage.ts";
import { textOf, type Wire } from "#relay/dialects/stream-kit/wire.ts";

const FINISH: Readonly<Record<string, FinishReason>> = { normal: "stop", stop: "stop", length: "length", content_filter: "content-filter" };
const USAGE = { input: "prompt_tokens", output: "completion_tokens" } as const;

/** Reads Wenxin's objects: events of a stream say by `is_end` which is the last, whole replies have no such member. */
export class ReplyReader {
  readonly #write = new EventWriter();

  take(wire: Wire): readonly CanonicalEvent[] {
    if (wire.error_code !== undefined) this.#write.error({ code: String(wire.error_code), message: textOf(wire.error_msg) });
    else this.#answer(wire);
    return this.#write.take();
  }

  #answer(wire: Wire): void {
    this.#write.start({ id: textOf(wire.id), model: "", ...(typeof wire.created === "number" && { created: wire.created }) });
    this.#write.text(textOf(wire.result));
    const counted = readTokenUsage(wire.usage, USAGE);
    if (counted) this.#write.usage(counted.usage, counted.inconsistent);
    if (wire.is_end === false) return;
    const native = textOf(wire.finish_reason);
    const finish = wire.is_truncated === true ? "length" : wire.need_clear_history === true ? "content-filter" : FINISH[native] ?? "stop";
    this.#write.end(finish, native === "" ? {} : { native });
  }
}
