import { createHash, timingSafeEqual } from "node:crypto";

/** Whether two texts or byte strings are the same, in a time that tells neither where they differ nor how long they are. */
export const constantTimeEqual = (left: string | Uint8Array, right: string | Uint8Array): boolean =>
  timingSafeEqual(digest(left), digest(right));

const digest = (value: string | Uint8Array): Buffer => createHash("sha256").update(value).digest();
