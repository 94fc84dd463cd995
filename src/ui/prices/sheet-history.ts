/** What there was, is, and was taken back, of something that is edited step by step. */
export type History<T> = Readonly<{ past: readonly T[]; now: T; future: readonly T[]; /** Steps with the same tag in a row are one: a number typed digit by digit. */ tag: string | undefined }>;

const STEPS_MAX = 200;

export const begin = <T>(now: T): History<T> => ({ past: [], now, future: [], tag: undefined });

export function step<T>({ past, now, tag }: History<T>, next: T, as?: string): History<T> {
  const same = as !== undefined && as === tag;
  return { past: same ? past : [...past, now].slice(-STEPS_MAX), now: next, future: [], tag: as };
}

export function undo<T>(history: History<T>): History<T> {
  const { past, now, future } = history;
  return past.length === 0 ? history : { past: past.slice(0, -1), now: past.at(-1)!, future: [now, ...future], tag: undefined };
}

export function redo<T>(history: History<T>): History<T> {
  const { past, now, future } = history;
  return future.length === 0 ? history : { past: [...past, now], now: future[0]!, future: future.slice(1), tag: undefined };
}
