import { createCssVariablesTheme, createHighlighterCore, type HighlighterCore } from "shiki/core";
import { createJavaScriptRegexEngine } from "shiki/engine/javascript";
import type { Part, Tone } from "#ui/kit/snippet.ts";

/** Languages of the shop's own examples; anything else is shown plain. */
export type CodeLanguage = "bash" | "python" | "typescript" | "javascript" | "json" | "yaml" | "go" | "java" | "php" | "csharp" | "ruby" | "toml" | "text";

/** The theme names roles instead of colours; the style sheet gives each role its two colours. */
const ROLES: Readonly<Record<string, Tone>> = {
  "token-keyword": "k", "token-string": "s", "token-string-expression": "s", "token-comment": "c", "token-function": "f", "token-constant": "n",
};
const PREFIX = "--code-";

const load = (): Promise<HighlighterCore> =>
  createHighlighterCore({
    themes: [createCssVariablesTheme({ name: "roles", variablePrefix: PREFIX, fontStyle: false })],
    langs: [
      import("shiki/langs/bash.mjs"), import("shiki/langs/python.mjs"), import("shiki/langs/typescript.mjs"), import("shiki/langs/javascript.mjs"),
      import("shiki/langs/json.mjs"), import("shiki/langs/yaml.mjs"), import("shiki/langs/go.mjs"), import("shiki/langs/java.mjs"), import("shiki/langs/php.mjs"),
      import("shiki/langs/csharp.mjs"), import("shiki/langs/ruby.mjs"), import("shiki/langs/toml.mjs"),
    ],
    engine: createJavaScriptRegexEngine({ forgiving: true }),
  });

/** The grammars are read once a process, at the first code that is shown. */
const highlighter = (() => {
  let loaded: Promise<HighlighterCore> | undefined;
  return () => (loaded ??= load());
})();

/** Colours code; for the server only, because the grammars are far too large for a browser. */
export async function highlight(code: string, language: CodeLanguage): Promise<Part[]> {
  if (language === "text") return [["", code]];
  const lines = (await highlighter()).codeToTokensBase(code, { lang: language, theme: "roles", tokenizeTimeLimit: 0 });
  const parts: [Tone, string][] = [];
  const add = (tone: Tone, text: string) => {
    const before = parts.at(-1);
    // Blanks have no colour: they join what stands before them, which keeps the markup small.
    if (before && (before[0] === tone || text.trim() === "")) before[1] += text;
    else parts.push([tone, text]);
  };
  lines.forEach((line, at) => {
    if (at > 0) add("", "\n");
    for (const { content, color } of line) add(toneOf(color, content), content);
  });
  return parts;
}

/** Signs such as `=` count as keywords in grammars; coloured they would only be restless. */
function toneOf(color: string | undefined, content: string): Tone {
  const tone = ROLES[/^var\(--code-([\w-]+)\)$/.exec(color ?? "")?.[1] ?? ""] ?? "";
  return tone === "k" && !/\w/.test(content) ? "" : tone;
}
