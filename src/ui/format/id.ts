const SHORT_MAX = 14;

/** An id shortened in its middle: `req_01JD…7K3F`, `cs_test_a1B2…9xYz`. Both ends stay, because people compare those. */
export function shortId(id: string): string {
  const prefix = /^(?:[A-Za-z]{1,8}[_-]){1,2}(?=.)/.exec(id)?.[0] ?? "";
  const rest = id.slice(prefix.length);
  if (id.length <= SHORT_MAX || rest.length <= 9) return id;
  return `${prefix}${rest.slice(0, 4)}…${rest.slice(-4)}`;
}
