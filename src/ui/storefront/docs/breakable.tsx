import { Fragment } from "react";

/** A long name or address breaks where a part of it ends, not in the middle of a word. */
export function Breakable({ text }: { text: string }) {
  return text.split(/(?<=[/:_.,])(?=\w)/).map((part, i) => <Fragment key={i}>{i > 0 ? <wbr /> : null}{part}</Fragment>);
}
