import type { Json, JsonObject } from "#relay/canonical/request.ts";
import { decodeAddress } from "#relay/dialects/openai-chat/decode-messages.ts";
import { decodeReasoningParts, thinkingText } from "#relay/dialects/openai-chat/reasoning-details.ts";
import { ToolReader } from "#relay/dialects/openai-chat/tool-reader.ts";
import type { BlockSink } from "#relay/dialects/openai-chat/tool-reader.ts";
import { isObject } from "#relay/dialects/openai-kit/fields.ts";

type Kind = "text" | "reasoning" | "refusal";

/** What vendors call their thoughts. */
const REASONING_KEYS = ["reasoning_content", "reasoning", "reasoning_text"] as const;

/** Reads what one choice says, delta by delta or whole, into blocks. */
export class ChoiceReader {
  readonly #sink: BlockSink;
  readonly #tools: ToolReader;
  #open: { kind: Kind; index: number } | undefined;
  /** The last text, which citations and figures belong to even when it is closed. */
  #text: number | undefined;
  #audio: number | undefined;
  #cited = false;
  #reasoningKey: (typeof REASONING_KEYS)[number] | undefined;
  /** Anything that is an answer has come. */
  content = false;
  finish: string | undefined;

  constructor(sink: BlockSink) {
    this.#sink = sink;
    this.#tools = new ToolReader(sink);
  }

  get called(): boolean {
    return this.#tools.called;
  }

  /** @param whole a message instead of a delta: nothing follows */
  read(choice: JsonObject, whole: boolean): void {
    const said = whole ? choice.message ?? choice.delta : choice.delta ?? this.#inOnePiece(choice.message);
    if (isObject(said)) this.#message(said, whole);
    if (choice.logprobs !== null && choice.logprobs !== undefined) this.#figures(choice.logprobs);
    if (typeof choice.finish_reason === "string" && choice.finish_reason !== "") this.finish = choice.finish_reason;
  }

  /** Sources of the whole answer, where none were named for its parts. */
  name(sources: readonly Json[]): void {
    if (this.#cited || this.#text === undefined) return;
    for (const source of sources) this.#cite({ url_citation: isObject(source) ? source : { url: source } });
  }

  /** Closes everything that is open. */
  close(): void {
    this.#tools.close();
    this.#closeOpen();
  }

  /** A message in a stream is an answer that came at once, or says once more, whole, what the deltas have said. */
  #inOnePiece(message: Json | undefined): Json | undefined {
    return this.content ? undefined : message;
  }

  #message(said: JsonObject, whole: boolean): void {
    this.#reasoning(said);
    this.#content(said.content);
    if (typeof said.refusal === "string") this.#say("refusal", said.refusal);
    for (const annotation of list(said.annotations)) this.#cite(annotation);
    for (const image of list(said.images)) this.#image(image);
    if (isObject(said.audio) && [said.audio.id, said.audio.data, said.audio.transcript].some((one) => typeof one === "string" && one !== "")) this.#sound(said.audio);
    const calls = list(said.tool_calls);
    if (calls.length > 0) {
      this.#closeOpen();
      this.content = true;
      for (const call of calls) this.#tools.read(call, whole);
    } else if (isObject(said.function_call) && [said.function_call.name, said.function_call.arguments].some((one) => typeof one === "string" && one !== "")) {
      this.#closeOpen();
      this.content = true;
      this.#tools.readLegacy(said.function_call);
    }
  }

  /** The same thought often comes under both names, and once more in the details. */
  #reasoning(said: JsonObject): void {
    const key = REASONING_KEYS.find((name) => typeof said[name] === "string" && said[name] !== "" && (this.#reasoningKey ?? name) === name);
    if (key !== undefined) {
      this.#reasoningKey = key;
      this.#say("reasoning", said[key] as string);
    }
    if (!Array.isArray(said.reasoning_details)) return;
    const { parts, proofs, textProof } = decodeReasoningParts({ reasoning_details: said.reasoning_details });
    for (const { text, summary, id, proof, redacted } of parts) {
      if (text !== "" && key === undefined && this.#reasoningKey === undefined) this.#say("reasoning", text, summary);
      if (!proof && redacted === undefined) continue;
      this.content ||= redacted !== undefined;
      const index = this.#enter("reasoning");
      this.#sink.emit({ type: "reasoning-proof", index, ...(proof && { proof }), ...(redacted !== undefined && { redacted }), ...(id !== undefined && { id }) });
      // What was proved is whole; the next thought is another one.
      this.#closeOpen();
    }
    for (const [callId, proof] of proofs) this.#tools.prove(callId, proof);
    if (textProof && this.#text !== undefined) this.#sink.emit({ type: "text-proof", index: this.#text, proof: textProof });
  }

  #content(content: Json | undefined): void {
    if (typeof content === "string") this.#say("text", content);
    for (const part of list(content)) {
      if (!isObject(part)) continue;
      if (part.type === "thinking" || part.type === "reasoning") this.#say("reasoning", thinkingText(part.thinking ?? part.text ?? part.summary));
      else if (part.type === "refusal" && typeof part.refusal === "string") this.#say("refusal", part.refusal);
      else if (part.type === "image_url") this.#image(part);
      else if (typeof part.text === "string") this.#say("text", part.text);
    }
  }

  #say(kind: Kind, text: string, summary = false): void {
    if (text === "") return;
    this.content = true;
    const index = this.#enter(kind);
    if (kind === "reasoning") this.#sink.emit({ type: "reasoning-delta", index, text, ...(summary && { summary }) });
    else this.#sink.emit({ type: kind === "text" ? "text-delta" : "refusal-delta", index, text });
  }

  #enter(kind: Kind): number {
    if (this.#open?.kind === kind) return this.#open.index;
    this.#tools.settle();
    this.#closeOpen();
    const index = this.#sink.open();
    this.#open = { kind, index };
    if (kind === "text") this.#text = index;
    return index;
  }

  #closeOpen(): void {
    if (this.#open) this.#sink.emit({ type: "block-end", index: this.#open.index });
    this.#open = undefined;
  }

  #cite(annotation: Json): void {
    const cited = isObject(annotation) && isObject(annotation.url_citation) ? annotation.url_citation : undefined;
    if (!cited || typeof cited.url !== "string") return;
    const index = this.#text ?? this.#enter("text");
    this.#cited = true;
    const { url, title, start_index: start, end_index: end } = cited;
    this.#sink.emit({
      type: "citation", index,
      citation: { kind: "url", url, ...(typeof title === "string" && { title }), ...(typeof start === "number" && { start }), ...(typeof end === "number" && { end }) },
    });
  }

  #image(image: Json): void {
    const address = isObject(image) ? image.image_url : undefined;
    const url = isObject(address) ? address.url : address;
    if (typeof url !== "string" || url === "") return;
    const { source, mime = "image/png" } = decodeAddress(url);
    if (source.kind !== "base64") return;
    this.content = true;
    this.#closeOpen();
    this.#sink.emit({ type: "image", index: this.#sink.open(), mime, base64: source.data, partial: false });
  }

  #sound({ id, data, transcript, expires_at: expires }: JsonObject): void {
    if (this.#audio === undefined) {
      this.#closeOpen();
      this.#audio = this.#sink.open();
    }
    this.content = true;
    this.#sink.emit({
      type: "audio-delta", index: this.#audio,
      ...(typeof data === "string" && { base64: data }), ...(typeof transcript === "string" && { transcript }),
      ...(typeof id === "string" && { id }), ...(typeof expires === "number" && { expiresAt: expires }),
    });
  }

  #figures(raw: Json): void {
    if (this.#text !== undefined && isObject(raw) && Array.isArray(raw.content)) this.#sink.emit({ type: "logprobs", index: this.#text, raw });
  }
}

const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);
