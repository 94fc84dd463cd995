import { RelayError } from "#relay/errors.ts";
import type { BodyLimits } from "#relay/http/body/limits.ts";

const MIB = 1024 * 1024;

/** Watches that a body comes on time: its first byte, each next one, and all of it. One timer, moved by itself. */
export class BodyDeadline {
  private readonly limits: BodyLimits;
  private readonly expired: (error: RelayError) => void;
  private readonly startedAt = performance.now();
  private lastByteAt: number | undefined;
  private received = 0;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(limits: BodyLimits, expired: (error: RelayError) => void) {
    this.limits = limits;
    this.expired = expired;
    setImmediate(begin, this); // most bodies have come whole by then, and need no timer
  }

  /** @internal */
  begin(): void {
    if (!this.stopped) this.timer = setTimeout(() => this.check(), Math.min(this.limits.firstByteMs, this.limits.totalMs));
  }

  /** Bytes have come. */
  saw(bytes: number): void {
    this.received += bytes;
    this.lastByteAt = performance.now();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private check(): void {
    const now = performance.now();
    const { firstByteMs, idleMs, totalMs, perMiBMs } = this.limits;
    const nextByteBy = this.lastByteAt === undefined ? this.startedAt + firstByteMs : this.lastByteAt + idleMs;
    const allBy = this.startedAt + totalMs + Math.floor(this.received / MIB) * perMiBMs;
    const leftMs = Math.min(nextByteBy, allBy) - now;
    if (leftMs > 0) this.timer = setTimeout(() => this.check(), Math.ceil(leftMs));
    else this.expired(new RelayError("request_timeout", "The request body took too long to arrive.", { headers: { connection: "close" } }));
  }
}

const begin = (deadline: BodyDeadline): void => deadline.begin();
