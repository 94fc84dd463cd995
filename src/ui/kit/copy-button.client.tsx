"use client";
import { Check, Copy } from "lucide-react";
import { useState } from "react";

const SHOWN_MS = 1_500;

/** Copies text and says so. Without the clipboard API (plain http) it does nothing but leave the text selectable. */
export function CopyButton({ text, label, done }: { text: string; label: string; done: string }) {
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
  return (
    <button type="button" className="btn btn-icon btn-ghost" aria-label={label} title={label} onClick={() => void copy()}>
      <Icon size={16} strokeWidth={1.75} aria-hidden="true" />
      <span className="sr-only" role="status">{copied ? done : ""}</span>
    </button>
  );
}
