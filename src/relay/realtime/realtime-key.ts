import { randomBytes } from "node:crypto";
import { SealError, type Sealer } from "#platform/crypto/seal.ts";
import type { RelayState, RequestContext } from "#relay/context.ts";
import { RelayError } from "#relay/errors.ts";
import type { RealtimeKeyForm } from "#relay/http/routes.ts";
import { takeRequest } from "#relay/limits/request-limits.ts";
import { notFound } from "#relay/policy/resolve-model.ts";
import type { ReadAnswer } from "#relay/read/serve-read.ts";
import { sessionFacts } from "#relay/realtime/session-facts.ts";
import type { SessionKind } from "#relay/realtime/session-kind.ts";
import { object, text, type Json } from "#relay/realtime/vendor-frames.ts";
import type { Caller } from "#snapshot/snapshot.ts";

/** What a short-lived key stands for: the caller whose key asked for it, and what the session is to be like. */
export type RealtimeGrant = Readonly<{ keyId: string; expiresAtMs: number; /** The only channel to ask, as that key named it. */ channelNumber?: number; kind?: SessionKind; model?: string; session?: Json }>;

/** Such a key is good for beginning conversations, and for nothing else. */
export const REALTIME_KEY = "ek_";
const PLACE = "realtime|key";
const LIFE_S = 60;
const LIFE_MIN_S = 10;
const BODY_BYTES_MAX = 64 * 1024;
/** The key holds its session's settings, and must fit into a header: many servers take 8 KiB a line. */
const SETTINGS_BYTES_MAX = 4_500;

/** For an ordinary request to the address of conversations. */
export const upgradeRequired = (): RelayError =>
  new RelayError("upgrade_required", "This address speaks WebSocket only. Connect to it with wss:// (headers 'Connection: Upgrade' and 'Upgrade: websocket').", { headers: { upgrade: "websocket" } });

/**
 * Gives a browser's short-lived key: ours, never a vendor's. It is nowhere kept; the sealed text is all there is.
 * @throws RelayError
 */
export async function serveRealtimeKey(state: RelayState, context: RequestContext, form: RealtimeKeyForm, caller: Caller): Promise<ReadAnswer> {
  if (!state.realtime) throw upgradeRequired();
  const taking = takeRequest(state, context, state.plans.scopesOf(caller, context.snapshot));
  if (taking) await taking;
  const asked = parse(await context.inbound.body(BODY_BYTES_MAX));
  const session = form === "client_secrets" ? object(asked.session) : asked;
  const kind: SessionKind = form === "transcription_sessions" || session.type === "transcription" ? "transcription" : "conversation";
  const { model: own, ...settings } = session;
  const model = kind === "transcription" ? sessionFacts(session).transcriber : own;
  if (model !== undefined) checkModel(state, context, caller, text(model), kind);
  const kept = without(settings, ["client_secret", "expires_after"]);
  if (Buffer.byteLength(JSON.stringify(kept)) > SETTINGS_BYTES_MAX) {
    throw new RelayError("invalid_value", `The settings of the session are too long for a short-lived key: at most ${SETTINGS_BYTES_MAX} bytes. Send the rest by 'session.update'.`, { param: "session" });
  }
  const expiresAtS = Math.floor(state.clock.now() / 1_000) + lifeOf(object(asked.expires_after));
  const grant: RealtimeGrant = {
    keyId: caller.keyId, expiresAtMs: expiresAtS * 1_000, ...(caller.channelNumber !== undefined && { channelNumber: caller.channelNumber }), ...(kind === "transcription" && { kind }), ...(typeof model === "string" && { model }), ...(Object.keys(without(kept, ["type"])).length > 0 && { session: kept }),
  };
  const value = seal(state.realtime.sealer, grant);
  const id = `sess_${randomBytes(12).toString("hex")}`;
  const told = kind === "transcription" ? { ...kept, object: "realtime.transcription_session", id, expires_at: 0 }
    : { type: "realtime", ...kept, object: "realtime.session", id, ...(typeof model === "string" && { model }), expires_at: 0 };
  const answer = form !== "client_secrets" ? { ...told, client_secret: { value, expires_at: expiresAtS } } : { value, expires_at: expiresAtS, session: told };
  return { status: 200, body: Buffer.from(JSON.stringify(answer)), headers: {} };
}

const seal = (sealer: Sealer, grant: RealtimeGrant): string => REALTIME_KEY + sealer.seal(JSON.stringify(grant), PLACE).toString("base64url");

/** @throws RelayError key_invalid, key_expired */
export function openRealtimeKey(sealer: Sealer, key: string, nowMs: number): RealtimeGrant {
  let grant: RealtimeGrant;
  try {
    grant = JSON.parse(sealer.open(Buffer.from(key.slice(REALTIME_KEY.length), "base64url"), PLACE)) as RealtimeGrant;
  } catch (cause) {
    if (!(cause instanceof SealError)) throw cause;
    throw new RelayError("key_invalid", "Incorrect API key provided.");
  }
  if (grant.expiresAtMs <= nowMs) throw new RelayError("key_expired", "This short-lived key has expired. Ask for another.");
  return grant;
}

function checkModel({ plans }: RelayState, { snapshot, admittedAtMs }: RequestContext, caller: Caller, name: string | undefined, kind: SessionKind): void {
  if (name === undefined) throw new RelayError("invalid_value", "Invalid value for 'model': expected a string.", { param: "session.model" });
  const { model, groupId } = plans.realtimePlan(caller, snapshot, name, kind);
  if (!snapshot.price(model, groupId, caller.userId, admittedAtMs)) throw notFound(name);
}

function lifeOf({ seconds }: Json): number {
  if (seconds === undefined) return LIFE_S;
  if (typeof seconds !== "number" || !Number.isInteger(seconds) || seconds < 1) {
    throw new RelayError("invalid_value", "Invalid value for 'expires_after.seconds': expected a whole number of seconds.", { param: "expires_after.seconds" });
  }
  return Math.min(LIFE_S, Math.max(LIFE_MIN_S, seconds));
}

function parse(body: Buffer): Json {
  if (body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
  } catch {
    // Said below, as for every other body that is no object.
  }
  throw new RelayError("invalid_json", "The request body is not a valid JSON object.");
}

const without = (from: Json, names: readonly string[]): Json => Object.fromEntries(Object.entries(from).filter(([name]) => !names.includes(name)));
