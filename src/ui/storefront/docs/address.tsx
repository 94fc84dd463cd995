import { Fragment } from "react";

/** An address with its holes set off; it breaks where a part of it ends, not in the middle of a word. */
export function Address({ path }: { path: string }) {
  return path.split(/(?<=\/)|(?=[:?])|(?=\{)|(?<=\})/).map((part, i) => (
    <Fragment key={i}>{i > 0 && !part.startsWith("/") ? <wbr /> : null}{part.startsWith("{") ? <span className="text-accent-text">{part}</span> : part}</Fragment>
  ));
}
