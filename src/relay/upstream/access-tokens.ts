import type { Log } from "#platform/log.ts";
import { parseWire } from "#relay/dialects/stream-kit/wire.ts";
import { classifyFault, readFault, retryAfterMs } from "#relay/providers/kit/classify.ts";
import type { TokenExchange } from "#relay/providers/provider.ts";
import { exchange } from "#relay/upstream/exchange.ts";
import type { Failure } from "#relay/upstream/failure.ts";
import type { Transport } from "#relay/upstream/transport.ts";

/** A token this close to its end is renewed while it still serves. */
const RENEW_BEFORE_MS = 300_000;
/** A token that is about to end could do so on its way. */
const USELESS_BEFORE_MS = 5_000;
const LIFETIME_PRESET_S = 3_600;
/** Who was just given a token uses it, however short its life. */
const LIFE_LEAST_MS = 2 * USELESS_BEFORE_MS;
/** After a renewal in the background has failed, it is left alone this long. */
const RENEW_AGAIN_MS = 10_000;
/** A token that is refused sooner than this was never good: the fault is with the key. */
const YOUNG_MS = 60_000;
const TIMEOUT_MS = 10_000;
const CONNECT_MS = 5_000;

/** Of the channel: its own base, where the token may be sold too, and the proxy that it goes out by. */
export type TokenWay = Readonly<{ baseUrl?: string | undefined; proxy?: string | undefined }>;

/** A call needs a token that has to be fetched first. */
export class TokenWanted extends Error {
  override readonly name = "TokenWanted";
  readonly exchange: TokenExchange;
  readonly secret: string;
  readonly way: TokenWay;
  constructor(tokens: TokenExchange, secret: string, way: TokenWay) {
    super("an access token must be fetched first");
    this.exchange = tokens;
    this.secret = secret;
    this.way = way;
  }
}

/** No token was given for the key. */
export class TokenRefused extends Error {
  override readonly name = "TokenRefused";
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.fault?.message ?? "No access token could be had.", { cause: failure.cause });
    this.failure = failure;
  }
}

type Token = { token: string; gotAt: number; renewAt: number; endsAt: number };

/** The short-lived tokens that this process has been given for its channels' keys. */
export interface AccessTokens {
  /** The token for a key, at once. @throws TokenWanted where there is none that still serves */
  current(tokens: TokenExchange, secret: string, way?: TokenWay): string;
  /** Fetches it; who asks for the same key meanwhile waits for the same answer. @throws TokenRefused */
  fetch(tokens: TokenExchange, secret: string, way?: TokenWay): Promise<string>;
  /** The vendor has refused the token. @returns whether it may have been withdrawn: then a new one is worth trying */
  refused(secret: string, token: string): boolean;
}

export type AccessTokenDeps = Readonly<{ transport: Transport; log?: Pick<Log, "warn">; clock: Readonly<{ now(): number }> }>;

/** @param deps.transport vets addresses as for every call to a vendor: the key's file names whom to ask */
export function createAccessTokens({ transport, log, clock }: AccessTokenDeps): AccessTokens {
  const held = new Map<string, Token>();
  const flights = new Map<string, Promise<string>>();

  const fetch = (tokens: TokenExchange, secret: string, way: TokenWay = {}): Promise<string> => {
    const running = flights.get(secret);
    if (running) return running;
    const flight = askFor(transport, tokens, secret, clock.now(), way)
      .then(({ token, lifeMs: told }) => {
        const gotAt = clock.now(), lifeMs = Math.max(told, LIFE_LEAST_MS);
        for (const [known, { endsAt }] of held) if (endsAt <= gotAt) held.delete(known);
        held.set(secret, { token, gotAt, endsAt: gotAt + lifeMs, renewAt: gotAt + Math.max(lifeMs - RENEW_BEFORE_MS, lifeMs / 2) });
        return token;
      })
      .finally(() => flights.delete(secret));
    flights.set(secret, flight);
    return flight;
  };

  return {
    fetch,
    current(tokens, secret, way = {}) {
      const known = held.get(secret), now = clock.now();
      if (!known || now >= known.endsAt - USELESS_BEFORE_MS) throw new TokenWanted(tokens, secret, way);
      if (now >= known.renewAt) {
        known.renewAt = now + RENEW_AGAIN_MS;
        fetch(tokens, secret, way).catch((err: unknown) => log?.warn({ err }, "an access token could not be renewed; the old one serves on"));
      }
      return known.token;
    },
    refused(secret, token) {
      const known = held.get(secret);
      if (known?.token !== token) return known !== undefined;
      held.delete(secret);
      return clock.now() - known.gotAt > YOUNG_MS;
    },
  };
}

async function askFor(transport: Transport, tokens: TokenExchange, secret: string, nowMs: number, { baseUrl, proxy }: TokenWay): Promise<Readonly<{ token: string; lifeMs: number }>> {
  let asked: ReturnType<TokenExchange["ask"]>;
  try {
    asked = tokens.ask(secret, nowMs, baseUrl);
  } catch (cause) {
    throw new TokenRefused({ class: "auth", fault: { status: 0, code: "invalid_key", message: (cause as Error).message } });
  }
  const body = Buffer.from(new URLSearchParams(asked.form).toString());
  const headers = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };
  const answer = await exchange(transport, { method: "POST", url: asked.url, headers, body: [body], connectMs: CONNECT_MS, ...(proxy !== undefined && { proxy }) }, TIMEOUT_MS).catch((cause: Error & { code?: string }) => {
    throw new TokenRefused({ class: cause.code === "EGUARD" ? "config" : "connect", cause });
  });
  const wire = parseWire(answer.bytes.toString("utf8"));
  if (answer.status === 200 && typeof wire?.access_token === "string" && wire.access_token !== "") {
    const life = Number(wire.expires_in);
    return { token: wire.access_token, lifeMs: (Number.isFinite(life) && life > 0 ? life : LIFETIME_PRESET_S) * 1000 };
  }
  throw new TokenRefused(failureOf(answer.status, answer.bytes, wire, answer.retryAfter, nowMs));
}

/** A key that buys no token is dead, whatever the status says; a token server in trouble is not the key's fault. */
function failureOf(status: number, body: Buffer, wire: Wire | undefined, retryAfter: string | undefined, nowMs: number): Failure {
  if (status < 300) return { class: "bad_body", fault: { status, message: "The token server's answer holds no token." } };
  const read = readFault(status, body);
  // OAuth's errors are two plain texts, of which the second is for people.
  const code = typeof wire?.error === "string" ? wire.error : read.code;
  const said = typeof wire?.error_description === "string" ? wire.error_description : read.message;
  const fault = { status, ...(code !== undefined && { code }), message: [code, said].filter((text, index, all) => text !== undefined && all.indexOf(text) === index).join(": ") || `The token server answered ${status}.` };
  const found = classifyFault({ status, message: fault.message });
  const wait = retryAfterMs(retryAfter === undefined ? {} : { "retry-after": retryAfter }, said, nowMs);
  return { class: status < 500 && status !== 429 && status !== 408 ? "auth" : found, fault, ...(wait !== undefined && { retryAfterMs: wait }) };
}

type Wire = Readonly<Record<string, unknown>>;
