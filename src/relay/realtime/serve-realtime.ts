import type { RelayState, RequestContext } from "#relay/context.ts";
import { RelayError } from "#relay/errors.ts";
import { presentedKey } from "#relay/http/credentials.ts";
import { mannerOf, matchRoute } from "#relay/http/routes.ts";
import { errorForms } from "#relay/dialects/error-forms.ts";
import { takeRequest, takeTokens } from "#relay/limits/request-limits.ts";
import { admitCaller, begin, end, findCaller, refuse } from "#relay/pipeline.ts";
import type { Plan } from "#relay/plan.ts";
import { findModel, keyAllows } from "#relay/policy/resolve-model.ts";
import { ruledSession, type ClientRule } from "#relay/realtime/client-frames.ts";
import { openVendor } from "#relay/realtime/open-vendor.ts";
import { openRealtimeKey, REALTIME_KEY, upgradeRequired, type RealtimeGrant } from "#relay/realtime/realtime-key.ts";
import { VendorWords } from "#relay/realtime/session-errors.ts";
import type { PublicNames } from "#relay/realtime/session-facts.ts";
import { MINUTE, SessionMoney } from "#relay/realtime/session-money.ts";
import { RealtimeSession } from "#relay/realtime/session.ts";
import { upgradeExchange, type UpgradeCall, type UpgradeExchange } from "#relay/realtime/upgrade.ts";
import { checkHops } from "#relay/routing/hops.ts";
import { createRouter, type Choice } from "#relay/routing/router.ts";
import { secretNames } from "#relay/upstream/tried.ts";
import type { Caller, Route, Snapshot } from "#snapshot/snapshot.ts";

/** Conversations under way, for the drain. */
export type Sessions = Set<RealtimeSession>;

const MINUTE_TOKENS = Object.values(MINUTE).reduce((sum, tokens) => sum + tokens, 0);

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
  const asked = modelAsked(context, grant);
  const taking = takeRequest(state, context, state.plans.scopesOf(caller, context.snapshot));
  if (taking) await taking;
  const plan = state.plans.realtimePlan(caller, context.snapshot, asked);
  if (plan.unsupported) {
    throw new RelayError("unsupported_endpoint", `The model '${asked.slice(0, 200)}' is not offered at this endpoint.`, { param: "model" });
  }
  const takingOwn = takeRequest(state, context, plan.ownScopes);
  if (takingOwn) await takingOwn;
  const takingTokens = takeTokens(state, context, plan.allScopes, MINUTE_TOKENS);
  if (takingTokens) await takingTokens;

  const money = new SessionMoney(state, context, asked, plan.allScopes, MINUTE_TOKENS);
  try {
    const router = createRouter({
      state, snapshot: context.snapshot, model: plan.model, tokens: MINUTE_TOKENS, offers: plan.offers, affinity: caller.keyId,
      strategy: context.snapshot.settings.strategy, cost: () => undefined,
    });
    const first = router.first();
    await money.renew(caller);
    const left = new AbortController();
    context.onLeft = () => left.abort();
    context.cutShort = () => left.abort();
    const { socket: vendor, choice, release } = await openVendor({ state, context, tokens: MINUTE_TOKENS, headers: exchange.forwarded, signal: left.signal }, router, first);
    money.choice = choice;
    try {
      const settled = settingsFor(context, caller, plan, choice, asked, grant);
      const client = exchange.accept({ "x-request-id": context.idText });
      if (!client) return vendor.close(1000, "");
      const session = new RealtimeSession({ state, context, client, vendor, money, ...settled });
      sessions.add(session);
      context.cutShort = () => session.cut();
      context.status = 101;
      await session.run().finally(() => sessions.delete(session));
    } catch (error) {
      vendor.close(1000, "");
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
  return { caller: admitCaller(state, context, await state.keys.byId(grant.keyId), "realtime"), grant };
}

function modelAsked({ inbound: { query } }: RequestContext, grant: RealtimeGrant | undefined): string {
  if (query.has("call_id")) throw new RelayError("unsupported_parameter", "Calls over WebRTC or SIP are not offered. Connect with 'model' instead of 'call_id'.", { param: "call_id" });
  if (query.has("intent")) {
    throw new RelayError("unsupported_parameter", "Sessions that only write down are not offered. Use POST /v1/audio/transcriptions, or a session with a 'model'.", { param: "intent" });
  }
  const wanted = query.get("model") ?? query.get("deployment");
  if (grant?.model !== undefined && wanted !== null && wanted !== grant.model) {
    throw new RelayError("model_not_allowed", "This short-lived key was made for another model.", { param: "model" });
  }
  const asked = wanted ?? grant?.model;
  if (!asked) throw new RelayError("missing_required_parameter", "The address must name a model: '/v1/realtime?model=…'.", { param: "model" });
  return asked;
}

/** Names and rules of a session on this channel. @throws RelayError where a short-lived key's settings break them */
function settingsFor({ snapshot }: RequestContext, caller: Caller, { model, groupId }: Plan, choice: Choice, asked: string, grant: RealtimeGrant | undefined) {
  const { route } = choice.offer;
  const rule: ClientRule = {
    isOwnModel: (name) => name === asked || name === model.name,
    transcriber: (name) => transcriber(snapshot, caller, groupId, route.channel.id, name),
  };
  const names: PublicNames = {
    ...(snapshot.settings.modelEcho === "public" && { model: model.name }),
    transcriber: (upstream) => soldAs(snapshot, groupId, route.channel.id, upstream),
  };
  return { rule, names, words: new VendorWords(choice, secretNames(route.channel, route.upstreamModel, model)), ...(grant?.session && { settings: ruledSession(grant.session, rule) }) };
}

/** The channel's name of a model that this caller may use; undefined where he may not, or where the channel does not serve it. */
function transcriber(snapshot: Snapshot, caller: Caller, groupId: string, channelId: string, name: string): string | undefined {
  const model = findModel(snapshot, name);
  if (!model || !keyAllows(caller, model, name)) return undefined;
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
