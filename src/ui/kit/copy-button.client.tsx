"use client";
import { Check, Copy } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { buttonClass, type ButtonSize } from "#ui/kit/button.tsx";

const SHOWN_MS = 1_500;

/** Puts text on the clipboard. @returns whether it is there; without the clipboard API (plain http) an old command is tried */
async function toClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "sr-only";
  area.readOnly = true;
  const focused = document.activeElement;
  // Inside an open dialog the focus is held there, so the helper has to stand there too.
  (focused?.closest("[role=dialog], [role=alertdialog]") ?? document.body).append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return done;
}

/** Copying, and whether it has just happened. */
export function useCopy(): { copied: boolean; copy: (text: string) => Promise<void> } {
  const [copied, setCopied] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async (text: string) => {
    if (!(await toClipboard(text))) return;
    setCopied(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setCopied(false), SHOWN_MS);
  };
  return { copied, copy };
}

/** `done` is what is said afterwards, where the page has its own words for it. */
export function CopyButton({ text, label, done, size = "md" }: { text: string; label?: string; done?: string; size?: ButtonSize }) {
  const t = useTranslations("kit");
  const { copied, copy } = useCopy();
  const Icon = copied ? Check : Copy;
  const name = label ?? t("copy");
  return (
    <button type="button" className={buttonClass("ghost", size, "btn-icon")} aria-label={name} title={name} onClick={() => void copy(text)}>
      <Icon size={16} strokeWidth={1.75} aria-hidden="true" />
      <span className="sr-only" role="status">{copied ? (done ?? t("copied")) : ""}</span>
    </button>
  );
}
