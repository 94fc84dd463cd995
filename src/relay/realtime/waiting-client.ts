import { randomBytes } from "node:crypto";
import { RelayError } from "#relay/errors.ts";
import { textFrame, type Frame, type FrameListener, type FrameSocket } from "#relay/realtime/frame-socket.ts";
import { sessionFacts } from "#relay/realtime/session-facts.ts";
import { object } from "#relay/realtime/vendor-frames.ts";

/** What a client may say before it names its model; sound comes after. */
const HELD_BYTES_MAX = 1024 * 1024;
const UPDATE = "session.update";
/** In the older form of these sessions, which a header asks for. */
const OLD_FORM = /realtime=v1/;

export const isOldForm = (headers: Readonly<Record<string, string>>): boolean => OLD_FORM.test(headers["openai-beta"] ?? "");

/** The welcome of a session that only writes down and whose model nobody knows yet. */
export function welcome(oldForm: boolean): Frame {
  const turns = { type: "server_vad", threshold: 0.5, prefix_padding_ms: 300, silence_duration_ms: 200 };
  const own = { object: "realtime.transcription_session", id: `sess_${randomBytes(12).toString("hex")}`, expires_at: 0 };
  const event = `event_${randomBytes(12).toString("hex")}`;
  if (oldForm) {
    return textFrame({
      type: "transcription_session.created", event_id: event,
      session: { ...own, input_audio_format: "pcm16", input_audio_transcription: null, turn_detection: turns, input_audio_noise_reduction: null, include: null },
    });
  }
  return textFrame({
    type: "session.created", event_id: event,
    session: { type: "transcription", ...own, include: null, audio: { input: { format: { type: "audio/pcm", rate: 24_000 }, transcription: null, noise_reduction: null, turn_detection: turns } } },
  });
}

/**
 * A client that was agreed to before it said which model it wants: that comes with its first settings. What it says is
 * kept, and told to whoever listens then.
 */
export class WaitingClient implements FrameSocket {
  readonly #socket: FrameSocket;
  readonly #named = Promise.withResolvers<string | undefined>();
  #held: Frame[] = [];
  #heldBytes = 0;
  #closed: readonly [code: number, reason: string] | undefined;
  #listener: FrameListener | undefined;
  readonly #onGone: () => void;

  /** @param onGone told when it goes before anybody listens */
  constructor(socket: FrameSocket, onGone: () => void) {
    this.#socket = socket;
    this.#onGone = onGone;
    this.#named.promise.catch(() => undefined);
    socket.listen({ onFrame: (frame) => this.#onFrame(frame), onClose: (code, reason) => this.#onClose(code, reason), onDrain: () => this.#listener?.onDrain() });
  }

  /** The model, as the client calls it; undefined = it has gone. @throws RelayError when it says too much beside */
  get model(): Promise<string | undefined> {
    return this.#named.promise;
  }

  /** Ends the wait. */
  fail(error: RelayError): void {
    this.#named.reject(error);
  }

  listen(listener: FrameListener): void {
    this.#listener = listener;
    for (const frame of this.#held.splice(0)) listener.onFrame(frame);
    if (this.#heldBytes > HELD_BYTES_MAX) this.#socket.resume();
    if (this.#closed) listener.onClose(...this.#closed);
  }

  send(frame: Frame): boolean {
    return this.#socket.send(frame);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  ping(): void {
    this.#socket.ping();
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  #onFrame(frame: Frame): void {
    if (this.#listener) {
      this.#listener.onFrame(frame);
      return;
    }
    this.#held.push(frame);
    this.#heldBytes += frame.data.length;
    const model = modelIn(frame);
    if (model !== undefined) this.#named.resolve(model);
    if (this.#heldBytes <= HELD_BYTES_MAX) return;
    // With a model it has to wait for its vendor; without, it has sent sound to nobody.
    this.#socket.pause();
    this.#named.reject(new RelayError("missing_required_parameter", "Name the model that writes down before you send sound: 'session.update' with 'session.audio.input.transcription.model'.", { param: "session.audio.input.transcription.model" }));
  }

  #onClose(code: number, reason: string): void {
    this.#closed = [code, reason];
    if (this.#listener) {
      this.#listener.onClose(code, reason);
      return;
    }
    this.#named.resolve(undefined);
    this.#onGone();
  }
}

function modelIn({ data, binary }: Frame): string | undefined {
  if (binary || !data.includes(UPDATE)) return undefined;
  try {
    const event = object(JSON.parse(data.toString("utf8")));
    return typeof event.type === "string" && event.type.endsWith(UPDATE) ? sessionFacts(object(event.session)).transcriber : undefined;
  } catch {
    return undefined; // the vendor says what is wrong with it
  }
}
