import type { ErrorClass } from "#relay/providers/provider.ts";

/** Tries in all, the first included. */
export const ATTEMPTS_MAX = 4;
/** Tries in all, where a request goes on to other models. */
export const LINE_ATTEMPTS_MAX = 6;
/** Tries with further keys of one channel. */
export const OTHER_KEYS_MAX = 2;

type Rule = Readonly<{
  /** Try another channel: always, for streams only, never. */
  otherChannel: "yes" | "streams" | "no";
  /** Another key of the same channel may do better. */
  otherKey: boolean;
}>;

/** What to do after each kind of failure. A vendor that may have done and billed the work is not asked twice. */
export const RETRY: Readonly<Record<ErrorClass, Rule>> = {
  auth: { otherChannel: "yes", otherKey: true },
  quota: { otherChannel: "yes", otherKey: true },
  config: { otherChannel: "yes", otherKey: false },
  connect: { otherChannel: "yes", otherKey: false },
  transient: { otherChannel: "yes", otherKey: false },
  bad_body: { otherChannel: "yes", otherKey: false },
  server: { otherChannel: "yes", otherKey: false },
  overload: { otherChannel: "yes", otherKey: false },
  slow: { otherChannel: "streams", otherKey: false },
  rate: { otherChannel: "yes", otherKey: true },
  context: { otherChannel: "no", otherKey: false },
  policy: { otherChannel: "no", otherKey: false },
  quirk: { otherChannel: "no", otherKey: false },
  client: { otherChannel: "no", otherKey: false },
  aborted: { otherChannel: "no", otherKey: false },
};

/** Classes after which the only channel may be asked once more. */
const AGAIN: ReadonlySet<ErrorClass> = new Set<ErrorClass>(["connect", "transient", "server", "overload", "bad_body", "rate"]);
const BACKOFF_MS = 200;
const BACKOFF_MAX_MS = 2_000;
/** A `retry-after` up to here is waited for when there is nobody else to ask. */
const WORTH_WAITING_MS = 2_000;

export const goesElsewhere = (errorClass: ErrorClass, stream: boolean): boolean => {
  const { otherChannel } = RETRY[errorClass];
  return otherChannel === "yes" || (otherChannel === "streams" && stream);
};

/**
 * How long to wait before the only channel is asked again; undefined = give up.
 *
 * @param attempts tries so far, at least 1; @param roll uniform in [0, 1)
 */
export function backoffMs(errorClass: ErrorClass, retryAfterMs: number | undefined, attempts: number, roll: number): number | undefined {
  if (!AGAIN.has(errorClass)) return undefined;
  if (errorClass === "rate") return retryAfterMs !== undefined && retryAfterMs <= WORTH_WAITING_MS ? retryAfterMs : undefined;
  return Math.min(BACKOFF_MS * 2 ** (attempts - 1), BACKOFF_MAX_MS) * (0.5 + roll);
}

/** Keeps a broken vendor from doubling its own load: retries are bounded to a share of the requests. */
export interface RetryBudget {
  request(): void;
  /** Takes one retry; false = none left. */
  retry(): boolean;
}

const PER_REQUEST = 0.2;
const PER_SECOND = 10;
const SAVED_SECONDS = 10;

/** 20 % of the requests plus 10 a second, saved up over 10 s. @param now monotonic milliseconds */
export function createRetryBudget(now: () => number): RetryBudget {
  let level = PER_SECOND * SAVED_SECONDS, at = now(), earned = 0;
  const refill = (): void => {
    const seconds = (now() - at) / 1000;
    at += seconds * 1000;
    // What requests have earned fades with the same 10 s.
    earned *= Math.exp(-seconds / SAVED_SECONDS);
    level = Math.min(level + seconds * PER_SECOND, PER_SECOND * SAVED_SECONDS + earned);
  };
  return {
    request() {
      refill();
      earned += PER_REQUEST;
      level += PER_REQUEST;
    },
    retry() {
      refill();
      if (level < 1) return false;
      level -= 1;
      return true;
    },
  };
}

/** What went wrong on the vendor's side, as far as its standing in the choice of channels goes. */
export const BLAMES_CHANNEL: ReadonlySet<ErrorClass> = new Set(["connect", "slow", "server", "overload", "bad_body"]);
