import type { Outbound } from "#platform/outbound/agent.ts";
import type { OutboundPolicy } from "#platform/outbound/guard.ts";
import type { OriginPool } from "#platform/outbound/origin-pool.ts";
import type { WireCall, WirePhase, WireSink } from "#platform/outbound/wire.ts";
import { createDecompressor } from "#relay/upstream/decompress.ts";
import type { Decompressor } from "#relay/upstream/decompress.ts";
import type { Transport, UpstreamCall, UpstreamControl, UpstreamHeaders, UpstreamSink } from "#relay/upstream/transport.ts";

/** Vendors over HTTP/1.1: pooled, vetted connections, no redirects, decoded replies. @param policy who chose the addresses */
export function createHttpTransport(outbound: Outbound, policy: OutboundPolicy = "channel"): Transport {
  /** By the address that the calls of a channel share: to take it apart anew costs more than to find it. */
  const ways = new WeakMap<URL, Way>();
  const wayTo = ({ url, connectMs, proxy }: UpstreamCall): Way => {
    const known = ways.get(url);
    if (known && known.connectMs === connectMs && known.proxy === proxy && !known.pool.closed) return known;
    const way = { connectMs, proxy, pool: outbound.pool(url, policy, connectMs, proxy), target: url.pathname + url.search };
    ways.set(url, way);
    return way;
  };
  return {
    send(call, sink) {
      const exchange = new Exchange(sink);
      try {
        const { pool, target } = wayTo(call);
        exchange.carry(pool.dispatch({ method: call.method, target, headers: call.headers, body: call.body }, exchange));
      } catch (error) {
        // Later, as with every other failure: callers have not got their control yet.
        queueMicrotask(() => exchange.onError(error as Error, "connect"));
      }
      return exchange;
    },
  };
}

/** What an address comes to: whose connections carry it, and what is asked for there. */
type Way = Readonly<{ connectMs: number; proxy: string | undefined; pool: OriginPool; target: string }>;

/** One call as the connection's sink on one side and the relay's control on the other. */
class Exchange implements WireSink, UpstreamControl {
  readonly #sink: UpstreamSink;
  #wire: WireCall | undefined;
  #decoder: Decompressor | undefined;
  #over = false;
  #paused = false;
  #decoderFull = false;

  constructor(sink: UpstreamSink) {
    this.#sink = sink;
  }

  /** @internal */
  carry(wire: WireCall): void {
    this.#wire = wire;
  }

  pause(): void {
    this.#paused = true;
    this.#decoder?.pause();
    this.#wire?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#decoder?.resume();
    if (!this.#decoderFull) this.#wire?.resume();
  }

  abort(): void {
    if (this.#over) return;
    this.#over = true;
    this.#decoder?.destroy();
    this.#wire?.abort();
  }

  onHead(status: number, headers: UpstreamHeaders): void {
    if (this.#over) return;
    const coding = headers["content-encoding"];
    if (coding !== undefined && coding !== "identity") {
      this.#decoder = createDecompressor(String(coding), {
        onData: (chunk) => !this.#over && this.#sink.onData(chunk),
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
  }

  onData(chunk: Buffer): void {
    if (this.#over) return;
    if (!this.#decoder) this.#sink.onData(chunk);
    else if (!this.#decoder.write(chunk)) {
      this.#decoderFull = true;
      this.#wire?.pause();
    }
  }

  onEnd(): void {
    if (this.#decoder) this.#decoder.end();
    else this.#finish();
  }

  onError(error: Error & { code?: string }, phase: WirePhase): void {
    if (this.#over) return;
    this.#over = true;
    this.#decoder?.destroy();
    this.#sink.onError(error, phase);
  }

  #drained(): void {
    this.#decoderFull = false;
    if (!this.#paused) this.#wire?.resume();
  }

  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    this.#sink.onEnd();
  }

  /** The reply cannot be read any further, though the connection is sound. */
  #hangUp(error: Error): void {
    this.onError(error, "body");
    this.#wire?.abort();
  }
}
