"use client";
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
  const status = <span className="sr-only" role="status">{copied ? words.copied : ""}</span>;
  if (children === undefined) {
    return (
      <button type="button" className="btn btn-icon btn-ghost" aria-label={words.copy} title={words.copy} onClick={() => void copy()}>
        <Icon size={16} done={copied} />
        {status}
      </button>
    );
  }
  return (
    <button type="button" className="inline-flex max-w-full items-center gap-1.5 py-1 text-left font-mono text-13 text-fg-3 hover:text-fg" aria-label={`${words.copy}: ${children}`} onClick={() => void copy()}>
      <span className="truncate">{children}</span>
      <Icon size={12} done={copied} />
      {status}
    </button>
  );
}

/** Two shapes written out: the set of icons would cost every page a kilobyte. */
const Icon = ({ size, done }: { size: number; done: boolean }) => (
  <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.75" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
    {done ? <path d="M4 12.5 9.5 18 20 6.5" /> : <><rect x="8.5" y="8.5" width="12" height="12" rx="2" /><path d="M15.5 5.5v-.5a1.5 1.5 0 0 0-1.5-1.5H5A1.5 1.5 0 0 0 3.5 5v9A1.5 1.5 0 0 0 5 15.5h.5" /></>}
  </svg>
);
