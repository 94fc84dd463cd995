import type { Log } from "#platform/log.ts";
import { readFault } from "#relay/providers/kit/classify.ts";
import { scrubMessage } from "#relay/providers/kit/scrub.ts";
import { madeQuantities } from "#relay/tasks/quantities.ts";
import { soundMade } from "#relay/tasks/sound.ts";
import { callTaskVendor, type TaskVendor, type TaskWay } from "#relay/tasks/task-call.ts";
import { taskProtocols } from "#relay/tasks/protocols/index.ts";
import type { TaskProtocol, TaskReport } from "#relay/tasks/task-protocol.ts";
import { pollDelayMs, UNKNOWN_MS } from "#relay/tasks/task-states.ts";
import { textQuantities } from "#relay/tasks/text-made.ts";
import type { TaskStore } from "#relay/tasks/task-store.ts";
import { vendorOfTask, type ChannelOfTask } from "#relay/tasks/task-vendor.ts";
import type { Task } from "#relay/tasks/task.ts";

export type PollDeps = TaskWay & Readonly<{
  store: TaskStore;
  /** The channel as it stands now; undefined = it is gone. */
  channel: (id: string) => Promise<ChannelOfTask | undefined>;
  log: Log;
  /** Uniform in [0, 1). */
  random: () => number;
}>;

/** At once; the rest comes with the next round. */
const AT_ONCE = 20;
const POLL_MS = 30_000;
/** Longer than a look may take: its two calls, and the database. */
const CLAIM_MS = 3 * POLL_MS;
/** Sold by the second, of a length that neither the client nor the vendor says. */
const SECONDS_USUAL = 5;

/** Looks at every task that is due, each once, however many look. @returns how many */
export async function pollTasks(deps: PollDeps): Promise<number> {
  const due = await deps.store.claim(deps.clock.now(), CLAIM_MS, AT_ONCE);
  await Promise.all(due.map((task) => look(deps, task).catch((err: unknown) => deps.log.error({ err, task: task.publicId }, "a task could not be looked at"))));
  return due.length;
}

async function look(deps: PollDeps, task: Task): Promise<void> {
  const { store, clock } = deps;
  const now = clock.now();
  const late = now >= task.deadlineAtMs;
  if (task.state === "queued") {
    // Whoever was sending it is gone: it may have arrived.
    await store.unknown(task.id, undefined, now + UNKNOWN_MS, "nobody knows whether it was sent");
    return;
  }
  if (task.state === "submitted_unknown" || task.upstreamId === undefined || task.protocol === undefined) {
    if (late) await expire(store, task, now, "It is not known whether the vendor took it.", true);
    else await again(deps, task, undefined);
    return;
  }
  const vendor = vendorOfTask(await deps.channel(task.channelId ?? ""), task);
  const report = vendor && (await ask(deps, task, vendor, taskProtocols[task.protocol]));
  if (report && hasEnded(report)) await endTask(deps, task, report);
  else if (late) await expire(store, task, now, "It was not ready in time.", report === undefined);
  else await again(deps, task, report);
}

/** @returns undefined when the vendor tells nothing of it */
async function ask(deps: PollDeps, task: Task, vendor: TaskVendor, protocol: TaskProtocol): Promise<TaskReport | undefined> {
  const ref = { ...task, upstreamId: task.upstreamId! };
  const answer = await callTaskVendor(deps, vendor, protocol.poll(ref), POLL_MS);
  if (answer.kind === "silent" || answer.status >= 300 || !answer.json) {
    deps.log.warn({ task: task.publicId, ...(answer.kind === "silent" ? { err: answer.error } : { status: answer.status, fault: readFault(answer.status, answer.body) }) }, "a vendor told nothing of a task");
    return undefined;
  }
  const report = protocol.report(answer.json, ref);
  if (report?.unknownWord !== undefined) deps.log.warn({ task: task.publicId, protocol: protocol.id, word: report.unknownWord }, "a vendor has a word for a task's state that is not known");
  if (!report?.fileCall || !protocol.fileOf) return report;
  const file = await callTaskVendor(deps, vendor, report.fileCall, POLL_MS);
  const url = file.kind === "answer" && file.status < 300 && file.json ? protocol.fileOf(file.json) : undefined;
  // It is made, but where it lies is asked again with the next look.
  return url === undefined ? undefined : { ...report, files: [{ url, kind: "video" }] };
}

export const hasEnded = ({ state }: TaskReport): boolean => state !== "queued" && state !== "running";

/** Ends a task as its vendor says that it has ended: whoever comes second changes nothing. */
export async function endTask({ store, clock }: Pick<PollDeps, "store" | "clock">, task: Task, report: TaskReport): Promise<void> {
  if (task.kind === "text") {
    const state = report.state === "succeeded" || report.state === "cancelled" ? report.state : "failed";
    await store.finish(task.id, {
      state, quantities: state === "failed" ? undefined : textQuantities(report.usage, task.content.most), content: task.content, flagged: state === "succeeded" && report.usage === undefined,
      errorCode: report.errorCode, errorMessage: report.errorMessage === undefined ? undefined : scrubMessage(report.errorMessage), note: report.errorMessage,
    }, clock.now());
    return;
  }
  const protocol = task.protocol && taskProtocols[task.protocol];
  const seconds = report.seconds ?? task.content.seconds ?? protocol?.secondsUsual;
  const content = { ...task.content, seconds, files: report.files, told: report.told };
  if (report.state === "succeeded") {
    const { resolution, sound: wanted } = task.content;
    const made = {
      kind: task.kind, count: report.count ?? task.content.count, seconds: seconds ?? SECONDS_USUAL, resolution, tokens: report.tokens, sound: soundMade(protocol?.sound, wanted),
    };
    await store.finish(task.id, { state: "succeeded", quantities: madeQuantities(made), vendorCostNanoUsd: report.vendorCostNanoUsd, content }, clock.now());
    return;
  }
  await store.finish(task.id, {
    state: report.state === "cancelled" ? "cancelled" : "failed", content: { ...content, files: [] },
    errorCode: report.errorCode, errorMessage: report.errorMessage === undefined ? undefined : scrubMessage(report.errorMessage), note: report.errorMessage,
  }, clock.now());
}

const expire = (store: TaskStore, task: Task, nowMs: number, why: string, flagged: boolean): Promise<boolean> =>
  store.finish(task.id, { state: "expired", errorCode: "task_expired", errorMessage: why, flagged, note: why }, nowMs);

async function again({ store, clock, random }: PollDeps, task: Task, report: TaskReport | undefined): Promise<void> {
  await store.looked(task.id, {
    state: report?.state === "running" || task.state === "running" ? "running" : "submitted", progress: report?.progress,
    nextPollAtMs: Math.min(clock.now() + pollDelayMs(task.polls + 1, random()), Math.max(task.deadlineAtMs, clock.now() + 1_000)), fault: report === undefined,
  });
}
