import { CodeView } from "#ui/kit/code-view.client.tsx";
import { highlight, type CodeLanguage } from "#ui/kit/highlight.ts";

/** Code, coloured on the server: the browser gets words and classes, no highlighter and no style attribute. */
export async function CodeBlock({ code, language, title, className }: { code: string; language: CodeLanguage; title?: string; className?: string }) {
  return <CodeView parts={await highlight(code.replace(/\n+$/, ""), language)} title={title} className={className} />;
}
