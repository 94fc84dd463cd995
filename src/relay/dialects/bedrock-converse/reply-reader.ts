import { EventWriter } from "#relay/canonical/event-writer.ts";
import type { CanonicalEvent, FinishReason } from "#relay/canonical/events.ts";
import type { Citation, Json } from "#relay/canonical/request.ts";
import { readUsage } from "#relay/dialects/bedrock-converse/usage.ts";
import { newCallId } from "#relay/dialects/stream-kit/call-id.ts";
import { argumentsText, asWire, isWire, listOf, textOf, type Wire } from "#relay/dialects/stream-kit/wire.ts";

const FINISH: Readonly<Record<string, FinishReason>> = {
  end_turn: "stop", stop_sequence: "stop", tool_use: "tool-calls", max_tokens: "length", content_filtered: "content-filter",
  guardrail_intervened: "content-filter", refusal: "refusal", pause_turn: "pause", model_context_window_exceeded: "context-full",
  malformed_model_output: "error", malformed_tool_use: "error",
};
const STATUS: Readonly<Record<string, number>> = {
  throttlingException: 429, validationException: 400, serviceUnavailableException: 503, internalServerException: 500,
  modelStreamErrorException: 502, modelTimeoutException: 504,
};

type Words = Readonly<{ restore?: (word: string) => string }>;

/** Reads the events of a Converse stream, and whole replies. @see Amazon Bedrock API reference, ConverseStream and Converse */
export class ReplyReader {
  readonly #write = new EventWriter();
  readonly #restore: (word: string) => string;
  #block: "open" | "server" | undefined;
  #emptyCall = false;
  #stop: Readonly<{ finish: FinishReason; native: string; stopSequence?: string }> | undefined;

  constructor({ restore = (word) => word }: Words) {
    this.#restore = restore;
  }

  /** @param kind of the event, as the frame says it */
  take(kind: string, event: Wire): readonly CanonicalEvent[] {
    switch (kind) {
      case "messageStart":
        this.#write.start({ id: "", model: "" });
        break;
      case "contentBlockStart":
        this.#open(asWire(event.start));
        break;
      case "contentBlockDelta":
        this.#delta(asWire(event.delta));
        break;
      case "contentBlockStop":
        this.#close();
        break;
      case "messageStop":
        this.#stop = stopOf(event);
        break;
      case "metadata":
        this.#usage(event.usage);
        this.#finish();
        break;
      default: // later kinds of events say nothing that is needed
    }
    return this.#write.take();
  }

  /** An exception in place of an event. */
  fail(kind: string, event: Wire): readonly CanonicalEvent[] {
    const status = STATUS[kind] ?? STATUS[`${kind.charAt(0).toLowerCase()}${kind.slice(1)}`];
    this.#write.error({ code: kind, message: textOf(event.message) || "The model stopped with an error.", ...(status !== undefined && { status }) });
    return this.#write.take();
  }

  /** The connection ended: an answer that was stopped has ended, told its usage or not. */
  close(): readonly CanonicalEvent[] {
    this.#finish();
    return this.#write.take();
  }

  /** Undefined when it is no reply. */
  whole(reply: Wire): readonly CanonicalEvent[] | undefined {
    const { message } = asWire(reply.output);
    if (!isWire(message)) return undefined;
    this.#write.start({ id: "", model: "" });
    for (const part of listOf(message.content)) this.#part(asWire(part));
    this.#usage(reply.usage);
    this.#stop = stopOf(reply);
    return this.close();
  }

  #finish(): void {
    if (!this.#stop) return;
    const { finish, ...more } = this.#stop;
    if (finish === "error") this.#write.error({ code: more.native, message: "The model's output was malformed." });
    else this.#write.end(finish, more);
  }

  #usage(value: Json | undefined): void {
    if (!isWire(value)) return;
    const { usage, inconsistent } = readUsage(value);
    this.#write.usage(usage, inconsistent);
  }

  #open(start: Wire): void {
    this.#write.start({ id: "", model: "" });
    const call = asWire(start.toolUse);
    if (isWire(start.toolResult) || call.type === "server_tool_use") {
      this.#write.serverTool(start);
      this.#block = "server";
    } else if (isWire(start.toolUse)) {
      this.#call(call);
      this.#block = "open";
    }
  }

  #call({ toolUseId, name }: Wire): void {
    const word = textOf(name);
    this.#write.tool({ id: textOf(toolUseId) || newCallId(), name: this.#restore(word) || "tool" });
    this.#emptyCall = true;
  }

  #arguments(text: string): void {
    if (text === "") return;
    this.#emptyCall = false;
    this.#write.arguments(text);
  }

  #delta(delta: Wire): void {
    if (this.#block === "server") return;
    this.#write.start({ id: "", model: "" });
    this.#write.text(textOf(delta.text));
    if (isWire(delta.toolUse)) this.#arguments(textOf(delta.toolUse.input));
    if (isWire(delta.reasoningContent)) this.#reasoning(delta.reasoningContent);
    if (isWire(delta.citation)) this.#write.citation(readCitation(delta.citation));
  }

  #reasoning(content: Wire): void {
    this.#write.reasoning(textOf(content.text));
    const redacted = textOf(content.redactedContent) || textOf(content.data);
    if (typeof content.signature === "string") this.#write.reasoningProof({ proof: { family: "anthropic", value: content.signature } });
    if (redacted !== "") this.#write.reasoningProof({ redacted });
  }

  #close(): void {
    if (this.#emptyCall) this.#write.arguments("{}");
    this.#emptyCall = false;
    this.#block = undefined;
    this.#write.close();
  }

  #part(part: Wire): void {
    if (isWire(part.toolUse) && part.toolUse.type !== "server_tool_use") {
      this.#call(part.toolUse);
      this.#arguments(argumentsText(part.toolUse.input));
    } else if (isWire(part.toolUse) || isWire(part.toolResult)) {
      this.#write.serverTool(part);
    } else if (isWire(part.reasoningContent)) {
      this.#reasoning({ ...part.reasoningContent, ...asWire(part.reasoningContent.reasoningText) });
    } else if (isWire(part.citationsContent)) {
      for (const said of listOf(part.citationsContent.content)) this.#write.text(textOf(asWire(said).text));
      for (const citation of listOf(part.citationsContent.citations)) this.#write.citation(readCitation(asWire(citation)));
    } else {
      this.#write.text(textOf(part.text));
    }
    this.#close();
  }
}

function stopOf({ stopReason, additionalModelResponseFields }: Wire): Readonly<{ finish: FinishReason; native: string; stopSequence?: string }> {
  const native = textOf(stopReason);
  const fields = asWire(additionalModelResponseFields);
  const stopSequence = textOf(fields.stop_sequence) || textOf(asWire(fields.delta).stop_sequence);
  return { finish: FINISH[native] ?? "stop", native, ...(stopSequence !== "" && { stopSequence }) };
}

function readCitation(citation: Wire): Citation {
  const location = asWire(citation.location), web = asWire(location.web);
  const url = textOf(web.url) || (/^https?:/.test(textOf(citation.source)) ? textOf(citation.source) : "");
  const place = asWire(location.documentChar);
  const quoted = textOf(asWire(listOf(citation.sourceContent)[0]).text);
  return {
    kind: url === "" ? "document" : "url", raw: citation,
    ...(url !== "" && { url }), ...(typeof citation.title === "string" && { title: citation.title }), ...(quoted !== "" && { quoted }),
    ...(typeof place.start === "number" && { start: place.start }), ...(typeof place.end === "number" && { end: place.end }),
  };
}
