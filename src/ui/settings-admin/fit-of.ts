/** How well words fit what is searched for, 0 best: by the line in which the last of them is found; undefined where one is not. */
export function fitOf(words: string, wanted: string): number | undefined {
  const lines = wanted.split(/\s+/).map((part) => {
    const at = words.indexOf(part);
    return at < 0 ? Infinity : words.slice(0, at).split("\n").length - 1;
  });
  const worst = Math.max(...lines);
  return worst === Infinity ? undefined : worst;
}
