import { pico } from "#money/amount.ts";
import type { AttemptRecord } from "#money/charge.ts";
import type { RelayState, RequestContext } from "#relay/context.ts";
import { fetchContents } from "#relay/content/fetch-contents.ts";
import { RelayError } from "#relay/errors.ts";
import { classifyFault, readFault, retryAfterMs } from "#relay/providers/kit/classify.ts";
import { note } from "#relay/routing/failover.ts";
import type { Choice } from "#relay/routing/router.ts";
import { goesTo } from "#relay/routing/wait-for-channel.ts";
import { callTaskVendor, type TaskAnswer } from "#relay/tasks/task-call.ts";
import { taskProtocols } from "#relay/tasks/protocols/index.ts";
import { withSoundWord } from "#relay/tasks/sound.ts";
import type { Accepted, TaskCall } from "#relay/tasks/task-protocol.ts";
import { vendorOfChoice } from "#relay/tasks/task-vendor.ts";
import type { TaskWish } from "#relay/tasks/task.ts";
import { TokenRefused } from "#relay/upstream/access-tokens.ts";
import type { Failure } from "#relay/upstream/failure.ts";
import { secretNames, takePlaces } from "#relay/upstream/tried.ts";
import { blamed } from "#relay/upstream/unknown-model.ts";
import type { Model } from "#snapshot/snapshot.ts";

const SUBMIT_MS = 120_000;

/** What came of asking one channel. */
export type Sent = Readonly<{ attempt: AttemptRecord } & (
  | { kind: "accepted"; accepted: Accepted }
  /** It may have taken it: nobody else is to be asked. */
  | { kind: "unknown"; why: string }
  | { kind: "failed"; failure: Failure }
)>;

/** Asks one channel to make it. Never throws. */
export const sendSubmission = (state: RelayState, context: RequestContext, choice: Choice, wish: TaskWish, model: Model): Promise<Sent> => {
  const { offer: { route, task } } = choice, protocol = taskProtocols[task!.protocol];
  return sendCall(state, context, choice, model, async () => {
    const told = withSoundWord(wish, protocol.sound);
    return protocol.submit(protocol.dataOnly ? await withData(state, context, told) : told, route.upstreamModel, route.channel.settings.bucket);
  });
};

/** The same in words that are there already. @param say the call; what it throws is no fault of the channel's where it is the request's */
export async function sendCall(state: RelayState, context: RequestContext, choice: Choice, model: Model, say: () => Promise<TaskCall>): Promise<Sent> {
  const { offer: { route, circuits, provider, task }, key } = choice;
  const protocol = taskProtocols[task!.protocol];
  const startedAt = state.clock.monotonic();
  goesTo(context, choice);
  const release = takePlaces(state, choice, circuits[0], 0);
  const attempt = (facts: Partial<AttemptRecord>): AttemptRecord => ({
    channelId: route.channel.id, credential: key?.id, upstreamModel: route.upstreamModel, latencyMs: Math.round(state.clock.monotonic() - startedAt), costPico: pico(0n), ...facts,
  });
  try {
    const call = await say();
    const { totalMs = SUBMIT_MS } = route.channel.timeouts;
    const { accessTokens, clock, simulator, transport } = state;
    const answer = await callTaskVendor({ accessTokens, clock, transport: provider.id === "simulator" ? simulator : transport }, vendorOfChoice(choice), call, totalMs);
    const accepted = answer.kind === "answer" && answer.status < 300 && answer.json ? protocol.accepted(answer.json, call) : undefined;
    const status = answer.kind === "answer" ? answer.status : undefined;
    if (accepted) {
      state.health.success(circuits[0], state.clock.monotonic());
      if (key) state.keyRing.succeeded(key.id);
      state.meters.attempt(provider.id, "ok");
      return { kind: "accepted", accepted, attempt: attempt({ upstreamId: accepted.upstreamId.slice(0, 128), status }) };
    }
    const failure = failureOf(state, choice, model, answer);
    note({ state, context, operation: "tasks" }, choice, circuits[0], failure);
    const record = attempt({ errorClass: failure.class, status });
    return failure.possibleCost ? { kind: "unknown", why: whyUnknown(answer), attempt: record } : { kind: "failed", failure, attempt: record };
  } catch (cause) {
    // What is asked for cannot be said to this vendor, or its pictures cannot be had: the channel is not to blame.
    if (cause instanceof RelayError && cause.status < 500) return { kind: "failed", failure: { class: "client", unfit: cause }, attempt: attempt({ errorClass: "client" }) };
    state.log.error({ err: cause, channel: route.channel.name }, "the channel could not be asked for a task");
    return { kind: "failed", failure: { class: "config", cause }, attempt: attempt({ errorClass: "config" }) };
  } finally {
    release(0);
  }
}

/** The wish with its pictures as data, where the client gave their addresses. @throws RelayError invalid_value, request_too_large */
async function withData({ contents }: RelayState, { caller }: RequestContext, wish: TaskWish): Promise<TaskWish> {
  const addresses = wish.images.filter((image) => /^https?:/i.test(image));
  if (addresses.length === 0) return wish;
  if (!contents || !caller) throw new RelayError("invalid_value", "The model's provider takes pictures as data only.", { param: "image" });
  const found = await fetchContents(contents, caller.userId, addresses);
  const dataOf = (image: string): string => {
    const content = found.get(image);
    return content ? `data:${content.type};base64,${content.data.toString("base64")}` : image;
  };
  return { ...wish, images: wish.images.map(dataOf) };
}

const whyUnknown = (answer: TaskAnswer): string => (answer.kind === "silent" ? answer.error.message : `the vendor answered ${answer.status}`);

/** A gateway that gave up waiting says nothing about whoever is behind it; nor does a success that cannot be read. */
const GAVE_UP: ReadonlySet<number> = new Set([408, 504, 524]);

function failureOf(state: RelayState, { offer: { route, provider } }: Choice, model: Model, answer: TaskAnswer): Failure {
  if (answer.kind === "silent" && answer.error instanceof TokenRefused) return answer.error.failure;
  if (answer.kind === "silent") return { class: answer.sent ? "slow" : "connect", possibleCost: answer.sent, cause: answer.error };
  const fault = readFault(answer.status, answer.body);
  const flat = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]));
  const wait = retryAfterMs(flat, fault.message, state.clock.now()) ?? fault.retryAfterMs;
  return blamed({
    class: classifyFault(fault, provider.errorClasses), fault, names: secretNames(route.channel, route.upstreamModel, model), possibleCost: GAVE_UP.has(answer.status) || (answer.status < 300 && !answer.json),
    ...(wait !== undefined && { retryAfterMs: wait }),
  }, route, model);
}
