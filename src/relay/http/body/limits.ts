/** Times and sizes of a request body. A vendor's client sends at once; who doesn't is slow or means harm. */
export type BodyLimits = Readonly<{
  firstByteMs: number;
  idleMs: number;
  /** In all, plus `perMiBMs` for every MiB received. */
  totalMs: number;
  perMiBMs: number;
  /** A compressed body may grow so many times. */
  ratioMax: number;
  budget?: BodyBudget;
}>;

export const BODY_LIMITS: BodyLimits = { firstByteMs: 30_000, idleMs: 30_000, totalMs: 100_000, perMiBMs: 1_000, ratioMax: 100 };

/** Bytes of bodies held at once by all requests of this process. Small ones always fit. */
export interface BodyBudget {
  take(bytes: number): boolean;
  give(bytes: number): void;
}

/** Bodies up to this size are not counted, so that small requests survive a flood of big ones. */
export const UNCOUNTED_BYTES = 1024 * 1024;

/** @param bytesMax for instance a quarter of the heap limit */
export function createBodyBudget(bytesMax: number): BodyBudget {
  let used = 0;
  return {
    take(bytes) {
      if (used + bytes > bytesMax) return false;
      used += bytes;
      return true;
    },
    give(bytes) {
      used -= bytes;
    },
  };
}
