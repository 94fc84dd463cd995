import type { Log } from "#platform/log.ts";
import type { PostHook } from "#platform/outbound/post-hook.ts";
import { USER_AGENT } from "#relay/http/headers.ts";
import { taskForms } from "#relay/tasks/forms/index.ts";
import { hookSecret, signHook } from "#relay/tasks/hook-signature.ts";
import type { FileLink } from "#relay/tasks/task-form.ts";
import type { HookDue, TaskStore } from "#relay/tasks/task-store.ts";

export type HookDeps = Readonly<{
  store: Pick<TaskStore, "claimHooks" | "hookTold" | "hookFailed">;
  post: PostHook;
  link: FileLink;
  /** What the customers' secrets come from. */
  secretRoot: Buffer;
  clock: Readonly<{ now(): number }>;
  log: Log;
}>;

const AT_ONCE = 20;
/** Longer than a call may take. */
const CLAIM_MS = 30_000;
/** Between one try and the next; after the last nobody is told any more. */
const AGAIN_MS = [10_000, 60_000, 5 * 60_000, 30 * 60_000, 2 * 3_600_000, 6 * 3_600_000, 12 * 3_600_000] as const;

/**
 * Calls the addresses that customers gave with their tasks, once for each state that these have come to; what changed
 * several times between two rounds is told as it stands. @returns how many were due
 */
export async function tellHooks(deps: HookDeps): Promise<number> {
  const due = await deps.store.claimHooks(deps.clock.now(), CLAIM_MS, AT_ONCE);
  await Promise.all(due.map((one) => tell(deps, one).catch((err: unknown) => deps.log.error({ err, task: one.task.publicId }, "a customer could not be told of a task"))));
  return due.length;
}

async function tell({ store, post, link, secretRoot, clock, log }: HookDeps, { task, tries }: HookDue): Promise<void> {
  const url = readHook(task.content.notifyHook);
  if (!url) return store.hookFailed(task.id, undefined);
  const body = Buffer.from(JSON.stringify(taskForms[task.form].show(task, link)));
  const signature = signHook(hookSecret(secretRoot, task.userId), body, clock.now());
  const outcome = await post(url, { "content-type": "application/json", "user-agent": USER_AGENT, "x-modelmart-signature": signature }, body).catch((error: Error) => error);
  if (typeof outcome === "number" && outcome >= 200 && outcome < 300) return store.hookTold(task.id, task.state);
  log.info({ task: task.publicId, tries: tries + 1, ...(typeof outcome === "number" ? { status: outcome } : { err: outcome }) }, "a customer's address took no news of a task");
  const wait = AGAIN_MS[tries];
  await store.hookFailed(task.id, wait === undefined ? undefined : clock.now() + wait);
}

/** An address that may be called: https alone. Undefined: it is none. */
export function readHook(text: string | undefined): URL | undefined {
  const url = text === undefined ? null : URL.parse(text);
  return url?.protocol === "https:" && url.username === "" && url.password === "" ? url : undefined;
}
