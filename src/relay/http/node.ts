import type { IncomingMessage, ServerResponse } from "node:http";
import { RelayError } from "#relay/errors.ts";
import { BodyCollector, checkBodyHead, type ByteSink } from "#relay/http/body/collector.ts";
import { BodyDeadline } from "#relay/http/body/deadline.ts";
import { BODY_LIMITS, type BodyLimits } from "#relay/http/body/limits.ts";
import type { Inbound, Reply } from "#relay/http/exchange.ts";
import { rawAnswer, type RawAnswer } from "#relay/http/raw-answer.ts";

type Options = Readonly<{
  /** The client's address, found by whoever stands in front. */
  clientIp: string;
  limits?: BodyLimits;
  /** The client waits for `100 Continue` (the server's `checkContinue` event): sent when the body is asked for. */
  expectContinue?: boolean;
}>;

/** How long an answer to an unread body waits for the sender to stop, so that he can read it. */
const LINGER_MS = 1_000;

/** The two ends of a call over node:http. */
export function nodeExchange(request: IncomingMessage, response: ServerResponse, options: Options): Readonly<{ inbound: Inbound; reply: Reply }> {
  return { inbound: new NodeInbound(request, response, options), reply: new NodeReply(request, response) };
}

class NodeInbound implements Inbound {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly clientIp: string;
  private readonly search: string;
  private readonly request: IncomingMessage;
  private readonly response: ServerResponse;
  private readonly options: Options;

  constructor(request: IncomingMessage, response: ServerResponse, options: Options) {
    const target = request.url ?? "/";
    const local = target.startsWith("/") ? target : localPart(target);
    const mark = local.indexOf("?");
    this.path = mark < 0 ? local : local.slice(0, mark);
    this.search = mark < 0 ? "" : local.slice(mark + 1);
    this.method = request.method ?? "GET";
    this.headers = request.headers as Readonly<Record<string, string | undefined>>; // only set-cookie is a list, and no request has it
    this.clientIp = options.clientIp;
    this.request = request;
    this.response = response;
    this.options = options;
  }

  get query(): URLSearchParams {
    return new URLSearchParams(this.search);
  }

  async body(maxBytes: number, sink?: ByteSink): Promise<Buffer> {
    const { request, response, options } = this;
    checkBodyHead(this.headers, maxBytes);
    if (options.expectContinue) response.writeContinue();
    const limits = options.limits ?? BODY_LIMITS;
    return new Promise<Buffer>((resolve, reject) => {
      const collector = new BodyCollector(this.headers, maxBytes, limits, (result) => {
        deadline.stop();
        request.off("data", onData);
        if (result instanceof RelayError) reject(result);
        else resolve(result);
      }, sink);
      const deadline = new BodyDeadline(limits, (error) => collector.stop(error));
      const onData = (chunk: Buffer): void => {
        deadline.saw(chunk.length);
        if (!collector.push(chunk)) request.pause();
      };
      collector.onDrain(() => request.resume());
      request.on("data", onData);
      request.on("end", () => collector.end());
      // A body that has come whole may still be in the decoder when the request closes.
      const left = (): void => {
        if (!request.complete) collector.stop(clientLeft());
      };
      request.on("error", left);
      request.on("close", left);
      response.once("close", () => collector.release());
      if (request.destroyed) left();
    });
  }
}

const clientLeft = (): RelayError => new RelayError("request_timeout", "The client left before its request was complete.");

/** Proxies may send the whole address in the request line. */
function localPart(target: string): string {
  const url = URL.parse(target);
  return url ? url.pathname + url.search : "/";
}

class NodeReply implements Reply {
  pristine = true;
  gone = false;
  private status = 200;
  private headers: Readonly<Record<string, string | undefined>> = {};
  private flushed = false;
  private ended = false;
  private goneListener: (() => void) | undefined;
  private drainListener: (() => void) | undefined;
  /** How an ordinary answer is written; the rest goes Node's way. */
  private raw: RawAnswer | undefined;
  private readonly request: IncomingMessage;
  private readonly response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.request = request;
    this.response = response;
    response.on("error", noOp); // a write that meets a closed socket; `close` tells
    response.on("close", () => {
      if (!this.ended) this.leave();
    });
    if (response.destroyed || response.closed) this.gone = true;
  }

  head(status: number, headers: Readonly<Record<string, string | undefined>>): void {
    this.pristine = false;
    this.status = status;
    this.headers = headers;
  }

  write(chunk: Uint8Array | string): boolean {
    if (this.gone || this.ended) return true;
    this.begin();
    return this.raw ? this.raw.write(chunk) : this.response.write(chunk);
  }

  end(chunk?: Uint8Array | string): void {
    if (this.ended) return;
    this.ended = true;
    if (this.gone) return;
    if (!this.flushed && chunk !== undefined && this.endWhole(chunk)) return;
    // Known only now: a body sent in one piece needs no chunked framing.
    if (!this.flushed && chunk !== undefined && this.headers["content-length"] === undefined) {
      this.headers = { ...this.headers, "content-length": String(Buffer.byteLength(chunk)) };
    }
    if (!this.flushed) this.flush();
    if (this.raw) this.raw.end(chunk);
    else if (this.request.complete || this.headers.connection !== "close") this.response.end(chunk);
    else this.linger(chunk);
  }

  destroy(): void {
    this.ended = true;
    this.response.destroy();
  }

  onDrain(listener: () => void): void {
    this.drainListener = listener;
  }

  onGone(listener: () => void): void {
    if (this.gone) listener();
    else this.goneListener = listener;
  }

  /** An ordinary answer whose body is all there. */
  private endWhole(chunk: Uint8Array | string): boolean {
    const raw = this.status === 200 && this.headers.connection === undefined ? rawAnswer(this.request, this.response, noOp) : undefined;
    if (!raw) return false;
    this.flushed = true;
    this.pristine = false;
    raw.whole(this.status, this.headers, typeof chunk === "string" || Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk));
    return true;
  }

  private begin(): void {
    if (this.flushed) return;
    if (this.status === 200 && this.headers.connection === undefined && this.headers["content-length"] === undefined) {
      this.raw = rawAnswer(this.request, this.response, () => this.drainListener?.());
    }
    if (!this.raw) {
      this.flush();
      return;
    }
    this.flushed = true;
    this.pristine = false;
    this.raw.begin(this.status, this.headers);
  }

  private flush(): void {
    this.flushed = true;
    this.pristine = false;
    this.response.on("drain", () => this.drainListener?.());
    const sent: Record<string, string> = {};
    for (const name in this.headers) if (this.headers[name] !== undefined) sent[name] = this.headers[name];
    this.response.writeHead(this.status, sent);
  }

  /** Closing at once would reset the connection under a sender who has not read the answer yet. */
  private linger(chunk: Uint8Array | string | undefined): void {
    if (chunk !== undefined) this.response.write(chunk);
    this.request.resume();
    const finish = (): void => {
      clearTimeout(timer);
      this.response.end();
    };
    const timer = setTimeout(finish, LINGER_MS);
    this.request.once("end", finish);
    this.request.once("close", finish);
  }

  private leave(): void {
    if (this.gone) return;
    this.gone = true;
    this.goneListener?.();
  }
}

const noOp = (): void => undefined;
