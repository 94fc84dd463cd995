/** The keys after a tick box was pressed: with shift, everything between it and the one pressed before follows it. */
export function afterToggle(selected: ReadonlySet<string>, keys: readonly string[], key: string, last: string | undefined, shift: boolean): ReadonlySet<string> {
  const next = new Set(selected);
  const on = !selected.has(key);
  const [from, to] = [last === undefined ? -1 : keys.indexOf(last), keys.indexOf(key)];
  const range = shift && from >= 0 && to >= 0 ? keys.slice(Math.min(from, to), Math.max(from, to) + 1) : [key];
  for (const one of range) {
    if (on) next.add(one);
    else next.delete(one);
  }
  return next;
}

/** How many of the rows shown are selected. */
export function shownState(selected: ReadonlySet<string>, keys: readonly string[]): "none" | "some" | "all" {
  const count = keys.filter((key) => selected.has(key)).length;
  return count === 0 ? "none" : count === keys.length ? "all" : "some";
}

/** All rows shown on or off; what is selected on other pages stays. */
export function afterToggleAll(selected: ReadonlySet<string>, keys: readonly string[]): ReadonlySet<string> {
  const next = new Set(selected);
  const on = shownState(selected, keys) !== "all";
  for (const key of keys) {
    if (on) next.add(key);
    else next.delete(key);
  }
  return next;
}
