import { createHash } from "node:crypto";
import { bytesOf } from "#platform/outbound/body-part.ts";
import { requestIdText } from "#platform/ids.ts";
import type { RelayState, RequestContext } from "#relay/context.ts";
import { RelayError } from "#relay/errors.ts";
import { isFile, type Form } from "#relay/http/body/form.ts";
import type { KeptReply, ReplyStore } from "#relay/idempotency/reply-store.ts";
import type { Caller } from "#snapshot/snapshot.ts";

const HEADER = "idempotency-key";
const KEY_CHARS_MAX = 255;
const BODY_BYTES_MAX = 1024 * 1024;
const RENEW_MS = 20_000;

/** A request that must not be done twice. Exactly one of `keep` and `free` counts: the first. */
export interface Once {
  /** It was done before; nothing else is to happen. */
  readonly before?: Readonly<{ requestId: string; reply: KeptReply }>;
  /** It was answered. Without a reply, or with one too large, it cannot be repeated, only not be done again. */
  keep(reply: KeptReply | undefined): Promise<void>;
  /** It gave nothing and cost nothing: the key is free again. */
  free(): Promise<void>;
}

/** Whether a request asks for it; a look at its head, nothing more. */
export const wantsOnce = ({ replies }: RelayState, { inbound }: RequestContext): boolean => inbound.headers[HEADER] !== undefined && replies !== undefined;

/**
 * Claims the request's idempotency key, or finds what was answered under it.
 *
 * @param request as it was sent: the same key with another body, or other files, is another request
 * @throws RelayError idempotency_conflict, idempotency_in_progress, idempotency_replay_unavailable, invalid_value,
 *   server_overloaded when nobody can tell
 */
export async function beginOnce(state: RelayState, context: RequestContext, caller: Caller, request: Sent): Promise<Once> {
  const { inbound, id } = context;
  const key = inbound.headers[HEADER] ?? "";
  if (key === "" || key.length > KEY_CHARS_MAX) {
    throw new RelayError("invalid_value", `Invalid value for 'Idempotency-Key': expected 1 to ${KEY_CHARS_MAX} characters.`, { param: "Idempotency-Key" });
  }
  const store = state.replies!;
  const scope = hash(`${inbound.path}\0${key}`);
  const result = await store.claim({ userId: caller.userId, scope, bodyHash: await hashOf(request), id }).catch((cause: unknown) => {
    throw new RelayError("server_overloaded", "The idempotency key cannot be checked at the moment. Try again shortly.", { cause, retryAfterMs: 1_000 });
  });
  switch (result.state) {
    case "claimed":
      return new RunningOnce(state, store, id);
    case "running":
      throw new RelayError("idempotency_in_progress", "The first request with this idempotency key is still running.", { retryAfterMs: 1_000 });
    case "conflict":
      throw new RelayError("idempotency_conflict", "This idempotency key was used for a request with another body.", { param: "Idempotency-Key" });
    case "done":
      return done(result.id, result.reply);
  }
}

type Sent = Readonly<{ body: Buffer; form?: Form }>;

/** Boundaries of forms are drawn anew each time; what stands between them is not. */
async function hashOf({ body, form }: Sent): Promise<Buffer> {
  if (!form) return hash(body);
  const whole = createHash("sha256").update(body);
  for (const part of form.parts) if (isFile(part)) whole.update(hash(await bytesOf(part.body)));
  return whole.digest();
}

const hash = (text: string | Buffer): Buffer => createHash("sha256").update(text).digest();

function done(id: string, reply: KeptReply | undefined): Once {
  const requestId = requestIdText(id);
  if (!reply) {
    throw new RelayError("idempotency_replay_unavailable", `The request with this idempotency key was answered as ${requestId}; its answer cannot be repeated.`, { extra: { generation_id: requestId } });
  }
  return { before: { requestId, reply }, keep: () => Promise.resolve(), free: () => Promise.resolve() };
}

class RunningOnce implements Once {
  readonly #state: RelayState;
  readonly #store: ReplyStore;
  readonly #id: string;
  readonly #renewal: NodeJS.Timeout;
  #over = false;

  constructor(state: RelayState, store: ReplyStore, id: string) {
    this.#state = state;
    this.#store = store;
    this.#id = id;
    this.#renewal = setInterval(() => void this.#quietly(store.renew(id), "a request's idempotency key could not be held"), RENEW_MS).unref();
  }

  keep(reply: KeptReply | undefined): Promise<void> {
    const kept = reply && reply.body.length <= BODY_BYTES_MAX ? reply : undefined;
    return this.#end(() => this.#store.keep(this.#id, kept), "an answer could not be kept for its idempotency key");
  }

  free(): Promise<void> {
    return this.#end(() => this.#store.free(this.#id), "an idempotency key could not be freed");
  }

  async #end(act: () => Promise<void>, trouble: string): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    clearInterval(this.#renewal);
    await this.#quietly(act(), trouble);
  }

  /** The answer itself is given all the same: what stays undone runs out, and a charge is not repeated. */
  #quietly(work: Promise<void>, trouble: string): Promise<void> {
    return work.catch((err: unknown) => this.#state.log.error({ err, request: requestIdText(this.#id) }, trouble));
  }
}
