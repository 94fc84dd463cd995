/** Text of one line, in which nothing that a person typed can begin a heading, a table's cell or an element. */
export const mdText = (text: string): string => text.replace(/\s+/g, " ").trim().replace(/[\\`*_[\]<>|#]/g, "\\$&");

/** Code inside a line; a backtick in it would end it too early. */
export const mdCode = (text: string): string => `\`${text.replace(/\s+/g, " ").replaceAll("`", "'")}\``;

/** A block of code, fenced by more backticks than stand in it. */
export function mdFence(code: string, language: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language === "text" ? "" : language}\n${code.trimEnd()}\n${fence}`;
}

/** A table; cells are Markdown already, but for the bar that ends them. */
export function mdTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replace(/\s*\n\s*/g, " ").replace(/(?<!\\)\|/g, "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Parts of a page with an empty line between them; what is undefined or empty is left out. */
export const mdPage = (parts: readonly (string | undefined)[]): string => `${parts.filter((part) => part !== undefined && part !== "").join("\n\n")}\n`;

/** The twin of a page stands under its address with this ending. */
export const MARKDOWN_ENDING = ".md";
