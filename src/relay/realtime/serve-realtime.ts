import type { RelayState, RequestContext } from "#relay/context.ts";
import { debugHeaders } from "#relay/debug-headers.ts";
import { RelayError } from "#relay/errors.ts";
import { presentedKey } from "#relay/http/credentials.ts";
import { mannerOf, matchRoute } from "#relay/http/routes.ts";
import { errorForms } from "#relay/dialects/error-forms.ts";
import { takeRequest, takeTokens } from "#relay/limits/request-limits.ts";
import { admitCaller, begin, end, findCaller, refuse } from "#relay/pipeline.ts";
import type { Plan } from "#relay/plan.ts";
import { pinned } from "#relay/policy/channel-pin.ts";
import { findModel, keyAllows } from "#relay/policy/resolve-model.ts";
import { ruledSession, type ClientRule } from "#relay/realtime/client-frames.ts";
import { openVendor } from "#relay/realtime/open-vendor.ts";
import { openRealtimeKey, REALTIME_KEY, upgradeRequired, type RealtimeGrant } from "#relay/realtime/realtime-key.ts";
import { errorEvent, VendorWords } from "#relay/realtime/session-errors.ts";
import type { PublicNames } from "#relay/realtime/session-facts.ts";
import { minuteTokens, type SessionKind } from "#relay/realtime/session-kind.ts";
import { SessionMoney } from "#relay/realtime/session-money.ts";
import { CLOSE, closeCode, RealtimeSession } from "#relay/realtime/session.ts";
import { upgradeExchange, type UpgradeCall, type UpgradeExchange } from "#relay/realtime/upgrade.ts";
import type { Json } from "#relay/realtime/vendor-frames.ts";
import { isOldForm, WaitingClient, welcome } from "#relay/realtime/waiting-client.ts";
import { checkHops } from "#relay/routing/hops.ts";
import type { Offer } from "#relay/routing/candidates.ts";
import { createRouter, type Choice, type Router } from "#relay/routing/router.ts";
import { firstInTime } from "#relay/routing/wait-for-channel.ts";
import { secretNames } from "#relay/upstream/tried.ts";
import type { Caller, Route, Snapshot } from "#snapshot/snapshot.ts";

/** Conversations under way, for the drain. */
export type Sessions = Set<RealtimeSession>;

/** How long a session that only writes down may take to name its model. */
const NAMING_MS = 60_000;

/**
 * One conversation from the client's wish to its end. Everything is looked at before 101 is said: a refusal is an
 * ordinary answer. Never throws.
 */
export async function serveRealtime(state: RelayState, call: UpgradeCall, sessions: Sessions): Promise<void> {
  const exchange = upgradeExchange(call);
  const context = begin(state, exchange.inbound, exchange.reply);
  context.form = errorForms[mannerOf(exchange.inbound)];
  try {
    const route = matchRoute(exchange.inbound.method, exchange.inbound.path);
    if (route.kind === "error") throw route.error;
    if (route.kind !== "realtime" || !state.realtime) throw upgradeRequired();
    checkHops(exchange.inbound, state.shopId);
    if (state.isDraining()) throw new RelayError("server_overloaded", "The server is shutting down. Try again.");
    await converse(state, context, exchange, sessions);
  } catch (error) {
    refuse(state, context, error, undefined);
  } finally {
    end(state, context, "realtime", undefined);
  }
}

async function converse(state: RelayState, context: RequestContext, exchange: UpgradeExchange, sessions: Sessions): Promise<void> {
  const { caller, grant } = await whoAsks(state, context);
  const wish = wishOf(context, grant);
  const taking = takeRequest(state, context, state.plans.scopesOf(caller, context.snapshot));
  if (taking) await taking;
  if (wish.model !== undefined) return hold(state, context, exchange, sessions, { caller, grant, kind: wish.kind, asked: wish.model });

  const accepted = exchange.accept({ "x-request-id": context.idText });
  if (!accepted) return;
  const client = new WaitingClient(accepted, () => {
    if (context.onLeft) context.onLeft();
    else context.left ??= "before";
  });
  try {
    const asked = await modelSaid(state, context, client, isOldForm(exchange.forwarded));
    if (asked === undefined) client.close(CLOSE.normal, "");
    else await hold(state, context, exchange, sessions, { caller, grant, kind: wish.kind, asked, client });
  } catch (thrown) {
    // The answer to the wish was yes, so a refusal is a part of the conversation.
    const error = thrown instanceof RelayError ? thrown : new RelayError("internal_error", "Something went wrong on our side.", { cause: thrown });
    if (error.code === "internal_error") state.log.error({ err: thrown, request: context.idText }, "a realtime session failed");
    context.errorCode = error.code;
    context.status = error.status;
    client.send(errorEvent(error, context.idText));
    client.close(closeCode(error), error.code);
  }
}

/** What the client's first settings name. @returns undefined when it goes before that */
async function modelSaid(state: RelayState, context: RequestContext, client: WaitingClient, oldForm: boolean): Promise<string | undefined> {
  const late = state.wheel.arm(NAMING_MS, () => client.fail(new RelayError("request_timeout", "The session was not told by which model to write down.")));
  const cut = (): void => client.fail(new RelayError("server_overloaded", "The server is shutting down. Try again."));
  context.cutShort = cut;
  client.send(welcome(oldForm));
  try {
    return await client.model;
  } finally {
    late.cancel();
    context.cutShort = undefined;
  }
}

/** Who talks with which model; `client` where he was agreed to already. */
type Talk = Readonly<{ caller: Caller; grant: RealtimeGrant | undefined; kind: SessionKind; asked: string; client?: WaitingClient }>;

async function hold(state: RelayState, context: RequestContext, exchange: UpgradeExchange, sessions: Sessions, talk: Talk): Promise<void> {
  const { caller, kind, asked } = talk, tokens = minuteTokens(kind);
  const plan = state.plans.realtimePlan(caller, context.snapshot, asked, kind);
  if (plan.unsupported) {
    throw new RelayError("unsupported_endpoint", `The model '${asked.slice(0, 200)}' is not offered at this endpoint.`, { param: "model" });
  }
  const takingOwn = takeRequest(state, context, plan.ownScopes);
  if (takingOwn) await takingOwn;
  const takingTokens = takeTokens(state, context, plan.allScopes, tokens);
  if (takingTokens) await takingTokens;

  const money = new SessionMoney(state, context, kind, asked, plan.allScopes, tokens);
  try {
    const make = (offers: readonly Offer[]): Router => createRouter({
      state, snapshot: context.snapshot, model: plan.model, tokens, offers, affinity: caller.keyId,
      strategy: context.snapshot.settings.strategy, cost: () => undefined,
    });
    const line = `${plan.groupId} ${plan.model.id} realtime ${kind} ${caller.channelNumber ?? ""}`;
    const { router, first } = await firstInTime(state, context, make(plan.offers), { line, offers: plan.offers, tokens, make });
    await money.renew(caller);
    const left = new AbortController();
    const leave = (): void => left.abort();
    context.onLeft = context.cutShort = leave;
    const { socket: vendor, choice, openMs, release } = await openVendor({ state, context, kind, model: plan.model, tokens, headers: exchange.forwarded, signal: left.signal }, router, first);
    money.choice = choice;
    try {
      const settled = settingsFor(context, plan, choice, talk, isOldForm(exchange.forwarded));
      const client = talk.client ?? exchange.accept({ "x-request-id": context.idText, ...debugHeaders(state, context, { route: choice.offer.route, ms: openMs }) });
      if (!client) return vendor.close(CLOSE.normal, "");
      const session = new RealtimeSession({ state, context, client, vendor, money, kind, welcomed: talk.client !== undefined, ...settled });
      sessions.add(session);
      const cut = (): void => session.cut();
      context.cutShort = cut;
      context.status = 101;
      await session.run().finally(() => sessions.delete(session));
    } catch (error) {
      vendor.close(CLOSE.normal, "");
      throw error;
    } finally {
      release(money.tokens);
    }
  } finally {
    money.end();
  }
}

/** @throws RelayError as for every request; short-lived keys stand for the key that asked for them */
async function whoAsks(state: RelayState, context: RequestContext): Promise<Readonly<{ caller: Caller; grant: RealtimeGrant | undefined }>> {
  const presented = presentedKey(context.inbound);
  if (!presented.startsWith(REALTIME_KEY)) return { caller: admitCaller(state, context, await findCaller(state, context.inbound), "realtime"), grant: undefined };
  let grant: RealtimeGrant;
  try {
    grant = openRealtimeKey(state.realtime!.sealer, presented, context.admittedAtMs);
  } catch (error) {
    state.unknownKeys.note(context.inbound.clientIp);
    throw error;
  }
  const found = await state.keys.byId(grant.keyId);
  const caller = grant.channelNumber === undefined ? found : found && pinned(found, grant.channelNumber);
  return { caller: admitCaller(state, context, caller, "realtime"), grant };
}

/** What the address asks for. A session that only writes down may leave its model to its first settings. */
function wishOf({ inbound: { query } }: RequestContext, grant: RealtimeGrant | undefined): Readonly<{ kind: "conversation"; model: string } | { kind: "transcription"; model: string | undefined }> {
  if (query.has("call_id")) throw new RelayError("unsupported_parameter", "Calls over WebRTC or SIP are not offered. Connect with 'model' instead of 'call_id'.", { param: "call_id" });
  const intent = query.get("intent");
  if (intent !== null && intent !== "transcription") throw new RelayError("unsupported_parameter", "The only 'intent' that is known here is 'transcription'.", { param: "intent" });
  const kind = grant?.kind ?? (intent === null ? "conversation" : "transcription");
  if (grant && grant.kind === undefined && intent !== null) throw new RelayError("unsupported_parameter", "This short-lived key was made for a session that talks.", { param: "intent" });
  const wanted = query.get("model") ?? query.get("deployment");
  if (grant?.model !== undefined && wanted !== null && wanted !== grant.model) {
    throw new RelayError("model_not_allowed", "This short-lived key was made for another model.", { param: "model" });
  }
  const model = (wanted ?? grant?.model) || undefined;
  if (kind === "transcription") return { kind, model };
  if (model === undefined) throw new RelayError("missing_required_parameter", "The address must name a model: '/v1/realtime?model=…'.", { param: "model" });
  return { kind, model };
}

/** Names and rules of a session on this channel. @throws RelayError where a short-lived key's settings break them */
function settingsFor({ snapshot }: RequestContext, { model, groupId }: Plan, choice: Choice, { caller, grant, kind, asked, client }: Talk, oldForm: boolean) {
  const { route } = choice.offer, writesDown = kind === "transcription";
  const isOwnModel = (name: string): boolean => name === asked || name === model.name;
  const rule: ClientRule = {
    isOwnModel, writesDown,
    transcriber(name) {
      if (!writesDown) return transcriber(snapshot, caller, groupId, route.channel.id, name);
      if (isOwnModel(name)) return route.upstreamModel;
      throw new RelayError("unsupported_parameter", "The model of a session cannot be changed. Open another session for another model.", { param: "session.audio.input.transcription.model" });
    },
  };
  const names: PublicNames = {
    ...(snapshot.settings.modelEcho === "public" && { model: model.name }),
    transcriber: (upstream) => (writesDown && upstream === route.upstreamModel ? model.name : soldAs(snapshot, groupId, route.channel.id, upstream)),
  };
  // The address has named the model in place of the settings.
  const given = grant?.session ?? (writesDown && !client ? transcriptionSettings(asked, oldForm) : undefined);
  const old = writesDown && given?.type === undefined;
  const opening = given && { type: old ? "transcription_session.update" : "session.update", session: ruledSession(given, rule) };
  return { rule, names, words: new VendorWords(choice, secretNames(route.channel, route.upstreamModel, model)), ...(opening && { opening }) };
}

const transcriptionSettings = (model: string, oldForm: boolean): Json =>
  (oldForm ? { input_audio_transcription: { model } } : { type: "transcription", audio: { input: { transcription: { model } } } });

/** The channel's name of a model that this caller may use; undefined where he may not, or where the channel does not serve it. */
function transcriber(snapshot: Snapshot, caller: Caller, groupId: string, channelId: string, name: string): string | undefined {
  const model = findModel(snapshot, name);
  // What a transcript is charged as must be known by the vendor's name alone.
  if (!model || model.wildcard || !keyAllows(caller, model, name)) return undefined;
  return routesOf(snapshot, groupId, model.name).find((route) => route.channel.id === channelId)?.upstreamModel;
}

/** The name under which a channel's model is sold. */
function soldAs(snapshot: Snapshot, groupId: string, channelId: string, upstream: string): string | undefined {
  for (const name of snapshot.models.keys()) {
    if (routesOf(snapshot, groupId, name).some((route) => route.channel.id === channelId && route.upstreamModel === upstream)) return name;
  }
  return undefined;
}

const routesOf = (snapshot: Snapshot, groupId: string, name: string): readonly Route[] =>
  (snapshot.routes.get(`${groupId}\0${name}`) ?? []).flatMap(({ routes }) => routes);
