import { EventWriter } from "#relay/canonical/event-writer.ts";
import type { CanonicalEvent, FinishReason, VendorError } from "#relay/canonical/events.ts";
import type { Citation, Json } from "#relay/canonical/request.ts";
import { readUsage } from "#relay/dialects/cohere/usage.ts";
import { newCallId } from "#relay/dialects/stream-kit/call-id.ts";
import { argumentsText, asWire, isWire, listOf, textOf, type Wire } from "#relay/dialects/stream-kit/wire.ts";

const FINISH: Readonly<Record<string, FinishReason>> = {
  COMPLETE: "stop", STOP_SEQUENCE: "stop", MAX_TOKENS: "length", TOOL_CALL: "tool-calls", ERROR_TOXIC: "content-filter", ERROR_LIMIT: "context-full",
};
/** Ends that are none. */
const FAILED: ReadonlySet<string> = new Set(["ERROR", "TIMEOUT", "USER_CANCEL"]);

/** Reads Cohere's objects, streamed or whole. @see Cohere API reference, "Chat with Streaming" (v2) */
export class ReplyReader {
  readonly #write = new EventWriter();
  readonly #restore: (word: string) => string;
  #id = "";
  /** Ids of citations' sources come with the citation; a call's arguments may come to no call at all. */
  #pendingArguments = false;

  constructor(restore: (word: string) => string = (word) => word) {
    this.#restore = restore;
  }

  take(wire: Wire): readonly CanonicalEvent[] {
    const message = asWire(asWire(wire.delta).message);
    switch (wire.type) {
      case "message-start":
        this.#start(textOf(wire.id));
        break;
      case "content-start":
        this.#write.close();
        this.#content(asWire(message.content));
        break;
      case "content-delta":
        this.#content(asWire(message.content));
        break;
      case "content-end": case "tool-call-end":
        if (this.#pendingArguments) this.#write.arguments("{}");
        this.#pendingArguments = false;
        this.#write.close();
        break;
      case "tool-plan-delta":
        this.#write.reasoning(textOf(message.tool_plan));
        break;
      case "tool-call-start":
        this.#tool(asWire(message.tool_calls));
        break;
      case "tool-call-delta":
        this.#arguments(asWire(asWire(message.tool_calls).function).arguments);
        break;
      case "citation-start":
        this.#write.citation(readCitation(asWire(message.citations)));
        break;
      case "message-end":
        this.#end(asWire(wire.delta));
        break;
      default:
        this.#other(wire);
    }
    return this.#write.take();
  }


  #start(id: string): void {
    this.#id ||= id;
    this.#write.start({ id: this.#id, model: "" });
  }

  #content(content: Wire): void {
    this.#start("");
    this.#write.reasoning(textOf(content.thinking));
    this.#write.text(textOf(content.text));
  }

  #tool(call: Wire): void {
    const { name, arguments: given } = asWire(call.function);
    if (textOf(name) === "") return;
    this.#write.tool({ id: textOf(call.id) || newCallId(), name: this.#restore(textOf(name)) });
    this.#pendingArguments = true;
    this.#arguments(given);
  }

  #arguments(given: Json | undefined): void {
    const text = given === undefined || given === "" ? "" : argumentsText(given);
    if (text === "") return;
    this.#pendingArguments = false;
    this.#write.arguments(text);
  }

  #end({ finish_reason: reason, usage, error }: Wire): void {
    const { usage: read, inconsistent } = readUsage(usage);
    if (usage !== undefined && usage !== null) this.#write.usage(read, inconsistent);
    const native = textOf(reason);
    if (FAILED.has(native) || (typeof error === "string" && error !== "")) {
      this.#write.error({ code: native, message: textOf(error) || "The model stopped with an error.", ...(native === "TIMEOUT" && { status: 504 }) });
      return;
    }
    const finish = FINISH[native] ?? "stop";
    this.#write.end(finish === "stop" && this.#write.called ? "tool-calls" : finish, { native });
  }

  /** A whole reply, an error in place of one, or an event that is not known. */
  #other(wire: Wire): void {
    if (isWire(wire.message)) {
      this.#start(textOf(wire.id));
      this.#whole(wire.message);
      this.#end(wire);
      return;
    }
    const error = readError(wire);
    if (error) this.#write.error(error);
  }

  #whole(message: Wire): void {
    this.#write.reasoning(textOf(message.tool_plan));
    if (typeof message.content === "string") this.#write.text(message.content);
    for (const part of listOf(message.content)) {
      this.#write.close();
      this.#content(asWire(part));
    }
    for (const citation of listOf(message.citations)) this.#write.citation(readCitation(asWire(citation)));
    for (const call of listOf(message.tool_calls)) {
      this.#tool(asWire(call));
      if (this.#pendingArguments) this.#write.arguments("{}");
      this.#pendingArguments = false;
    }
  }
}

function readCitation(citation: Wire): Citation {
  const source = asWire(listOf(citation.sources)[0]);
  const document = asWire(source.document);
  const title = textOf(document.title) || textOf(document.id) || textOf(source.id);
  const url = textOf(document.url);
  return {
    kind: url === "" ? "document" : "url", raw: citation,
    ...(url !== "" && { url }), ...(title !== "" && { title }), ...(typeof citation.text === "string" && { quoted: citation.text }),
    ...(typeof citation.start === "number" && { start: citation.start }), ...(typeof citation.end === "number" && { end: citation.end }),
  };
}

/** Cohere's errors are `{id, message}`. */
export function readError(wire: Wire): VendorError | undefined {
  if (typeof wire.message !== "string") return undefined;
  return { message: wire.message, ...(typeof wire.error_type === "string" && { type: wire.error_type }) };
}
