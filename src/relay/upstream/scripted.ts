import type { Transport, UpstreamCall, UpstreamControl, UpstreamHeaders, UpstreamSink } from "#relay/upstream/transport.ts";

/** One reply, and all replies of a script together; what goes beyond is no answer to a call of this kind. */
const STEP_BYTES_MAX = 64 * 1024 * 1024;
const BYTES_MAX = 256 * 1024 * 1024;

/** What one step sends; what is left out is as the call as a whole has it, and `headers` join the call's. */
export type Step = Readonly<Partial<Pick<UpstreamCall, "method" | "url" | "headers" | "body">> & {
  /** To an address that a reply named: guarded like any that a stranger gives, and without the vendor's key. */
  outside?: boolean;
}>;
export type StepReply = Readonly<{ status: number; headers: UpstreamHeaders; body: Buffer }>;
export type SendStep = (step: Step) => Promise<StepReply>;

/**
 * Several calls to a vendor that make one answer: an input in parts, several pictures, a picture that must be fetched.
 * Sends its steps, all of which must succeed, and gives the answer's bytes.
 */
export type Script = (send: SendStep, call: UpstreamCall) => Promise<Buffer | Played>;
/** Bytes of a kind other than JSON. */
export type Played = Readonly<{ body: Buffer; contentType: string }>;

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
  /** Of the socket or the guard. */
  readonly code: string | undefined;
  constructor(cause: Error & { code?: string }, phase: "connect" | "head" | "body") {
    super(cause.message, { cause });
    this.phase = phase;
    this.code = cause.code;
  }
}

/**
 * A transport whose every call is played by the script over another one.
 * @param outside for what a reply names; absent = nothing outside may be fetched
 */
export const scripted = (transport: Transport, script: Script, outside?: Transport): Transport => ({
  send: (call, sink) => new Play({ transport, outside }, script, call, sink),
});

type Ways = Readonly<{ transport: Transport; outside: Transport | undefined }>;

/** One call: the first step that fails ends it, and those under way with it. */
class Play implements UpstreamControl {
  readonly #ways: Ways;
  readonly #call: UpstreamCall;
  readonly #sink: UpstreamSink;
  readonly #open = new Set<UpstreamControl>();
  #bytes = 0;
  #over = false;
  #headers: UpstreamHeaders = {};

  constructor(ways: Ways, script: Script, call: UpstreamCall, sink: UpstreamSink) {
    this.#ways = ways;
    this.#call = call;
    this.#sink = sink;
    // A turn later: the caller has not got its control yet.
    void Promise.resolve().then(() => script((step) => this.#send(step), call)).then((played) => this.#finish(Buffer.isBuffer(played) ? { body: played, contentType: "application/json" } : played), (error: unknown) => this.#fail(error));
  }

  pause(): void {}
  resume(): void {}

  abort(): void {
    this.#over = true;
    for (const control of this.#open) control.abort();
    this.#open.clear();
  }

  #send({ outside = false, ...step }: Step): Promise<StepReply> {
    const transport = outside ? this.#ways.outside : this.#ways.transport;
    if (!transport) return Promise.reject(new Error("Nothing outside the vendor can be fetched."));
    return new Promise((resolve, reject) => {
      if (this.#over) return; // nobody waits any more
      const reader = new StepSink(
        (reply) => {
          this.#open.delete(control);
          if (!outside) this.#headers = reply.headers;
          if (reply.status >= 200 && reply.status < 300) resolve(reply);
          else reject(outside ? new StepBroken(new Error("What the answer names could not be fetched."), "body") : new StepRefused(reply));
        },
        (error) => {
          this.#open.delete(control);
          // The vendor has done its work by then, and is not the one that cannot be reached.
          reject(outside ? new StepBroken(error, "body") : error);
        },
        (bytes) => (this.#bytes += bytes) <= BYTES_MAX,
      );
      const headers = outside ? { ...OUTSIDE_HEADERS, ...step.headers } : { ...this.#call.headers, ...step.headers };
      const control = transport.send({ ...this.#call, ...step, headers }, reader);
      reader.control = control;
      this.#open.add(control);
    });
  }

  #finish({ body, contentType }: Played): void {
    if (this.#over) return;
    this.#over = true;
    this.#sink.onHead(200, { ...this.#headers, "content-type": contentType });
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
    } else if (error instanceof StepBroken) this.#sink.onError(error, error.phase);
    else {
      this.#sink.onHead(200, {});
      this.#sink.onError(error instanceof Error ? error : new Error(String(error)), "body");
    }
  }
}

const OUTSIDE_HEADERS = { accept: "*/*", "user-agent": "Modelmart/0.1" };

class StepSink implements UpstreamSink {
  control: UpstreamControl | undefined;
  readonly #done: (reply: StepReply) => void;
  readonly #broken: (error: StepBroken) => void;
  readonly #fits: (bytes: number) => boolean;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
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
    this.#bytes += chunk.length;
    if (this.#fits(chunk.length) && this.#bytes <= STEP_BYTES_MAX) return;
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
