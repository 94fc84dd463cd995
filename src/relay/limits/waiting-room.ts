import { setImmediate as nextTurn } from "node:timers/promises";

export const WAITERS_PER_USER = 50;
export const WAITERS_MAX = 1_000;
/** Minutes slide and keys cool down without anybody telling: so often the room looks by itself. */
const LOOK_MS = 100;

/** What a try came to: a place; none for anybody of this line; none for this user, though there may be for others. */
export type TryResult<T> = Readonly<{ got: T }> | "full" | "not-theirs";

export type Wait<T> = Readonly<{
  userId: string;
  /** Whoever waits for the same: when one of a line finds everything full, the others are not asked in that round. */
  line: unknown;
  /** What would serve it, by id. */
  wants: readonly string[];
  /** Monotonic. */
  untilMs: number;
  /** Asked whenever there may be a place; what it throws ends the waiting. */
  attempt(): TryResult<T> | Promise<TryResult<T>>;
  /** Whoever waited has gone while the place was on its way. */
  giveBack?(got: T): void;
}>;

/** `place` is undefined when none came in time, or after `leave`. */
export type Waiting<T> = Readonly<{ place: Promise<T | undefined>; leave(): void }>;

export type WaitingRoomDeps = Readonly<{
  monotonic: () => number;
  /** Calls back once, `ms` from now. @returns takes it back */
  later: (ms: number, call: () => void) => () => void;
}>;

type Waiter = Wait<unknown> & { gone: boolean; end(got: unknown): void; fail(cause: unknown): void };

/**
 * Requests for which there is no place at the moment. Users are served in turn, each one's requests in their order.
 * All users weigh the same and every request counts one, so a deficit is never carried from one turn to the next.
 */
export class WaitingRoom {
  readonly #deps: WaitingRoomDeps;
  /** Each user's requests; who is next stands first. */
  readonly #users = new Map<string, Waiter[]>();
  /** How many requests of whom want a thing. */
  readonly #wanted = new Map<string, Map<string, number>>();
  #size = 0;
  #serving = false;
  #again = false;
  #stopLooking: (() => void) | undefined;

  constructor(deps: WaitingRoomDeps) {
    this.#deps = deps;
  }

  get size(): number {
    return this.#size;
  }

  /** Does anybody wait for this? */
  isWanted(thing: string): boolean {
    return this.#wanted.has(thing);
  }

  /** Does anybody but this user wait for it? */
  isWantedByOthers(thing: string, userId: string): boolean {
    const users = this.#wanted.get(thing);
    return users !== undefined && users.size > (users.has(userId) ? 1 : 0);
  }

  /** @returns undefined when too many wait already */
  enter<T>(wait: Wait<T>): Waiting<T> | undefined {
    const queue = this.#users.get(wait.userId);
    if (this.#size >= WAITERS_MAX || (queue?.length ?? 0) >= WAITERS_PER_USER) return undefined;
    const { promise, resolve, reject } = Promise.withResolvers<T | undefined>();
    const waiter = { ...wait, gone: false, end: resolve, fail: reject } as Waiter;
    if (queue) queue.push(waiter);
    else this.#users.set(wait.userId, [waiter]);
    this.#size += 1;
    for (const thing of wait.wants) this.#want(thing, wait.userId, 1);
    this.#stopLooking ??= this.#deps.later(LOOK_MS, this.#look);
    return {
      place: promise,
      leave: () => {
        if (this.#remove(waiter)) waiter.end(undefined);
      },
    };
  }

  /** Something has been given back. What is free goes to whoever is next before this returns, where nothing must be asked for it. */
  wake(): void {
    if (this.#size > 0) void this.#serve();
  }

  readonly #look = (): void => {
    this.#stopLooking = undefined;
    const now = this.#deps.monotonic();
    for (const queue of [...this.#users.values()]) {
      for (const waiter of queue.filter(({ untilMs }) => untilMs <= now)) if (this.#remove(waiter)) waiter.end(undefined);
    }
    if (this.#size === 0) return;
    this.#stopLooking ??= this.#deps.later(LOOK_MS, this.#look);
    this.wake();
  };

  async #serve(): Promise<void> {
    this.#again = true;
    if (this.#serving) return;
    this.#serving = true;
    while (this.#again) {
      this.#again = false;
      // One a turn: a thousand of them hold nobody else up.
      while (await this.#serveOne()) await nextTurn();
    }
    this.#serving = false;
  }

  /** @returns whether somebody was served, so that there may be more */
  async #serveOne(): Promise<boolean> {
    const full = new Set<unknown>();
    for (const queue of [...this.#users.values()]) {
      const barred = new Set<unknown>();
      for (const waiter of [...queue]) {
        if (waiter.gone || full.has(waiter.line) || barred.has(waiter.line)) continue;
        try {
          const trying = waiter.attempt();
          const tried = trying instanceof Promise ? await trying : trying;
          if (tried === "full") full.add(waiter.line);
          else if (tried === "not-theirs") barred.add(waiter.line);
          else {
            this.#hand(waiter, tried.got);
            return true;
          }
        } catch (cause) {
          if (this.#remove(waiter)) waiter.fail(cause);
        }
      }
    }
    return false;
  }

  #hand(waiter: Waiter, got: unknown): void {
    if (!this.#remove(waiter)) {
      waiter.giveBack?.(got);
      return;
    }
    const rest = this.#users.get(waiter.userId);
    if (rest) {
      this.#users.delete(waiter.userId);
      this.#users.set(waiter.userId, rest);
    }
    waiter.end(got);
  }

  /** @returns false when it had gone before */
  #remove(waiter: Waiter): boolean {
    if (waiter.gone) return false;
    waiter.gone = true;
    const queue = this.#users.get(waiter.userId)!;
    queue.splice(queue.indexOf(waiter), 1);
    if (queue.length === 0) this.#users.delete(waiter.userId);
    for (const thing of waiter.wants) this.#want(thing, waiter.userId, -1);
    this.#size -= 1;
    if (this.#size === 0) {
      this.#stopLooking?.();
      this.#stopLooking = undefined;
    }
    return true;
  }

  #want(thing: string, userId: string, change: 1 | -1): void {
    let users = this.#wanted.get(thing);
    if (!users) this.#wanted.set(thing, (users = new Map()));
    const count = (users.get(userId) ?? 0) + change;
    if (count > 0) users.set(userId, count);
    else users.delete(userId);
    if (users.size === 0) this.#wanted.delete(thing);
  }
}
