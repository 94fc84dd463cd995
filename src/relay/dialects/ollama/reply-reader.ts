import { EventWriter } from "#relay/canonical/event-writer.ts";
import type { CanonicalEvent, FinishReason } from "#relay/canonical/events.ts";
import { newCallId } from "#relay/dialects/stream-kit/call-id.ts";
import { Counts, usageOf } from "#relay/dialects/stream-kit/counts.ts";
import { argumentsText, asWire, compact, listOf, textOf, type Wire } from "#relay/dialects/stream-kit/wire.ts";

const FINISH: Readonly<Record<string, FinishReason>> = { stop: "stop", length: "length", load: "error", unload: "error" };

/** Reads Ollama's objects: pieces of a stream and whole replies are alike. @see Ollama API reference, "Chat request (Streaming)" */
export class ReplyReader {
  readonly #write = new EventWriter();

  take(wire: Wire): readonly CanonicalEvent[] {
    if (wire.error !== undefined && wire.error !== null) {
      const { message = wire.error } = asWire(wire.error);
      this.#write.error({ message: typeof message === "string" ? message : JSON.stringify(message) });
      return this.#write.take();
    }
    const createdMs = Date.parse(textOf(wire.created_at));
    this.#write.start({ id: "", model: textOf(wire.model), ...(Number.isFinite(createdMs) && { created: Math.floor(createdMs / 1000) }) });
    const message = asWire(wire.message);
    this.#write.reasoning(textOf(message.thinking));
    this.#write.text(textOf(message.content));
    for (const call of listOf(message.tool_calls)) this.#tool(asWire(call));
    if (wire.done === true) this.#end(wire);
    return this.#write.take();
  }

  #tool(call: Wire): void {
    const { name, arguments: given } = asWire(call.function);
    const word = textOf(name);
    if (word === "") return;
    this.#write.tool({ id: textOf(call.id) || newCallId(), name: word });
    this.#write.arguments(argumentsText(given));
    this.#write.close();
  }

  #end(wire: Wire): void {
    const counts = new Counts();
    const input = counts.first(wire.prompt_eval_count), output = counts.first(wire.eval_count);
    if (input !== undefined || output !== undefined) {
      const { prompt_eval_count, eval_count, total_duration } = wire;
      const raw = compact({ prompt_eval_count, eval_count, total_duration });
      this.#write.usage(usageOf({ ...(input !== undefined && { inputUncached: input }), ...(output !== undefined && { outputText: output }) }, raw), counts.inconsistent);
    }
    const native = textOf(wire.done_reason) || "stop";
    const finish = FINISH[native] ?? "stop";
    if (finish === "error") this.#write.error({ message: "The model gave no answer.", code: native });
    else this.#write.end(finish === "stop" && this.#write.called ? "tool-calls" : finish, { native });
  }
}
