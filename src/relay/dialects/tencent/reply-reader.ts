import { EventWriter } from "#relay/canonical/event-writer.ts";
import type { CanonicalEvent, FinishReason } from "#relay/canonical/events.ts";
import { readTokenUsage } from "#relay/dialects/plain-kit/token-usage.ts";
import { asWire, isWire, listOf, textOf, type Wire } from "#relay/dialects/stream-kit/wire.ts";

const FINISH: Readonly<Record<string, FinishReason>> = { stop: "stop", length: "length", sensitive: "content-filter" };
const USAGE = { input: "PromptTokens", output: "CompletionTokens" } as const;

/** Reads Hunyuan's objects: a whole reply lies in `Response`, an event of a stream does not, an error may in both. */
export class ReplyReader {
  readonly #write = new EventWriter();

  take(wire: Wire): readonly CanonicalEvent[] {
    const said = isWire(wire.Response) ? wire.Response : wire;
    const error = isWire(said.Error) ? said.Error : undefined, moderated = isWire(said.ErrorMsg) ? said.ErrorMsg : undefined;
    if (error) this.#write.error({ code: textOf(error.Code), message: textOf(error.Message) });
    else if (moderated) this.#write.error({ code: String(moderated.Code), message: textOf(moderated.Msg) });
    else this.#answer(said);
    return this.#write.take();
  }

  #answer({ Id: id, Created: created, Usage: usage, Choices: choices }: Wire): void {
    this.#write.start({ id: textOf(id), model: "", ...(typeof created === "number" && { created }) });
    const choice = asWire(listOf(choices)[0]);
    const message = isWire(choice.Message) ? choice.Message : asWire(choice.Delta);
    this.#write.reasoning(textOf(message.ReasoningContent));
    this.#write.text(textOf(message.Content));
    // Every event has the counts so far; the last are those of the whole.
    const counted = readTokenUsage(usage, USAGE);
    if (counted) this.#write.usage(counted.usage, counted.inconsistent);
    const native = textOf(choice.FinishReason);
    if (native !== "") this.#write.end(FINISH[native] ?? "stop", { native });
  }
}
