import type { WebSocket } from "ws";
import { closingReason, sendableCode, type Frame, type FrameListener, type FrameSocket } from "#relay/realtime/frame-socket.ts";

/** From this much unsent on, the other side is not read any more; below the other, it is again. */
const FULL_BYTES = 1024 * 1024;
const ROOM_BYTES = 256 * 1024;
/** How long a far end may take to answer a good-bye. */
const GOODBYE_MS = 2_000;

/** A WebSocket of the library behind the interface of a conversation. What arrives before anybody listens waits. */
export const wrapSocket = (socket: WebSocket): FrameSocket => new WsSocket(socket);

class WsSocket implements FrameSocket {
  readonly #socket: WebSocket;
  #listener: FrameListener | undefined;
  #early: Frame[] = [];
  #closed: readonly [code: number, reason: string] | undefined;
  #full = false;
  #closing = false;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.binaryType = "nodebuffer";
    socket.on("message", (data: Buffer, binary: boolean) => {
      const frame = { data, binary };
      if (this.#listener) this.#listener.onFrame(frame);
      else this.#early.push(frame);
    });
    socket.on("close", (code: number, reason: Buffer) => {
      this.#closed = [code, reason.toString()];
      this.#listener?.onClose(...this.#closed);
    });
    // Frames too large, broken UTF-8, a reset: `close` follows each and says enough.
    socket.on("error", () => undefined);
  }

  listen(listener: FrameListener): void {
    this.#listener = listener;
    for (const frame of this.#early.splice(0)) listener.onFrame(frame);
    if (this.#closed) listener.onClose(...this.#closed);
  }

  send({ data, binary }: Frame): boolean {
    if (this.#closing || this.#closed) return true;
    this.#socket.send(data, { binary }, () => this.#sent());
    this.#full ||= this.#socket.bufferedAmount > FULL_BYTES;
    return !this.#full;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  ping(): void {
    if (!this.#closing && !this.#closed) this.#socket.ping();
  }

  close(code: number, reason: string): void {
    if (this.#closing || this.#closed) return;
    this.#closing = true;
    this.#socket.resume(); // the answer to a good-bye must be read
    this.#socket.close(sendableCode(code), closingReason(reason));
    const cut = setTimeout(() => this.#socket.terminate(), GOODBYE_MS);
    this.#socket.once("close", () => clearTimeout(cut));
  }

  #sent(): void {
    if (!this.#full || this.#socket.bufferedAmount > ROOM_BYTES) return;
    this.#full = false;
    this.#listener?.onDrain();
  }
}
