"use client";
import { useId } from "react";
import { cn } from "#ui/kit/cn.ts";
import { CopyButton } from "#ui/kit/copy-button.client.tsx";

/** A value to take away: the whole of it is selected by a click, and copied by the button. */
export function CopyField({ label, value, mono = true, hint }: { label: string; value: string; mono?: boolean; hint?: string }) {
  const id = useId();
  return (
    <div>
      <label className="label" htmlFor={id}>{label}</label>
      <div className="field pr-0.5!">
        <input id={id} readOnly value={value} className={cn("truncate", mono && "font-mono text-13")} onFocus={(event) => event.currentTarget.select()} aria-describedby={hint ? `${id}-hint` : undefined} />
        <CopyButton text={value} size="sm" />
      </div>
      {hint ? <p id={`${id}-hint`} className="hint mt-1">{hint}</p> : null}
    </div>
  );
}
