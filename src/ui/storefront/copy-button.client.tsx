"use client";
import { Check, Copy } from "lucide-react";
import { useState } from "react";

const SHOWN_MS = 1_500;

/** The words of it come as properties: storefront pages send no messages to the browser. */
export type CopyWords = Readonly<{ copy: string; copied: string }>;

/** Copies text and says so. Without the clipboard API (plain http) the text is there to be selected. */
export function CopyButton({ text, words, children }: { text: string; words: CopyWords; children?: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      return;
    }
    setCopied(true);
    setTimeout(() => setCopied(false), SHOWN_MS);
  };
  const Icon = copied ? Check : Copy;
  const status = <span className="sr-only" role="status">{copied ? words.copied : ""}</span>;
  if (children === undefined) {
    return (
      <button type="button" className="btn btn-icon btn-ghost" aria-label={words.copy} title={words.copy} onClick={() => void copy()}>
        <Icon size={16} strokeWidth={1.75} aria-hidden="true" />
        {status}
      </button>
    );
  }
  return (
    <button type="button" className="inline-flex max-w-full items-center gap-1.5 py-1 text-left font-mono text-13 text-fg-3 hover:text-fg" aria-label={`${words.copy}: ${children}`} onClick={() => void copy()}>
      <span className="truncate">{children}</span>
      <Icon size={12} strokeWidth={1.75} aria-hidden="true" />
      {status}
    </button>
  );
}
