import type { Heard } from "#relay/realtime/answer-turn.ts";
import type { Frame } from "#relay/realtime/frame-socket.ts";
import { soundBytes, type Json } from "#relay/realtime/vendor-frames.ts";

const APPEND = '"input_audio_buffer.append"';

/** Counts what was heard and what was written down since the last piece, for vendors that do not say, and for pieces that never end. */
export class WrittenPiece {
  #bytesPerMs: number;
  #audioMs = 0;
  #textBytes = 0;
  #startedAt: number;
  #contentAt: number | undefined;

  constructor(bytesPerMs: number, now: number) {
    this.#bytesPerMs = bytesPerMs;
    this.#startedAt = now;
  }

  /** How long it is so far. */
  get audioMs(): number {
    return this.#audioMs;
  }

  /** Some of it has reached the client. */
  get hasText(): boolean {
    return this.#textBytes > 0;
  }

  setFormat(bytesPerMs: number): void {
    this.#bytesPerMs = bytesPerMs;
  }

  /** A frame of the client's. */
  hear({ data, binary }: Frame): void {
    if (!binary && data.includes(APPEND)) this.#audioMs += soundBytes(data, "audio") / this.#bytesPerMs;
  }

  write(bytes: number, now: number): void {
    this.#textBytes += bytes;
    this.#contentAt ??= now;
  }

  /** What there was, and begins anew. @param textBytes of the whole piece, where it has ended */
  take(textBytes: number, sellsLength: boolean, now: number): Heard {
    const heard: Heard = { audioMs: this.#audioMs, textBytes: Math.max(textBytes, this.#textBytes), startedAt: this.#startedAt, contentAt: this.#contentAt, sellsLength };
    this.#audioMs = this.#textBytes = 0;
    this.#startedAt = now;
    this.#contentAt = undefined;
    return heard;
  }
}

export const isWelcome = ({ type }: Json): boolean => type === "session.created" || type === "transcription_session.created";
