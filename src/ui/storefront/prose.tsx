import Markdown, { type Components } from "react-markdown";
import rehypeSanitize from "rehype-sanitize";
import remarkGfm from "remark-gfm";

/** The page has its own h1, so the text's headings begin one lower. Pictures would tell a third party who reads. */
const COMPONENTS: Components = {
  h1: ({ children }) => <h2 className="mt-10 text-20 font-semibold">{children}</h2>,
  h2: ({ children }) => <h2 className="mt-10 text-20 font-semibold">{children}</h2>,
  h3: ({ children }) => <h3 className="mt-6 text-16 font-semibold">{children}</h3>,
  p: ({ children }) => <p className="mt-4 text-fg-2">{children}</p>,
  ul: ({ children }) => <ul className="mt-4 grid list-disc gap-2 pl-5 text-fg-2">{children}</ul>,
  ol: ({ children }) => <ol className="mt-4 grid list-decimal gap-2 pl-5 text-fg-2">{children}</ol>,
  a: ({ href, children }) => <a href={href} rel="noopener nofollow" className="link underline decoration-border underline-offset-2">{children}</a>,
  blockquote: ({ children }) => <blockquote className="mt-4 border-l-2 pl-4 text-fg-2">{children}</blockquote>,
  table: ({ children }) => <div className="mt-5 overflow-x-auto"><table className="tbl tbl-flush">{children}</table></div>,
  img: () => null,
};

/** Markdown that the operator wrote. Rendered on the server; nothing in it becomes markup of its own. */
export const Prose = ({ text }: { text: string }) => (
  <Markdown remarkPlugins={[remarkGfm]} rehypePlugins={[rehypeSanitize]} components={COMPONENTS}>{text}</Markdown>
);
