import type { Transport, UpstreamCall, UpstreamControl, UpstreamHeaders, UpstreamSink } from "#relay/upstream/transport.ts";

/** All replies of one script together; what goes beyond is no answer to a call of this kind. */
const BYTES_MAX = 64 * 1024 * 1024;

/** What one step sends; what is left out is as the call as a whole has it. */
export type Step = Readonly<Partial<Pick<UpstreamCall, "method" | "url" | "headers" | "body">> & { /** Goes there instead of to the vendor. */ transport?: Transport }>;
export type StepReply = Readonly<{ status: number; headers: UpstreamHeaders; body: Buffer }>;
export type SendStep = (step: Step) => Promise<StepReply>;

/**
 * Several calls to a vendor that make one answer: an input in parts, several pictures, a picture that must be fetched.
 * Sends its steps, all of which must succeed, and gives the answer's bytes.
 */
export type Script = (send: SendStep, call: UpstreamCall) => Promise<Buffer>;

/** A step was answered with an error: what the vendor said is told as if the whole call had been answered so. */
export class StepRefused extends Error {
  override readonly name = "StepRefused";
  readonly reply: StepReply;
  constructor(reply: StepReply) {
    super(`The vendor answered a step with ${reply.status}.`);
    this.reply = reply;
  }
}

class StepBroken extends Error {
  readonly phase: "connect" | "head" | "body";
  constructor(cause: Error, phase: "connect" | "head" | "body") {
    super(cause.message, { cause });
    this.phase = phase;
  }
}

/** A transport whose every call is played by the script over another one. */
export const scripted = (transport: Transport, script: Script): Transport => ({
  send: (call, sink) => new Play(transport, script, call, sink),
});

/** One call: the first step that fails ends it, and those under way with it. */
class Play implements UpstreamControl {
  readonly #transport: Transport;
  readonly #call: UpstreamCall;
  readonly #sink: UpstreamSink;
  readonly #open = new Set<UpstreamControl>();
  #bytes = 0;
  #over = false;
  #headers: UpstreamHeaders = {};

  constructor(transport: Transport, script: Script, call: UpstreamCall, sink: UpstreamSink) {
    this.#transport = transport;
    this.#call = call;
    this.#sink = sink;
    // A turn later: the caller has not got its control yet.
    void Promise.resolve().then(() => script((step) => this.#send(step), call)).then((body) => this.#finish(body), (error: unknown) => this.#fail(error));
  }

  pause(): void {}
  resume(): void {}

  abort(): void {
    this.#over = true;
    for (const control of this.#open) control.abort();
    this.#open.clear();
  }

  #send({ transport = this.#transport, ...step }: Step): Promise<StepReply> {
    return new Promise((resolve, reject) => {
      if (this.#over) return; // nobody waits any more
      const reader = new StepSink(
        (reply) => {
          this.#open.delete(control);
          this.#headers = reply.headers;
          if (reply.status >= 200 && reply.status < 300) resolve(reply);
          else reject(new StepRefused(reply));
        },
        (error) => {
          this.#open.delete(control);
          reject(error);
        },
        (bytes) => (this.#bytes += bytes) <= BYTES_MAX,
      );
      const control = transport.send({ ...this.#call, ...step }, reader);
      reader.control = control;
      this.#open.add(control);
    });
  }

  #finish(body: Buffer): void {
    if (this.#over) return;
    this.#over = true;
    this.#sink.onHead(200, this.#headers);
    this.#sink.onData(body);
    this.#sink.onEnd();
  }

  #fail(error: unknown): void {
    if (this.#over) return;
    this.abort();
    if (error instanceof StepRefused) {
      this.#sink.onHead(Math.max(300, error.reply.status), error.reply.headers);
      this.#sink.onData(error.reply.body);
      this.#sink.onEnd();
    } else if (error instanceof StepBroken) this.#sink.onError(error.cause as Error, error.phase);
    else {
      this.#sink.onHead(200, {});
      this.#sink.onError(error instanceof Error ? error : new Error(String(error)), "body");
    }
  }
}

class StepSink implements UpstreamSink {
  control: UpstreamControl | undefined;
  readonly #done: (reply: StepReply) => void;
  readonly #broken: (error: StepBroken) => void;
  readonly #fits: (bytes: number) => boolean;
  readonly #chunks: Buffer[] = [];
  #status = 0;
  #headers: UpstreamHeaders = {};

  constructor(done: (reply: StepReply) => void, broken: (error: StepBroken) => void, fits: (bytes: number) => boolean) {
    this.#done = done;
    this.#broken = broken;
    this.#fits = fits;
  }

  onHead(status: number, headers: UpstreamHeaders): void {
    this.#status = status;
    this.#headers = headers;
  }

  onData(chunk: Buffer): void {
    this.#chunks.push(chunk);
    if (this.#fits(chunk.length)) return;
    this.control?.abort();
    this.#broken(new StepBroken(new Error("The replies are too large."), "body"));
  }

  onEnd(): void {
    this.#done({ status: this.#status, headers: this.#headers, body: this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks) });
  }

  onError(error: Error, phase: "connect" | "head" | "body"): void {
    this.#broken(new StepBroken(error, phase));
  }
}

/** Runs a step for each item, at most so many at once; results in the items' order. The first failure ends it. */
export async function inParallel<Item, Result>(items: readonly Item[], atOnce: number, run: (item: Item, index: number) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = new Array<Result>(items.length);
  let next = 0, failed = false;
  const lane = async (): Promise<void> => {
    while (next < items.length && !failed) {
      const index = next++;
      try {
        results[index] = await run(items[index]!, index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, lane));
  return results;
}
