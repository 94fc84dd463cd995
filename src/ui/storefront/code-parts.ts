/** A piece of code with its tone: k keyword, s string, c comment, "" plain. */
export type CodePart = readonly [tone: "" | "k" | "s" | "c", text: string];
export type CodeLanguage = "python" | "typescript" | "shell" | "json" | "toml" | "http" | "text";

const KEYWORDS: Readonly<Record<CodeLanguage, string>> = {
  python: "import|from|as|def|return|for|in|if|else|with|print|await|async|not|None|True|False",
  typescript: "import|from|const|let|await|async|for|of|new|if|else|return|function|export|true|false|process",
  shell: "curl|export|set|echo|npm|pip|claude|codex|gemini",
  json: "true|false|null",
  toml: "true|false",
  http: "GET|POST|PUT|PATCH|DELETE",
  text: "",
};
const COMMENT: Readonly<Record<CodeLanguage, string>> = {
  python: "#[^\\n]*", typescript: "//[^\\n]*", shell: "(?<=^|\\s)#[^\\n]*", json: "", toml: "(?<=^|\\s)#[^\\n]*", http: "", text: "",
};
const STRINGS = `"(?:[^"\\\\\\n]|\\\\.)*"|'(?:[^'\\\\]|\\\\.)*'`;

/** Colours code in three tones without a grammar: the samples are our own and small. */
export function codeParts(code: string, language: CodeLanguage): readonly CodePart[] {
  if (language === "text") return [["", code]];
  const kinds = [COMMENT[language] && `(?<c>${COMMENT[language]})`, `(?<s>${STRINGS})`, KEYWORDS[language] && `(?<k>(?<![\\w.-])(?:${KEYWORDS[language]})(?![\\w-]))`];
  const pattern = new RegExp(kinds.filter(Boolean).join("|"), "gm");
  const parts: CodePart[] = [];
  let end = 0;
  for (const match of code.matchAll(pattern)) {
    if (match.index > end) parts.push(["", code.slice(end, match.index)]);
    const { c, s } = match.groups!;
    parts.push([c !== undefined ? "c" : s !== undefined ? "s" : "k", match[0]]);
    end = match.index + match[0].length;
  }
  if (end < code.length) parts.push(["", code.slice(end)]);
  return parts;
}
