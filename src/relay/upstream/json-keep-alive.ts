import type { ScannedRequest } from "#relay/http/body/scan.ts";
import type { Reply } from "#relay/http/exchange.ts";
import type { Operation } from "#relay/dialects/operations.ts";
import { FIRST_PING_MS, PING_MS } from "#relay/upstream/stream-writer.ts";
import type { TimerWheel, WheelTimer } from "#relay/upstream/timers.ts";

/**
 * Spaces before the JSON of a whole answer, so that what stands between does not take a slow vendor for a dead line.
 * The first of them says status 200: what goes wrong afterwards is told by the body alone.
 */
export class JsonKeepAlive {
  /** The head has been sent. */
  begun = false;
  readonly #reply: Reply;
  readonly #wheel: TimerWheel;
  readonly #wanted: () => boolean;
  readonly #headers: () => Readonly<Record<string, string | undefined>>;
  #timer: WheelTimer;

  /** @param wanted asked each time, as one channel may want it and the next not; @param headers asked for once */
  constructor(reply: Reply, wheel: TimerWheel, wanted: () => boolean, headers: () => Readonly<Record<string, string | undefined>>) {
    this.#reply = reply;
    this.#wheel = wheel;
    this.#wanted = wanted;
    this.#headers = headers;
    this.#timer = this.#tellIn(FIRST_PING_MS);
  }

  /** The answer itself, once spaces have been sent. */
  end(json: Buffer): void {
    this.stop();
    if (!this.#reply.gone) this.#reply.end(json);
  }

  stop(): void {
    this.#timer.cancel();
  }

  #tellIn(ms: number): WheelTimer {
    return this.#wheel.arm(ms, () => this.#tell());
  }

  #tell(): void {
    if (this.#reply.gone) return;
    if (this.begun || this.#wanted()) {
      if (!this.begun) this.#reply.head(200, this.#headers());
      this.begun = true;
      this.#reply.write(" ");
    }
    this.#timer = this.#tellIn(PING_MS);
  }
}

/** Subtitles, plain text and sound have no place for a space. */
export function answersJson(operation: Operation, { stream, media }: ScannedRequest): boolean {
  if (stream || operation === "speech") return false;
  return (operation !== "transcriptions" && operation !== "translations") || media?.format === undefined || media.format.endsWith("json");
}
