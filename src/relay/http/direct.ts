import type { DirectExchange } from "#platform/http1/direct-connection.ts";
import { RelayError } from "#relay/errors.ts";
import { BodyCollector, checkBodyHead, type ByteSink } from "#relay/http/body/collector.ts";
import { BodyDeadline } from "#relay/http/body/deadline.ts";
import { BODY_LIMITS, type BodyLimits } from "#relay/http/body/limits.ts";
import type { Inbound, Reply } from "#relay/http/exchange.ts";
import { socketAnswer, type RawAnswer } from "#relay/http/raw-answer.ts";

/** The two ends of a call on a connection that is read without Node's server. */
export function directExchange(exchange: DirectExchange, clientIp: string, limits: BodyLimits = BODY_LIMITS): Readonly<{ inbound: Inbound; reply: Reply }> {
  const inbound = new DirectInbound(exchange, clientIp, limits);
  return { inbound, reply: new DirectReply(exchange, () => inbound.release()) };
}

/** Shared: it is asked for at every stream and nearly always empty. Nobody adds to a request's query. */
const NO_QUERY = new URLSearchParams();

class DirectInbound implements Inbound {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly clientIp: string;
  readonly sameHead: object;
  private readonly exchange: DirectExchange;
  private readonly limits: BodyLimits;
  private collector: BodyCollector | undefined;

  constructor(exchange: DirectExchange, clientIp: string, limits: BodyLimits) {
    const { method, target, headers, same } = exchange.head;
    const mark = target.indexOf("?");
    this.sameHead = same;
    this.method = method;
    this.path = mark < 0 ? target : target.slice(0, mark);
    this.headers = headers;
    this.clientIp = clientIp;
    this.exchange = exchange;
    this.limits = limits;
  }

  get query(): URLSearchParams {
    const { target } = this.exchange.head;
    const mark = target.indexOf("?");
    return mark < 0 ? NO_QUERY : new URLSearchParams(target.slice(mark + 1));
  }

  async body(maxBytes: number, sink?: ByteSink): Promise<Buffer> {
    const { exchange, headers, limits } = this;
    checkBodyHead(headers, maxBytes);
    if (exchange.whole) {
      if (!sink) return exchange.whole;
      sink.write(exchange.whole);
      return Buffer.alloc(0);
    }
    return new Promise<Buffer>((resolve, reject) => {
      const collector = new BodyCollector(headers, maxBytes, limits, (result) => {
        deadline.stop();
        if (result instanceof RelayError) reject(result);
        else resolve(result);
      }, sink);
      const deadline = new BodyDeadline(limits, (error) => collector.stop(error));
      this.collector = collector;
      exchange.readBody({
        data(bytes) {
          deadline.saw(bytes.length);
          collector.push(bytes);
        },
        end: () => collector.end(),
        left: () => collector.stop(new RelayError("request_timeout", "The client left before its request was complete.")),
      });
    });
  }

  /** Gives the body's share of the node's memory back. */
  release(): void {
    this.collector?.release();
  }
}

class DirectReply implements Reply {
  pristine = true;
  gone = false;
  private status = 200;
  private headers: Readonly<Record<string, string | undefined>> = {};
  private ended = false;
  private raw: RawAnswer | undefined;
  private goneListener: (() => void) | undefined;
  private drainListener: (() => void) | undefined;
  private readonly exchange: DirectExchange;
  private readonly release: () => void;

  constructor(exchange: DirectExchange, release: () => void) {
    this.exchange = exchange;
    this.release = release;
    exchange.onGone(() => {
      if (!this.ended) this.leave();
    });
  }

  head(status: number, headers: Readonly<Record<string, string | undefined>>): void {
    this.pristine = false;
    this.status = status;
    this.headers = headers;
  }

  write(chunk: Uint8Array | string): boolean {
    if (this.gone || this.ended) return true;
    if (!this.raw) {
      const { "content-length": _length, ...chunked } = this.headers;
      this.pristine = false;
      this.raw = this.answer();
      this.raw.begin(this.status, chunked);
    }
    return this.raw.write(chunk);
  }

  end(chunk?: Uint8Array | string): void {
    if (this.ended) return;
    this.ended = true;
    this.pristine = false;
    if (!this.gone) {
      if (this.raw) this.raw.end(chunk);
      else this.answer().whole(this.status, this.headers, chunk === undefined ? "" : typeof chunk === "string" || Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk));
    }
    this.release();
  }

  destroy(): void {
    this.ended = true;
    this.exchange.destroy();
    this.release();
  }

  onDrain(listener: () => void): void {
    this.drainListener = listener;
  }

  onGone(listener: () => void): void {
    if (this.gone) listener();
    else this.goneListener = listener;
  }

  private answer(): RawAnswer {
    const { exchange } = this;
    const close = exchange.lastAnswer || this.headers["connection"] === "close";
    return socketAnswer(exchange.socket, { keepAliveMs: close ? 0 : exchange.keepAliveMs, ended: () => exchange.done(close) }, () => this.drainListener?.());
  }

  private leave(): void {
    if (this.gone) return;
    this.gone = true;
    this.release();
    this.goneListener?.();
  }
}
