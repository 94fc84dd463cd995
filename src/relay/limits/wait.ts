import type { RelayState, RequestContext } from "#relay/context.ts";
import type { RelayError } from "#relay/errors.ts";
import type { Wait } from "#relay/limits/waiting-room.ts";

/** How long a request may wait for a place; 0 = it is refused at once. Asked only where it would be refused. */
export const queueMsOf = ({ snapshot, caller }: RequestContext): number => (caller ? snapshot.groups.get(caller.groupId)?.queueMs ?? 0 : 0);

/**
 * Waits for what is not free at the moment, as long as the caller's group lets its requests wait, all waits of a request
 * together. A client that leaves and a node that goes end it.
 * @throws RelayError the refusal that it stands for, when nothing came
 */
export async function waitFor<T>(state: RelayState, context: RequestContext, refusal: RelayError, wait: Omit<Wait<T>, "userId" | "untilMs">): Promise<T> {
  const now = state.clock.monotonic();
  if (context.waitsUntil === 0) context.waitsUntil = now + queueMsOf(context);
  const isOver = context.waitsUntil <= now || context.left !== undefined || context.reply.gone || context.cut !== undefined;
  const waiting = isOver ? undefined : state.waitingRoom.enter({ ...wait, userId: context.caller!.userId, untilMs: context.waitsUntil });
  if (!waiting) throw refusal;
  const leave = (): void => {
    context.left = "before";
    waiting.leave();
  };
  context.onLeft = leave;
  context.cutShort = waiting.leave;
  try {
    const got = await waiting.place;
    if (got === undefined) throw context.cut ?? refusal;
    return got;
  } finally {
    context.onLeft = context.cutShort = undefined;
  }
}
