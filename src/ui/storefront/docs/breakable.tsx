import { Fragment } from "react";

/** What is shorter goes to the next line as a whole. */
const LONG = 16;

/** A long name or address breaks where a part of it ends, not in the middle of a word. */
export function Breakable({ text }: { text: string }) {
  if (text.length < LONG) return text;
  return text.split(/(?<=[/:_.,])(?=\w)/).map((part, i) => <Fragment key={i}>{i > 0 ? <wbr /> : null}{part}</Fragment>);
}
