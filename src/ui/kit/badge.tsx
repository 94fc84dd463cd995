import type { ReactNode } from "react";
import { cn } from "#ui/kit/cn.ts";
import { TONE_CLASS, TONE_TEXT, type Tone } from "#ui/kit/tone.ts";

/** A state worth noticing, in a word. */
export function Badge({ tone = "neutral", children, className }: { tone?: Tone; children: ReactNode; className?: string }) {
  return <span className={cn("badge", TONE_CLASS[tone], className)}>{children}</span>;
}

/** A state in a list: a small dot and the word. The word stays grey unless something is wrong. */
export function StatusDot({ tone = "neutral", children }: { tone?: Tone; children: ReactNode }) {
  const loud = tone === "warn" || tone === "bad";
  return (
    <span className={cn("inline-flex min-w-0 items-center gap-1.5", loud ? TONE_TEXT[tone] : "text-fg-2")}>
      <i className={cn("dot", TONE_TEXT[tone])} aria-hidden="true" />
      <span className="truncate">{children}</span>
    </span>
  );
}
