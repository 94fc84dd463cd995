import { requestIdText, uuidMs, uuidv7 } from "#platform/ids.ts";
import { answerOrFail } from "#relay/answer.ts";
import type { Answer } from "#relay/answer.ts";
import type { Job, RelayState, RequestContext } from "#relay/context.ts";
import { geminiEmbeddings } from "#relay/conversion/gemini-embeddings.ts";
import { geminiPredict } from "#relay/conversion/gemini-predict.ts";
import type { Dialect } from "#relay/dialects/dialect.ts";
import { errorForms } from "#relay/dialects/error-forms.ts";
import { dialects } from "#relay/dialects/index.ts";
import { RelayError } from "#relay/errors.ts";
import { presentedKey } from "#relay/http/credentials.ts";
import type { Inbound, Reply } from "#relay/http/exchange.ts";
import { preflightHeaders } from "#relay/http/headers.ts";
import { mannerOf, matchRoute } from "#relay/http/routes.ts";
import type { Route } from "#relay/http/routes.ts";
import { beginOnce, wantsOnce } from "#relay/idempotency/once.ts";
import type { Operation } from "#relay/dialects/operations.ts";
import type { ScannedRequest } from "#relay/http/body/scan.ts";
import { checkStreamable, readRequest } from "#relay/metered.ts";
import type { Admitted, Wanted } from "#relay/metered.ts";
import type { Ending } from "#relay/metering/ending.ts";
import { settle } from "#relay/metering/settle.ts";
import type { Settled } from "#relay/metering/settle.ts";
import { admit, fallBack, planFor } from "#relay/model-fallback.ts";
import { checkCaller, endpointName } from "#relay/policy/access.ts";
import type { Purpose } from "#relay/policy/access.ts";
import { lookUpCaller } from "#relay/policy/channel-pin.ts";
import { serveCount } from "#relay/read/serve-count.ts";
import { serveRead } from "#relay/read/serve-read.ts";
import type { ReadAnswer } from "#relay/read/serve-read.ts";
import { checkHops } from "#relay/routing/hops.ts";
import { keptAliveHeaders, keptReply, sendBody, sendError, sendRead, sendReplay, sendStreamEnd, streamHeaders } from "#relay/send.ts";
import { serveRealtimeKey, upgradeRequired } from "#relay/realtime/realtime-key.ts";
import { backgroundPlan, makeInBackground } from "#relay/stored/background.ts";
import { keepTurn } from "#relay/stored/turn.ts";
import type { ReadBody } from "#relay/stored/turn.ts";
import { serveLinkedFile, serveTask } from "#relay/tasks/serve-task.ts";
import { taskErrorForm } from "#relay/tasks/task-error-form.ts";
import { answersJson, JsonKeepAlive } from "#relay/upstream/json-keep-alive.ts";
import { streamStyle } from "#relay/upstream/stream-styles.ts";
import { createStreamWriter } from "#relay/upstream/stream-writer.ts";
import type { StreamWriter } from "#relay/upstream/stream-writer.ts";
import type { Caller } from "#snapshot/snapshot.ts";

/** One request from its arrival to its end. Never throws: whatever goes wrong becomes an answer, here and only here. */
export async function handle(state: RelayState, inbound: Inbound, reply: Reply): Promise<void> {
  const context = begin(state, inbound, reply);
  let operation = "none";
  let writer: StreamWriter | undefined;
  try {
    const route = matchRoute(inbound.method, inbound.path);
    operation = route.kind === "operation" ? route.operation : route.kind === "task" ? "tasks" : route.kind;
    if (route.kind === "error") throw route.error;
    if (route.kind === "realtime") throw upgradeRequired();
    if (route.kind === "preflight") {
      reply.head(204, { ...preflightHeaders(inbound), "x-request-id": context.idText });
      reply.end();
      return;
    }
    if (route.kind === "telemetry") {
      await inbound.body(TELEMETRY_BYTES_MAX);
      sendRead(context, NOTHING_TO_SAY);
      return;
    }
    if (route.kind === "operation") {
      context.dialect = dialectFor(route);
      checkHops(inbound, state.shopId);
    } else if (route.kind === "task") {
      context.form = taskErrorForm(route.form, context.form);
      checkHops(inbound, state.shopId);
      const proof = route.verb === "content" ? inbound.query.get("proof") : null;
      if (proof !== null) {
        await serveLinkedFile(state, context, route, proof);
        return;
      }
    }
    const found = findCaller(state, inbound);
    const caller = admitCaller(state, context, found instanceof Promise ? await found : found, purposeOf(route));
    if (route.kind === "count") {
      sendRead(context, await serveCount(state, context, route, caller));
      return;
    }
    if (route.kind === "task") {
      await serveTask(state, context, route, caller);
      return;
    }
    if (route.kind === "realtime-key") {
      sendRead(context, await serveRealtimeKey(state, context, route.form, caller));
      return;
    }
    if (route.kind !== "operation") {
      sendRead(context, await serveRead(state, context, route, caller));
      return;
    }
    writer = await serve(state, context, caller, route, (made) => (writer = made));
  } catch (error) {
    if (context.once) await context.once.free();
    refuse(state, context, error, writer);
  } finally {
    end(state, context, operation, writer);
  }
}

/** Nobody reads what is reported there. */
const TELEMETRY_BYTES_MAX = 1024 * 1024;
const NOTHING_TO_SAY: ReadAnswer = { status: 200, body: Buffer.from("{}"), headers: {} };

export function begin(state: RelayState, inbound: Inbound, reply: Reply): RequestContext {
  const id = uuidv7(state.clock.now());
  const context: RequestContext = {
    id, inbound, reply,
    idText: requestIdText(id),
    snapshot: state.snapshots.current,
    startedAt: state.clock.monotonic(),
    admittedAtMs: uuidMs(id),
    dialect: dialects["openai-chat"],
    form: errorForms[mannerOf(inbound)],
    style: undefined,
    replyType: undefined,
    closing: state.isDraining(),
    releases: [],
    attempts: [],
    // All there from the start: objects that grow later cost more than their fields.
    caller: undefined, requestLimit: undefined, tokenLimit: undefined, left: undefined, onLeft: undefined, cutShort: undefined, cut: undefined, answering: undefined,
    warnings: [], changes: [], turn: undefined, keepAlive: undefined, once: undefined,
    waitsUntil: 0, channelId: undefined, reserved: undefined,
    outcome: undefined, errorCode: undefined, status: undefined,
    place: -1,
  };
  reply.onGone(() => {
    if (context.onLeft) context.onLeft();
    else context.left ??= "before";
  });
  context.place = state.running.add(context);
  return context;
}

/** Warm keys are known at once; only others wait for the database. */
export function findCaller(state: RelayState, inbound: Inbound): Caller | undefined | Promise<Caller | undefined> {
  const { sameHead } = inbound, warm = sameHead && state.keys.again(sameHead);
  if (warm) return warm;
  const secret = presentedKey(inbound);
  const blockedMs = state.unknownKeys.blockedMs(inbound.clientIp);
  const found = lookUpCaller(state.keys, secret, sameHead);
  if (blockedMs === 0) return found;
  const orBlocked = (caller: Caller | undefined): Caller => {
    if (caller) return caller;
    throw new RelayError("too_many_unknown_keys", "Too many unknown API keys came from this address. Try again later.", { retryAfterMs: blockedMs });
  };
  return found instanceof Promise ? found.then(orBlocked) : orBlocked(found);
}

export function admitCaller(state: RelayState, context: RequestContext, caller: Caller | undefined, purpose: Purpose): Caller {
  if (!caller) {
    state.unknownKeys.note(context.inbound.clientIp);
    throw new RelayError("key_invalid", "Incorrect API key provided.");
  }
  checkCaller(caller, purpose, context.inbound.clientIp, context.admittedAtMs);
  return (context.caller = caller);
}

function purposeOf(route: Extract<Route, { params: unknown }>): Purpose {
  switch (route.kind) {
    case "operation":
      return endpointName(route.operation, route.dialect);
    case "count":
      return endpointName("chat", route.dialect);
    case "task":
      return route.verb === "submit" ? "tasks" : "read";
    case "realtime-key":
      return "realtime";
    case "models":
    case "model":
      return "list";
    default:
      return "read";
  }
}

/** Sound comes as bytes unless the request wants it wrapped in events. */
const wantsEvents = ({ media }: ScannedRequest, operation: Operation): boolean => operation !== "speech" || media?.events === true;

type OperationRoute = Extract<Route, { kind: "operation" }>;

/** Google's embeddings and pictures are another shape of OpenAI's. */
function dialectFor({ operation, dialect }: OperationRoute): Dialect {
  if (dialect !== "gemini" || operation === "chat") return dialects[dialect];
  return operation === "images" ? geminiPredict() : geminiEmbeddings();
}

/** The metered way. @returns the stream's writer, so that an error after it has begun goes in-band */
async function serve(
  state: RelayState, context: RequestContext, caller: Caller, { operation, dialect, params, stream }: OperationRoute, keep: (writer: StreamWriter) => void,
): Promise<StreamWriter | undefined> {
  const path = { dialect: operation === "chat" ? dialect : context.dialect.id, model: params.model, stream, background: context.snapshot.settings.responsesState === "upstream" };
  const wanted = { operation, endpoint: endpointName(operation, dialect), path };
  const request = await readRequest(state, context, caller, wanted);
  checkStreamable(request.scanned, operation);
  if (wantsOnce(state, context)) {
    context.once = await beginOnce(state, context, caller, request);
    if (context.once.before) {
      sendReplay(context, context.once.before);
      return undefined;
    }
  }
  if (context.turn?.background) {
    await answerLater(state, context, caller, wanted, request);
    return undefined;
  }
  let run = await admit(state, context, caller, wanted, request);
  context.style = request.scanned.stream ? streamStyle(dialect, context.inbound.query.get("alt"), wantsEvents(request.scanned, operation)) : undefined;
  const writer = request.scanned.stream ? createStreamWriter(context.reply, state.wheel, () => streamHeaders(state, run.job), context.style) : undefined;
  if (writer) keep(writer);
  else if (run.plan.keepsAlive && answersJson(operation, request.scanned)) context.keepAlive = keepAlive(state, context, () => run.job);
  let answer = await answerOrFail(state, run.job, run.router, run.first, writer);
  if (answer.ending.how === "failed" && run.line) answer = await answerByOthers(state, run, wanted, answer, writer, (next) => (run = next));
  const { ending, body } = answer, { job } = run;
  const settled = await settle(state, job, ending, ending.error && !writer?.begun && !context.keepAlive?.begun ? context.form.errorStatus(ending.error) : 200);
  if (context.once) await keepReply(state, context, job, ending, body, settled);
  if (ending.error && !writer?.begun) throw ending.error;
  if (ending.how === "complete" && request.turn) await keepTurn(state, job, request, ending, () => body ?? ending.tried!.attempt.tail());
  if (writer) sendStreamEnd(context, writer, ending, settled);
  else if (body) sendBody(state, job, body, settled);
  return writer;
}

/** The vendor goes on while nobody waits: what is given is how it stands. */
async function answerLater(state: RelayState, context: RequestContext, caller: Caller, wanted: Wanted, request: ReadBody): Promise<void> {
  const told = await makeInBackground(state, context, caller, wanted, request, backgroundPlan(planFor(state, context, caller, wanted, request)));
  const body = Buffer.from(JSON.stringify(told));
  if (context.once) await context.once.keep(context.snapshot.settings.keepReplies ? { status: 200, headers: { "content-type": "application/json" }, body } : undefined);
  sendRead(context, { status: 200, body, headers: {} });
}

/** The channel that is being asked decides. */
const keepAlive = (state: RelayState, context: RequestContext, job: () => Job): JsonKeepAlive =>
  new JsonKeepAlive(context.reply, state.wheel, () => context.snapshot.channels.get(context.channelId ?? "")?.settings.keepalive_json === true, () => keptAliveHeaders(state, job()));

/** Before the answer goes: who asks again because it was lost must find it. */
async function keepReply(state: RelayState, { once, snapshot }: RequestContext, job: Job, { how }: Ending, body: Buffer | undefined, settled: Settled): Promise<void> {
  const isAnswered = body !== undefined || how === "complete" || how === "empty";
  if (!isAnswered && settled.chargeNano === 0n) await once!.free();
  else await once!.keep(body && snapshot.settings.keepReplies ? keptReply(state, job, body, settled) : undefined);
}

/** Nobody could serve the model: those who may stand in for it are asked, one after the other. */
async function answerByOthers(
  state: RelayState, failed: Admitted, wanted: Wanted, failure: Answer, writer: StreamWriter | undefined, moved: (run: Admitted) => void,
): Promise<Answer> {
  let run = failed, answer = failure, possibleCost = failure.ending.possibleCost;
  while (answer.ending.how === "failed" && answer.ending.error) {
    const next = await fallBack(state, run, wanted, answer.ending.error);
    if (!next) break;
    moved(run = next);
    answer = await answerOrFail(state, run.job, run.router, run.first, writer);
    possibleCost ||= answer.ending.possibleCost;
  }
  return { ...answer, ending: { ...answer.ending, possibleCost } };
}

/** Whatever was thrown becomes an answer. */
export function refuse(state: RelayState, context: RequestContext, thrown: unknown, writer: StreamWriter | undefined): void {
  const error = thrown instanceof RelayError ? thrown : new RelayError("internal_error", "Something went wrong on our side.", { cause: thrown });
  context.errorCode = error.code;
  context.status = context.form.errorStatus(error);
  if (error.code === "internal_error") state.log.error({ err: thrown, request: context.idText }, "a request failed");
  sendError(state, context, error, writer);
}

/** Gives back what the request held, and tells how it was. */
export function end(state: RelayState, context: RequestContext, operation: string, writer: StreamWriter | undefined): void {
  writer?.stop();
  context.keepAlive?.stop();
  for (const release of context.releases) release();
  state.running.remove(context.place);
  if (state.waitingRoom.size > 0) state.waitingRoom.wake();
  const seconds = (state.clock.monotonic() - context.startedAt) / 1000;
  const outcome = context.outcome ?? context.errorCode ?? "ok";
  state.meters.request(operation, outcome, seconds);
  const isTrouble = (context.status ?? 200) >= 500;
  if (!isTrouble && !state.log.isLevelEnabled("debug")) return; // a served request has its receipt; the log is for the others
  const line = { request: context.idText, operation, outcome, status: context.status, key: context.caller?.keyId, attempts: context.attempts.length, ms: Math.round(seconds * 1000) };
  if (isTrouble) state.log.warn(line, "request");
  else state.log.debug(line, "request");
}
