import { EventWriter } from "#relay/canonical/event-writer.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import type { Json } from "#relay/canonical/request.ts";
import { readTokenUsage } from "#relay/dialects/plain-kit/token-usage.ts";
import { asWire, isWire, textOf, type Wire } from "#relay/dialects/stream-kit/wire.ts";

const USAGE = { input: "prompt_tokens", output: "completion_tokens" } as const;

/** Reads the events of Dify's apps and their whole replies. */
export class ReplyReader {
  readonly #write = new EventWriter();
  #said = false;

  take(wire: Wire): readonly CanonicalEvent[] {
    switch (wire.event) {
      case "message": case "agent_message":
        this.#start(wire);
        this.#text(wire.answer);
        // A whole reply has the same name as a piece of a stream; its counts tell them apart.
        if (isWire(wire.metadata)) this.#end(wire.metadata);
        break;
      case "text_chunk":
        this.#start(wire);
        this.#text(asWire(wire.data).text);
        break;
      case "agent_thought":
        this.#start(wire);
        break;
      case "message_end":
        this.#start(wire);
        this.#end(asWire(wire.metadata));
        break;
      case "message_replace":
        // What moderation puts in place of an answer that has been shown already can only end it.
        this.#write.end("content-filter", { native: "message_replace" });
        break;
      case "workflow_finished":
        this.#workflow(wire, asWire(wire.data));
        break;
      case "error":
        this.#fail(wire);
        break;
      default:
        this.#unnamed(wire);
    }
    return this.#write.take();
  }

  #start(wire: Wire): void {
    this.#write.start({ id: textOf(wire.message_id) || textOf(wire.workflow_run_id) || textOf(wire.task_id), model: "", ...(typeof wire.created_at === "number" && { created: wire.created_at }) });
  }

  #text(text: Json | undefined): void {
    const said = textOf(text);
    if (said === "") return;
    this.#said = true;
    this.#write.text(said);
  }

  #end({ usage }: Wire): void {
    const counted = readTokenUsage(usage, USAGE);
    if (counted) this.#write.usage(counted.usage, counted.inconsistent);
    this.#write.end("stop", { native: "message_end" });
  }

  /** A workflow's end, which is also that of the conversations that run as one: these have an ending of their own. */
  #workflow(wire: Wire, data: Wire): void {
    const { status, error, outputs } = data;
    if (status === "failed" || status === "stopped") {
      this.#write.error({ code: `workflow_${status}`, message: textOf(error) || "The workflow did not come to its end." });
      return;
    }
    if (wire.conversation_id !== undefined || wire.message_id !== undefined) return;
    this.#start(wire);
    if (!this.#said) this.#text(textOfOutputs(outputs));
    this.#end({});
  }

  #fail({ status, code, message }: Wire): void {
    this.#write.error({ ...(typeof status === "number" && status >= 400 && { status }), ...(textOf(code) !== "" && { code: textOf(code) }), message: textOf(message) });
  }

  /** A workflow's whole reply, an answer without a name, or an error; all else is about the app's own doings. */
  #unnamed(wire: Wire): void {
    if (wire.event !== undefined) return;
    if (isWire(wire.data) && wire.data.status !== undefined) this.#workflow(wire, wire.data);
    else if (typeof wire.answer === "string") {
      this.#start(wire);
      this.#text(wire.answer);
      this.#end(asWire(wire.metadata));
    } else if (wire.code !== undefined || wire.message !== undefined) this.#fail(wire);
  }
}

/** The one output that is text, or the first that says something; several are given as they are. */
function textOfOutputs(outputs: Json | undefined): string {
  const all = asWire(outputs);
  for (const name of ["text", "answer", "result", "output"]) if (typeof all[name] === "string") return all[name];
  const values = Object.values(all);
  if (values.length === 1) return typeof values[0] === "string" ? values[0] : JSON.stringify(values[0]);
  return values.length === 0 ? "" : JSON.stringify(all);
}
