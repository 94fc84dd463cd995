"use client";
import { Check, Copy } from "lucide-react";
import { useTranslations } from "next-intl";
import { shortId } from "#ui/format/index.ts";
import { cn } from "#ui/kit/cn.ts";
import { useCopy } from "#ui/kit/copy-button.client.tsx";

/** An id, shortened in its middle; a click copies the whole. `plain` only shows it: where it stands inside a link. */
export function IdText({ id, plain = false, className }: { id: string; plain?: boolean; className?: string }) {
  const t = useTranslations("data");
  const { copied, copy } = useCopy();
  const Icon = copied ? Check : Copy;
  const look = cn("font-mono text-12 text-fg-2", className);
  if (plain) return <code className={look} title={id}>{shortId(id)}</code>;
  return (
    <button type="button" className={cn("group/id inline-flex min-h-6 max-w-full items-center gap-1 rounded-control hover:text-fg", look)} title={id} onClick={() => void copy(id)}>
      <span className="truncate">{shortId(id)}</span>
      <Icon size={12} strokeWidth={1.75} aria-hidden="true" className={copied ? "text-ok" : "opacity-60 group-hover/id:opacity-100"} />
      <span className="sr-only">{t("id.copy")}</span>
      <span className="sr-only" role="status">{copied ? t("id.copied") : ""}</span>
    </button>
  );
}
