import type { AccessToken } from "#relay/upstream/access-tokens.ts";
import type { Ways } from "#relay/upstream/carriage.ts";
import { gathered } from "#relay/upstream/gathered.ts";
import type { StepReply } from "#relay/upstream/scripted.ts";
import type { Transport, UpstreamCall, UpstreamControl, UpstreamHeaders, UpstreamSink } from "#relay/upstream/transport.ts";

/** How a vendor's token is had and used. */
export type TokenRule = Readonly<{
  /** Whose token it is: the provider, the key, and where it is asked for. */
  name(call: UpstreamCall): string;
  /** The call that gives one. @throws Error where the key is none at all */
  ask(call: UpstreamCall): UpstreamCall;
  /** What it gave; undefined = a refusal. */
  read(reply: StepReply): AccessToken | undefined;
  apply(call: UpstreamCall, token: string): UpstreamCall;
  /** An answer by which the vendor says that the token holds no longer. @param chunk what came first of the body */
  isStale(status: number, chunk: Buffer): boolean;
}>;

const TOKEN_MS = 15_000;
const UNAUTHORIZED = 401;

/** The vendor gave an answer and no token. */
class TokenRefused extends Error {
  override readonly name = "TokenRefused";
  readonly reply: StepReply;
  constructor(reply: StepReply) {
    super("The vendor gave no token for the key.");
    this.reply = reply;
  }
}

/**
 * Calls that carry a token which is fetched with the key and kept for as long as it holds. While one is known, calls go
 * out at once; one that is refused as stale is replaced, and the call sent once more. A refused key is told as if the
 * call itself had been refused so.
 */
export const tokened = (ways: Ways, rule: TokenRule): Transport => ({
  send: (call, sink) => new TokenedCall(ways, rule, call, sink),
});

class TokenedCall implements UpstreamControl, UpstreamSink {
  readonly #ways: Ways;
  readonly #rule: TokenRule;
  readonly #call: UpstreamCall;
  readonly #sink: UpstreamSink;
  #control: UpstreamControl | undefined;
  #token = "";
  #head: Readonly<{ status: number; headers: UpstreamHeaders }> | undefined;
  #renewed = false;
  #paused = false;
  #over = false;

  constructor(ways: Ways, rule: TokenRule, call: UpstreamCall, sink: UpstreamSink) {
    this.#ways = ways;
    this.#rule = rule;
    this.#call = call;
    this.#sink = sink;
    const known = ways.tokens.peek(rule.name(call));
    if (known === undefined) void this.#fetch();
    else this.#send(known);
  }

  pause(): void {
    this.#paused = true;
    this.#control?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#control?.resume();
  }

  abort(): void {
    this.#over = true;
    this.#control?.abort();
  }

  onHead(status: number, headers: UpstreamHeaders): void {
    this.#head = { status, headers };
  }

  onData(chunk: Buffer): void {
    if (this.#over) return;
    if (this.#head && !this.#renewed && this.#rule.isStale(this.#head.status, chunk)) {
      this.#renewed = true;
      this.#head = undefined;
      this.#control?.abort();
      this.#ways.tokens.drop(this.#rule.name(this.#call), this.#token);
      void this.#fetch();
      return;
    }
    this.#tellHead();
    this.#sink.onData(chunk);
  }

  onEnd(): void {
    if (this.#over) return;
    this.#tellHead();
    this.#sink.onEnd();
  }

  onError(error: Error & { code?: string }, phase: "connect" | "head" | "body"): void {
    if (this.#over) return;
    this.#tellHead();
    this.#sink.onError(error, phase);
  }

  #tellHead(): void {
    const head = this.#head;
    this.#head = undefined;
    if (head) this.#sink.onHead(head.status, head.headers);
  }

  #send(token: string): void {
    this.#token = token;
    this.#control = this.#ways.transport.send(this.#rule.apply(this.#call, token), this);
    if (this.#paused) this.#control.pause();
  }

  async #fetch(): Promise<void> {
    const { transport, tokens } = this.#ways, rule = this.#rule;
    try {
      // Others may wait for the same token: it is fetched even if this call is given up.
      const token = await tokens.get(rule.name(this.#call), async () => {
        const reply = await gathered(transport, rule.ask(this.#call), TOKEN_MS);
        const read = rule.read(reply);
        if (!read) throw new TokenRefused(reply);
        return read;
      });
      if (!this.#over) this.#send(token);
    } catch (error) {
      if (this.#over) return;
      if (!(error instanceof TokenRefused)) this.#sink.onError(error as Error, "connect");
      else this.#refuse(error.reply);
    }
  }

  #refuse({ status, headers, body }: StepReply): void {
    this.#sink.onHead(status < 300 ? UNAUTHORIZED : status, headers);
    if (body.length > 0) this.#sink.onData(body);
    this.#sink.onEnd();
  }
}
