import type { Snippet } from "#ui/kit/snippet-tabs.client.tsx";

type Parts = Snippet["parts"];

const WORDS = "import|from|const|await|new|print|export|for|of|in|async|def|with|as|let|return";
const TOKEN = new RegExp(`("(?:[^"\\\\\\n]|\\\\.)*"|'[^']*')|(^[ \\t]*#[^\\n]*)|\\b(${WORDS})\\b`, "gm");

/** Colours a short piece of code by its strings, comments and keywords: enough for a snippet that is made in the browser. */
export function paint(code: string): Parts {
  const parts: ["" | "k" | "s" | "c", string][] = [];
  let at = 0;
  for (const match of code.matchAll(TOKEN)) {
    if (match.index > at) parts.push(["", code.slice(at, match.index)]);
    parts.push([match[1] ? "s" : match[2] ? "c" : "k", match[0]]);
    at = match.index + match[0].length;
  }
  if (at < code.length) parts.push(["", code.slice(at)]);
  return parts;
}
