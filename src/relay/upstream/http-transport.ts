import type { Dispatcher } from "undici";
import type { Outbound } from "#platform/outbound/agent.ts";
import { createDecompressor } from "#relay/upstream/decompress.ts";
import type { Decompressor } from "#relay/upstream/decompress.ts";
import type { Transport, UpstreamCall, UpstreamControl, UpstreamSink } from "#relay/upstream/transport.ts";

/** Up to here joining the spliced parts is cheaper than writing them one by one. */
const JOIN_BYTES = 256 * 1024;

/** Vendors over HTTP/1.1: pooled, vetted connections, no redirects, decoded replies. */
export function createHttpTransport(outbound: Outbound): Transport {
  return {
    send(call, sink) {
      const exchange = new Exchange(sink);
      try {
        const pool = outbound.pool(call.url, "channel", call.connectMs);
        pool.dispatch(
          { path: call.url.pathname + call.url.search, method: call.method, headers: call.headers, body: bodyOf(call), idempotent: false },
          exchange,
        );
      } catch (error) {
        // Later, as with every other failure: callers have not got their control yet.
        queueMicrotask(() => exchange.onResponseError(undefined, error as Error));
      }
      return exchange;
    },
  };
}

function bodyOf(call: UpstreamCall): Dispatcher.DispatchOptions["body"] {
  if (call.method === "GET" || call.body.length === 0) return null;
  if (call.body.length === 1) return call.body[0]!;
  const bytes = call.body.reduce((sum, { length }) => sum + length, 0);
  // An array is an iterable of buffers, which undici writes one after the other; its types know streams only.
  return bytes <= JOIN_BYTES ? Buffer.concat(call.body, bytes) : (call.body as unknown as Buffer);
}

/** One call as undici's handler on one side and the relay's control on the other. */
class Exchange implements Dispatcher.DispatchHandler, UpstreamControl {
  readonly #sink: UpstreamSink;
  #controller: Dispatcher.DispatchController | undefined;
  #decoder: Decompressor | undefined;
  #phase: "connect" | "head" | "body" | "over" = "connect";
  #paused = false;
  #decoderFull = false;

  constructor(sink: UpstreamSink) {
    this.#sink = sink;
  }

  pause(): void {
    this.#paused = true;
    this.#decoder?.pause();
    this.#controller?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#decoder?.resume();
    if (!this.#decoderFull) this.#controller?.resume();
  }

  abort(): void {
    if (this.#phase === "over") return;
    this.#phase = "over";
    this.#decoder?.destroy();
    this.#controller?.abort(new Error("The relay hung up."));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#phase === "over") controller.abort(new Error("The relay hung up."));
    else this.#phase = "head";
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Record<string, string | string[] | undefined>): void {
    if (this.#phase === "over" || status < 200) return;
    this.#phase = "body";
    const coding = headers["content-encoding"];
    if (coding !== undefined && coding !== "identity") {
      this.#decoder = createDecompressor(String(coding), {
        onData: (chunk) => this.#phase === "body" && this.#sink.onData(chunk),
        onEnd: () => this.#finish(),
        onError: (error) => this.#hangUp(error),
        onDrain: () => this.#drained(),
      });
      if (!this.#decoder) {
        this.#hangUp(new Error("The reply has an encoding that was not asked for."));
        return;
      }
    }
    this.#sink.onHead(status, headers);
    if (this.#paused) this.#controller?.pause();
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#phase !== "body") return;
    if (!this.#decoder) this.#sink.onData(chunk);
    else if (!this.#decoder.write(chunk)) {
      this.#decoderFull = true;
      controller.pause();
    }
  }

  onResponseEnd(): void {
    if (this.#phase !== "body") return;
    if (this.#decoder) this.#decoder.end();
    else this.#finish();
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error & { code?: string }): void {
    this.#fail(error);
  }

  #drained(): void {
    this.#decoderFull = false;
    if (!this.#paused) this.#controller?.resume();
  }

  #finish(): void {
    if (this.#phase !== "body") return;
    this.#phase = "over";
    this.#sink.onEnd();
  }

  #fail(error: Error & { code?: string }): void {
    const phase = this.#phase;
    if (phase === "over") return;
    this.#phase = "over";
    this.#decoder?.destroy();
    this.#sink.onError(error, phase);
  }

  /** The reply cannot be read any further, though the connection is sound. */
  #hangUp(error: Error): void {
    this.#fail(error);
    this.#controller?.abort(error);
  }
}
