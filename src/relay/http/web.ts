import { RelayError } from "#relay/errors.ts";
import { BodyCollector, checkBodyHead, type ByteSink } from "#relay/http/body/collector.ts";
import { BodyDeadline } from "#relay/http/body/deadline.ts";
import { BODY_LIMITS, type BodyLimits } from "#relay/http/body/limits.ts";
import type { Inbound, Reply } from "#relay/http/exchange.ts";

type Options = Readonly<{ clientIp: string; limits?: BodyLimits }>;

/** Bytes that may wait in the answer's stream before writing pauses. */
const QUEUED_BYTES_MAX = 64 * 1024;

/**
 * The two ends of a call over Web `Request` and `Response`, for route handlers. `response` resolves with the
 * first byte of the answer, or with its end.
 */
export function webExchange(request: Request, options: Options): Readonly<{ inbound: Inbound; reply: Reply; response: Promise<Response> }> {
  const inbound = new WebInbound(request, options);
  const reply = new WebReply(request.signal, () => inbound.release());
  return { inbound, reply, response: reply.response };
}

class WebInbound implements Inbound {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly clientIp: string;
  private readonly request: Request;
  private readonly limits: BodyLimits;
  private collector: BodyCollector | undefined;

  constructor(request: Request, options: Options) {
    const url = new URL(request.url);
    this.method = request.method;
    this.path = url.pathname;
    this.query = url.searchParams;
    this.headers = Object.fromEntries(request.headers);
    this.clientIp = options.clientIp;
    this.request = request;
    this.limits = options.limits ?? BODY_LIMITS;
  }

  async body(maxBytes: number, sink?: ByteSink): Promise<Buffer> {
    const { request, limits } = this;
    checkBodyHead(this.headers, maxBytes);
    const reader = request.body?.getReader();
    if (!reader) return Buffer.alloc(0);
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    const collector = new BodyCollector(this.headers, maxBytes, limits, (result) => {
      deadline.stop();
      if (result instanceof RelayError) {
        reject(result);
        reader.cancel(result).catch(() => undefined); // the sender may have gone already
      } else resolve(result);
    }, sink);
    const deadline = new BodyDeadline(limits, (error) => collector.stop(error));
    this.collector = collector;
    pump(reader, collector, deadline).catch(() => {
      collector.stop(new RelayError("request_timeout", "The client left before its request was complete."));
    });
    return promise;
  }

  release(): void {
    this.collector?.release();
  }
}

async function pump(reader: ReadableStreamDefaultReader<Uint8Array>, collector: BodyCollector, deadline: BodyDeadline): Promise<void> {
  let drained: (() => void) | undefined;
  collector.onDrain(() => drained?.());
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return collector.end();
    deadline.saw(value.length);
    const isReady = collector.push(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
    if (!isReady) await new Promise<void>((resolve) => (drained = resolve));
  }
}

class WebReply implements Reply {
  pristine = true;
  gone = false;
  readonly response: Promise<Response>;
  private readonly resolve: (response: Response) => void;
  private readonly reject: (error: Error) => void;
  private readonly released: () => void;
  private status = 200;
  private headers: Readonly<Record<string, string>> = {};
  private controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  private full = false;
  private over = false;
  private drainListener: (() => void) | undefined;
  private goneListener: (() => void) | undefined;

  constructor(signal: AbortSignal, released: () => void) {
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    this.response = promise;
    this.resolve = resolve;
    this.reject = reject;
    this.released = released;
    if (signal.aborted) this.leave();
    else signal.addEventListener("abort", () => this.leave(), { once: true });
  }

  head(status: number, headers: Readonly<Record<string, string | undefined>>): void {
    this.pristine = false;
    this.status = status;
    // Connection headers belong to whoever serves the response.
    this.headers = Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => entry[0] !== "connection" && entry[1] !== undefined));
  }

  write(chunk: Uint8Array | string): boolean {
    if (this.gone || this.over) return true;
    this.pristine = false;
    const controller = (this.controller ??= this.open());
    controller.enqueue(bytesOf(chunk));
    this.full = (controller.desiredSize ?? 1) <= 0;
    return !this.full;
  }

  end(chunk?: Uint8Array | string): void {
    if (this.over) return;
    this.pristine = false;
    if (this.controller && chunk !== undefined && !this.gone) this.controller.enqueue(bytesOf(chunk));
    this.over = true;
    this.released();
    if (this.controller) {
      if (!this.gone) this.controller.close();
      return;
    }
    const hasBody = chunk !== undefined && this.status !== 204 && this.status !== 304;
    this.resolve(new Response(hasBody ? bytesOf(chunk) : null, { status: this.status, headers: this.headers }));
  }

  destroy(): void {
    if (this.over) return;
    this.over = true;
    this.released();
    const broken = new Error("the answer was broken off");
    if (this.controller && !this.gone) this.controller.error(broken);
    else if (!this.controller) this.reject(broken);
  }

  onDrain(listener: () => void): void {
    this.drainListener = listener;
  }

  onGone(listener: () => void): void {
    if (this.gone) listener();
    else this.goneListener = listener;
  }

  private open(): ReadableStreamDefaultController<Uint8Array> {
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
    const stream = new ReadableStream<Uint8Array>(
      {
        start: (given) => {
          controller = given;
        },
        pull: () => {
          if (!this.full) return;
          this.full = false;
          this.drainListener?.();
        },
        cancel: () => this.leave(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: QUEUED_BYTES_MAX }),
    );
    this.resolve(new Response(stream, { status: this.status, headers: this.headers }));
    return controller!;
  }

  private leave(): void {
    if (this.gone || this.over) return;
    this.gone = true;
    this.released();
    // Nobody will read it, but whoever waits for a response must get one.
    if (!this.controller) this.resolve(new Response(null, { status: 499 }));
    this.goneListener?.();
  }
}

const encoder = new TextEncoder();

/** Copied where the memory is a pool's: a response may hold on to it. */
const bytesOf = (chunk: Uint8Array | string): Uint8Array<ArrayBuffer> =>
  typeof chunk === "string" ? encoder.encode(chunk) : new Uint8Array(chunk);
