import { randomBytes } from "node:crypto";
import type { Frame, FrameListener, FrameSocket } from "#relay/realtime/frame-socket.ts";

type Json = Readonly<Record<string, unknown>>;

/** A conversation with nobody: repeats what it is told, in text or with a hum of silence beside it. */
export const openSimulatedSession = (model: string): FrameSocket => new SimulatedSession(model.split("?")[0]!);

const CHUNK_CHARS = 8;
const BYTES_PER_TOKEN = 4;
/** 100 ms of 16 bit at 24 kHz, both ways; a token of input is as long, one of output half of it. */
const PIECE_BYTES = 4_800;
const OUTPUT_TOKENS_PER_PIECE = 2;
const SILENCE = Buffer.alloc(PIECE_BYTES).toString("base64");
const HEARD = "what you said aloud";

class SimulatedSession implements FrameSocket {
  readonly #model: string;
  #listener: FrameListener | undefined;
  #paused = false;
  #closed = false;
  readonly #outbox: object[] = [];
  #turn: NodeJS.Immediate | undefined;
  #settings: Json = { output_modalities: ["audio"], instructions: "" };
  /** Bytes of sound that are waiting to be committed, and what was said so far. */
  #soundBytes = 0;
  #lastText = "";
  #inputText = 0;
  #inputAudio = 0;

  constructor(model: string) {
    this.#model = model;
    this.#say({ type: "session.created", session: this.#session() });
  }

  listen(listener: FrameListener): void {
    this.#listener = listener;
    this.#schedule();
  }

  send({ data, binary }: Frame): boolean {
    if (!binary && !this.#closed) this.#take(data);
    return true;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#schedule();
  }

  ping(): void {
    // Nobody is far away.
  }

  close(code: number, reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    clearImmediate(this.#turn);
    setImmediate(() => this.#listener?.onClose(code, reason));
  }

  #take(data: Buffer): void {
    const event = parse(data);
    const item = object(event?.item);
    switch (event?.type) {
      case "session.update":
        this.#settings = { ...this.#settings, ...object(event.session) };
        return this.#say({ type: "session.updated", session: this.#session() });
      case "conversation.item.create":
        this.#hear(textOf(item.content));
        return this.#say({ type: "conversation.item.added", item: { id: id("item"), object: "realtime.item", ...item } });
      case "input_audio_buffer.append":
        this.#soundBytes += typeof event.audio === "string" ? Math.floor((event.audio.length * 3) / 4) : 0;
        return undefined;
      case "input_audio_buffer.commit":
        this.#inputAudio += Math.ceil(this.#soundBytes / PIECE_BYTES);
        this.#soundBytes = 0;
        this.#lastText = HEARD;
        return this.#say({ type: "input_audio_buffer.committed", item_id: id("item"), previous_item_id: null });
      case "response.create":
        return this.#answer(object(event.response));
      case undefined:
        return this.#say({ type: "error", error: { type: "invalid_request_error", code: "invalid_event", message: "An event must be a JSON object with a type.", param: null, event_id: null } });
      default:
        return undefined;
    }
  }

  #hear(text: string): void {
    if (text === "") return;
    this.#lastText = text;
    this.#inputText += Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
  }

  #answer(asked: Json): void {
    const modalities = asked.output_modalities ?? this.#settings.output_modalities;
    const speaks = !(Array.isArray(modalities) && modalities.includes("text"));
    const responseId = id("resp"), itemId = id("item");
    const head = { response_id: responseId, item_id: itemId, output_index: 0, content_index: 0 };
    const said = `Simulated reply to: ${[...this.#lastText].slice(0, 200).join("")}`;
    const kind = speaks ? "response.output_audio_transcript" : "response.output_text";
    const response = { object: "realtime.response", id: responseId, status_details: null, metadata: null };
    this.#say({ type: "response.created", response: { ...response, status: "in_progress", output: [], usage: null } });
    let pieces = 0;
    for (let at = 0; at < said.length; at += CHUNK_CHARS) {
      this.#say({ type: `${kind}.delta`, ...head, delta: said.slice(at, at + CHUNK_CHARS) });
      if (!speaks) continue;
      pieces += 1;
      this.#say({ type: "response.output_audio.delta", ...head, delta: SILENCE });
    }
    if (speaks) this.#say({ type: "response.output_audio.done", ...head });
    this.#say({ type: `${kind}.done`, ...head, [speaks ? "transcript" : "text"]: said });
    const textTokens = Math.ceil(Buffer.byteLength(said) / BYTES_PER_TOKEN), audioTokens = pieces * OUTPUT_TOKENS_PER_PIECE;
    const content = [speaks ? { type: "output_audio", transcript: said } : { type: "output_text", text: said }];
    const output = [{ id: itemId, object: "realtime.item", type: "message", role: "assistant", status: "completed", content }];
    const usage = {
      total_tokens: this.#inputText + this.#inputAudio + textTokens + audioTokens,
      input_tokens: this.#inputText + this.#inputAudio,
      output_tokens: textTokens + audioTokens,
      input_token_details: { text_tokens: this.#inputText, audio_tokens: this.#inputAudio, image_tokens: 0, cached_tokens: 0, cached_tokens_details: { text_tokens: 0, audio_tokens: 0, image_tokens: 0 } },
      output_token_details: { text_tokens: textTokens, audio_tokens: audioTokens },
    };
    this.#inputText += textTokens; // the conversation goes on from here
    this.#say({ type: "response.done", response: { ...response, status: "completed", output, usage } });
  }

  #session(): Json {
    return { type: "realtime", object: "realtime.session", id: id("sess"), model: this.#model, ...this.#settings };
  }

  #say(event: object): void {
    this.#outbox.push({ event_id: id("event"), ...event });
    this.#schedule();
  }

  /** One event a turn of the loop, so that whoever listens can pause. */
  #schedule(): void {
    if (this.#turn || this.#paused || this.#closed || !this.#listener || this.#outbox.length === 0) return;
    this.#turn = setImmediate(() => {
      this.#turn = undefined;
      if (this.#paused || this.#closed) return;
      const event = this.#outbox.shift();
      if (event) this.#listener!.onFrame({ data: Buffer.from(JSON.stringify(event)), binary: false });
      this.#schedule();
    });
  }
}

const id = (kind: string): string => `${kind}_${randomBytes(10).toString("hex")}`;

function parse(data: Buffer): Json | undefined {
  try {
    const value: unknown = JSON.parse(data.toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}

const object = (value: unknown): Json => (typeof value === "object" && value !== null ? (value as Json) : {});
const textOf = (content: unknown): string =>
  (Array.isArray(content) ? content : []).map((part) => object(part).text).filter((text) => typeof text === "string").join(" ");
