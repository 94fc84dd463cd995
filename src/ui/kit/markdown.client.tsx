"use client";
import { ImageOff } from "lucide-react";
import { useTranslations } from "next-intl";
import ReactMarkdown, { type Components } from "react-markdown";
import rehypeSanitize from "rehype-sanitize";
import remarkGfm from "remark-gfm";
import { cn } from "#ui/kit/cn.ts";
import { safeLink } from "#ui/kit/safe-link.ts";

/**
 * Text of people and models. HTML in it is text; a link tells nobody where it was clicked; a picture is a link to it,
 * because fetching it would tell its host who reads this.
 */
export function Markdown({ text, className }: { text: string; className?: string }) {
  return (
    <div className={cn("prose", className)}>
      <ReactMarkdown remarkPlugins={[remarkGfm]} rehypePlugins={[rehypeSanitize]} components={COMPONENTS} urlTransform={safeLink} skipHtml={false}>{text}</ReactMarkdown>
    </div>
  );
}

const COMPONENTS: Components = {
  a: ({ href, children }) => (href ? <a href={href} target="_blank" rel="noopener noreferrer nofollow ugc" className="link">{children}</a> : <span>{children}</span>),
  img: ({ src, alt }) => <Picture src={typeof src === "string" ? src : ""} alt={alt ?? ""} />,
  table: ({ children }) => <div className="overflow-x-auto" tabIndex={0}><table className="tbl tbl-dense">{children}</table></div>,
  // Alignment comes as a style attribute, which the content security policy refuses.
  th: ({ style, children }) => <th scope="col" className={style?.textAlign === "right" ? "num" : undefined}>{children}</th>,
  td: ({ style, children }) => <td className={style?.textAlign === "right" ? "num" : undefined}>{children}</td>,
  pre: ({ children }) => <pre className="code code-box px-4 py-3" tabIndex={0}>{children}</pre>,
  input: ({ checked }) => <input type="checkbox" className="check" checked={Boolean(checked)} readOnly disabled aria-hidden="true" />,
  // A page has its own headings; those of a text stand below them.
  h1: ({ children }) => <h3>{children}</h3>,
  h2: ({ children }) => <h3>{children}</h3>,
  h3: ({ children }) => <h4>{children}</h4>,
  h4: ({ children }) => <h5>{children}</h5>,
};

function Picture({ src, alt }: { src: string; alt: string }) {
  const t = useTranslations("data");
  const name = alt ? t("markdown.image", { alt }) : t("markdown.imageNoName");
  const inside = <><ImageOff size={14} strokeWidth={1.75} className="inline align-[-2px]" aria-hidden="true" /> {name}</>;
  return src === "" ? <span className="text-fg-3">{inside}</span> : <a href={src} target="_blank" rel="noopener noreferrer nofollow ugc" className="link">{inside}</a>;
}
