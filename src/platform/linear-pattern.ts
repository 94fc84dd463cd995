import { RE2JS } from "re2js";

/** A regular expression whose time grows with the text and no faster, whoever wrote it. */
export type LinearPattern = Readonly<{
  test(text: string): boolean;
  /** Every match; `$1` stands for a group. */
  replace(text: string, by: string): string;
  /** Groups that `$1`, `$2` … may name. */
  groups: number;
}>;

/** Steps a letter may cost: repeats of repeats grow beyond what a request should wait for. */
const SIZE_MAX = 1_000;

/** @throws Error when the source is no expression of this kind (there are no look-behinds and no back references), or too large */
export function linearPattern(source: string): LinearPattern {
  const compiled = RE2JS.compile(source);
  if (compiled.programSize() > SIZE_MAX) throw new Error("The expression is too large.");
  return {
    test: (text) => compiled.matcher(text).find(),
    replace: (text, by) => compiled.matcher(text).replaceAll(by),
    groups: compiled.groupCount(),
  };
}
