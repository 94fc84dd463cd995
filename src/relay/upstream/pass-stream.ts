import type { Hold } from "#money/billing.ts";
import { RelayError } from "#relay/errors.ts";
import type { RelayState, RequestContext } from "#relay/context.ts";
import type { ReplyFacts } from "#relay/dialects/dialect.ts";
import { deliveredSoFar, NOTHING_DELIVERED } from "#relay/metering/ending.ts";
import type { Delivered, Ending, How } from "#relay/metering/ending.ts";
import { watchedTokens } from "#relay/metering/estimate.ts";
import { BLAMES_CHANNEL } from "#relay/routing/retry-policy.ts";
import type { StreamEnding } from "#relay/upstream/attempt.ts";
import { toRelayError } from "#relay/upstream/failure.ts";
import type { StreamWriter } from "#relay/upstream/stream-writer.ts";
import type { Tried } from "#relay/upstream/tried.ts";

/** A stream is read for nobody no longer than this, nor for more of the vendor's money than that. */
const DRAIN_MS = 30_000;
const DRAIN_COST_PICO = 50_000_000_000n;

export type PassStreamInput = Readonly<{
  state: RelayState;
  context: RequestContext;
  hold: Hold;
  tried: Tried;
  held: readonly Buffer[];
  writer: StreamWriter;
  empty: boolean;
  /** What a token of output costs us, or failing that the customer. */
  outputPico: bigint;
}>;

/**
 * Lets a stream that has begun pass to the client and finds out how it ends. The terminal event is not written: it
 * waits for the charge.
 */
export function passStream(input: PassStreamInput): Promise<Ending> {
  return new Promise((resolve) => new Passage(input, resolve).begin());
}

class Passage {
  readonly #input: PassStreamInput;
  readonly #resolve: (ending: Ending) => void;
  readonly #facts: ReplyFacts;
  readonly #guarded: boolean;
  #delivered: Delivered | undefined;
  /** Guarded streams: what the last chunk that was let through had brought us to. */
  #passed: Delivered = NOTHING_DELIVERED;
  #leftAtBytes = 0;
  #over = false;
  /** Left after the finish reason: an end like any other. */
  #hungUpAfterFinish = false;
  #endDrain: (() => void) | undefined;

  constructor(input: PassStreamInput, resolve: (ending: Ending) => void) {
    this.#input = input;
    this.#resolve = resolve;
    this.#facts = input.tried.attempt.facts!;
    this.#guarded = input.hold.mode === "guarded-stream";
  }

  begin(): void {
    const { context, tried, writer, held } = this.#input;
    writer.listen({ onDrain: () => tried.attempt.resume(), onStuck: () => this.#leave() });
    const leave = (): void => this.#leave(), cut = (): void => this.#cutShort();
    context.onLeft = leave;
    context.cutShort = cut;
    if (context.left !== undefined) this.#drain(NOTHING_DELIVERED);
    else this.#pass(held);
    if (this.#over) return;
    tried.attempt.consume({ onSlices: (slices) => this.#pass(slices), onEnding: (ending) => this.#ended(ending) });
    if (context.cut) this.#cutShort();
  }

  #pass(slices: readonly Buffer[]): void {
    if (this.#over) return;
    if (this.#delivered !== undefined) {
      this.#watchDrain();
      return;
    }
    if (this.#guarded) {
      if (!this.#isCovered()) {
        this.#cutForMoney();
        return;
      }
      this.#passed = deliveredSoFar(this.#facts);
    }
    if (!this.#input.writer.write(slices)) this.#input.tried.attempt.pause();
  }

  #ended(ending: StreamEnding): void {
    const { context, empty } = this.#input;
    if (ending.kind === "end") {
      this.#finish(this.#leftHow() ?? (empty ? "empty" : "complete"));
      return;
    }
    const left = this.#leftHow();
    const { failure } = ending;
    const { circuit } = this.#input.tried;
    const { state } = this.#input, now = state.clock.monotonic();
    state.health.failure(circuit, failure.class, now, context.snapshot);
    if (BLAMES_CHANNEL.has(failure.class)) state.routeBook.failed(circuit.route, now);
    this.#finish(left ?? "broken", { possibleCost: failure.possibleCost === true, error: toRelayError(failure) });
  }

  #leftHow(): How | undefined {
    const { left } = this.#input.context;
    if (left === undefined || this.#hungUpAfterFinish) return undefined;
    return left === "before" ? "left-before" : "left-stream";
  }

  /** The client is gone. One that leaves after the finish reason has all there was for it. */
  #leave(): void {
    if (this.#over || this.#delivered !== undefined) return;
    const { context, tried } = this.#input;
    context.left ??= "stream";
    this.#hungUpAfterFinish = this.#facts.finish !== undefined;
    const stops = tried.choice.offer.provider.flags.stopsBillingOnAbort === true;
    if (stops && !this.#hungUpAfterFinish) {
      tried.attempt.abort();
      this.#finish("left-stream", { stopped: true });
    } else this.#drain(deliveredSoFar(this.#facts));
  }

  #drain(delivered: Delivered): void {
    const { state, tried } = this.#input;
    this.#delivered = delivered;
    this.#leftAtBytes = this.#facts.contentBytes;
    const timer = state.wheel.arm(DRAIN_MS, () => this.#stopDrain());
    const leave = state.drains.add(tried.choice.offer.route.channel.id, () => this.#stopDrain());
    const end = (): void => {
      timer.cancel();
      leave();
    };
    this.#endDrain = end;
    tried.attempt.resume();
  }

  #watchDrain(): void {
    const tokens = BigInt(watchedTokens(this.#facts.contentBytes - this.#leftAtBytes));
    // Who has left pays for what is read in his place, so it too must be held.
    if (tokens * this.#input.outputPico > DRAIN_COST_PICO || (this.#guarded && !this.#isCovered())) this.#stopDrain();
  }

  #isCovered(): boolean {
    return this.#input.hold.delivered(watchedTokens(this.#facts.contentBytes));
  }

  #stopDrain(): void {
    if (this.#over) return;
    this.#input.tried.attempt.abort();
    this.#finish(this.#leftHow() ?? "complete", { stopped: true });
  }

  #cutForMoney(): void {
    this.#input.tried.attempt.abort();
    // What crossed the line has not been written, so it does not count.
    this.#delivered = this.#passed;
    this.#finish("cut", { stopped: true, error: new RelayError("insufficient_quota", "The credit is used up: the answer was cut.") });
  }

  #cutShort(): void {
    if (this.#over) return;
    const { context, tried } = this.#input;
    tried.attempt.abort();
    this.#finish(this.#leftHow() ?? "broken", { stopped: true, ...(context.cut && { error: context.cut }) });
  }

  #finish(how: How, more: Partial<Pick<Ending, "stopped" | "possibleCost" | "error">> = {}): void {
    if (this.#over) return;
    this.#over = true;
    this.#endDrain?.();
    const { context, tried } = this.#input;
    context.onLeft = context.cutShort = undefined;
    this.#resolve({
      how, tried,
      facts: this.#facts,
      delivered: this.#delivered ?? deliveredSoFar(this.#facts),
      stopped: false,
      possibleCost: false,
      ...more,
    });
  }
}
