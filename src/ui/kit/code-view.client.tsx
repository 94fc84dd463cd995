"use client";
import { WrapText } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { buttonClass } from "#ui/kit/button.tsx";
import { CopyButton } from "#ui/kit/copy-button.client.tsx";
import { cn } from "#ui/kit/cn.ts";
import { textOf, type Part } from "#ui/kit/snippet.ts";

/** Coloured code without a frame. */
export function CodeParts({ parts }: { parts: readonly Part[] }) {
  return <code>{parts.map(([tone, text], i) => (tone === "" ? text : <span key={i} className={tone}>{text}</span>))}</code>;
}

/** Long lines scroll or break, as the reader likes. Its tooltip is the browser's own: storefront pages load no more than they must. */
export function WrapButton({ wrap, onChange }: { wrap: boolean; onChange: (wrap: boolean) => void }) {
  const t = useTranslations("data");
  return (
    <button type="button" className={buttonClass("ghost", "sm", cn("btn-icon", wrap && "bg-muted"))} aria-label={t("code.wrap")} title={t("code.wrap")} aria-pressed={wrap} onClick={() => onChange(!wrap)}>
      <WrapText size={16} strokeWidth={1.75} aria-hidden="true" />
    </button>
  );
}

/** A block of code with its name, copy and wrapping. Made by CodeBlock on the server, or from parts on a page of the browser. */
export function CodeView({ parts, title, className }: { parts: readonly Part[]; title?: string | undefined; className?: string | undefined }) {
  const t = useTranslations("data");
  const [wrap, setWrap] = useState(false);
  return (
    <div className={cn("code-box", className)}>
      <div className="flex items-center gap-1 pr-1 pl-4">
        <span className="min-w-0 flex-1 truncate text-12 text-fg-3">{title}</span>
        <WrapButton wrap={wrap} onChange={setWrap} />
        <CopyButton size="sm" text={textOf(parts)} label={t("code.copy")} />
      </div>
      <pre tabIndex={0} className={cn("code px-4 pb-3", wrap && "code-wrap")}><CodeParts parts={parts} /></pre>
    </div>
  );
}
