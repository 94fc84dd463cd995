/** One object of a form at three moments: as it was when typing began, as somebody else has stored it since, and as it is typed. */
export type Versions<T> = Readonly<{ was: T; now: T; mine: T }>;
export type Fields = Readonly<Record<string, unknown>>;

const text = (value: unknown): string => JSON.stringify(value ?? null, (_key, each: unknown) => (typeof each === "bigint" ? `${each}n` : each));
const keysOf = (...all: readonly Fields[]): string[] => [...new Set(all.flatMap((each) => Object.keys(each)))];

/** Names of the fields in which two versions differ. */
export const differing = (a: Fields, b: Fields): readonly string[] => keysOf(a, b).filter((key) => text(a[key]) !== text(b[key]));

/** Fields that both have changed, to different ends. */
export const contested = ({ was, now, mine }: Versions<Fields>): readonly string[] => {
  const theirs = new Set(differing(was, now));
  return differing(was, mine).filter((key) => theirs.has(key) && text(now[key]) !== text(mine[key]));
};

/** What is typed, upon what is stored now. @param keep whose a field is that both have changed */
export function rebase<T extends Fields>({ was, now, mine }: Versions<T>, keep: "theirs" | "mine"): T {
  const lost = new Set(keep === "theirs" ? contested({ was, now, mine }) : []);
  const next: Record<string, unknown> = { ...now };
  for (const key of differing(was, mine)) {
    if (lost.has(key)) continue;
    if (mine[key] === undefined) delete next[key];
    else next[key] = mine[key];
  }
  return next as T;
}
