import type { FrameSocket } from "#relay/realtime/frame-socket.ts";
import { SocketRefused, type SocketTransport } from "#relay/realtime/socket-transport.ts";
import type { Transport, UpstreamCall, UpstreamControl, UpstreamSink } from "#relay/upstream/transport.ts";
import { bytesOf } from "#platform/outbound/body-part.ts";

/** A question that goes over a WebSocket of its own. */
export type SocketQuestion = Readonly<{ url: URL; headers?: Readonly<Record<string, string>>; text: string }>;

const OPEN_MS = 15_000;
const LF = Buffer.from("\n");
const NORMAL = 1000, GOING = 1001;

/**
 * Calls that are one frame, answered by frames: these are told as the lines of a reply. What the far end says instead of
 * opening is told as its reply.
 * @param ask what is sent where
 */
export const overSockets = (sockets: SocketTransport, ask: (call: UpstreamCall, body: Buffer) => SocketQuestion): Transport => ({
  send: (call, sink) => new SocketCall(sockets, ask, call, sink),
});

class SocketCall implements UpstreamControl {
  readonly #sink: UpstreamSink;
  readonly #left = new AbortController();
  #socket: FrameSocket | undefined;
  #paused = false;
  #over = false;

  constructor(sockets: SocketTransport, ask: (call: UpstreamCall, body: Buffer) => SocketQuestion, call: UpstreamCall, sink: UpstreamSink) {
    this.#sink = sink;
    void this.#run(sockets, ask, call);
  }

  pause(): void {
    this.#paused = true;
    this.#socket?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#socket?.resume();
  }

  abort(): void {
    if (this.#over) return;
    this.#over = true;
    this.#left.abort();
    this.#socket?.close(GOING, "");
  }

  async #run(sockets: SocketTransport, ask: (call: UpstreamCall, body: Buffer) => SocketQuestion, call: UpstreamCall): Promise<void> {
    try {
      const { url, headers = {}, text } = ask(call, Buffer.concat(await Promise.all(call.body.map((part) => bytesOf(part)))));
      const socket = await sockets.open({ url, headers, connectMs: call.connectMs, openMs: OPEN_MS, signal: this.#left.signal });
      if (this.#over) socket.close(GOING, "");
      else this.#converse(socket, text);
    } catch (error) {
      if (this.#over) return;
      this.#over = true;
      if (error instanceof SocketRefused) this.#refuse(error);
      else this.#sink.onError(error as Error, "connect");
    }
  }

  #converse(socket: FrameSocket, text: string): void {
    this.#socket = socket;
    this.#sink.onHead(200, { "content-type": "application/x-ndjson" });
    socket.listen({
      onFrame: ({ data }) => {
        if (!this.#over) this.#sink.onData(Buffer.concat([data, LF]));
      },
      onClose: (code, reason) => {
        if (this.#over) return;
        this.#over = true;
        if (code === NORMAL || code === 1005) this.#sink.onEnd();
        else this.#sink.onError(Object.assign(new Error(reason || `the WebSocket was closed with ${code}`), { code: `WS${code}` }), "body");
      },
      onDrain: () => undefined,
    });
    if (this.#paused) socket.pause();
    socket.send({ data: Buffer.from(text), binary: false });
  }

  /** An ordinary reply in place of consent, success included: no answer comes that way. */
  #refuse({ status, headers, body }: SocketRefused): void {
    this.#sink.onHead(status < 300 ? 502 : status, headers);
    if (body.length > 0) this.#sink.onData(body);
    this.#sink.onEnd();
  }
}
