/** The cursors that a reader has passed, oldest first; the first page has none. */
export type Trail = readonly string[];

/** The trail after going on from the page of `current`. A page reached by the browser's own buttons cuts the trail there. */
export function advanced(trail: Trail, current: string | null, next: string): Trail {
  if (current === null) return [next];
  const at = trail.indexOf(current);
  return [...(at < 0 ? [current] : trail.slice(0, at + 1)), next];
}

/** The cursor of the page before; null = the first page, which is also where a page leads whose way here is not known. */
export function previousOf(trail: Trail, current: string | null): string | null {
  const at = current === null ? -1 : trail.indexOf(current);
  return at > 0 ? trail[at - 1] ?? null : null;
}
