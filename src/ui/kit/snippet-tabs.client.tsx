"use client";
import { useId, useState, type KeyboardEvent } from "react";
import { CopyButton } from "#ui/kit/copy-button.client.tsx";

/** `parts` are the text cut into coloured pieces: k keyword, s string, c comment, "" plain. */
export type Snippet = Readonly<{ name: string; parts: readonly (readonly [tone: "" | "k" | "s" | "c", text: string])[] }>;

/** One code box with a tab a client library; arrow keys move between tabs. */
export function SnippetTabs({ snippets, label, copyLabel, copiedLabel }: { snippets: readonly Snippet[]; label: string; copyLabel: string; copiedLabel: string }) {
  const [at, setAt] = useState(0);
  const id = useId();
  const shown = snippets[at];
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    const next = (at + step + snippets.length) % snippets.length;
    setAt(next);
    document.getElementById(`${id}-tab-${next}`)?.focus();
  };
  if (!shown) return null;
  return (
    <div className="card min-w-0 overflow-hidden shadow-pop">
      <div className="flex items-center gap-2 border-b pl-4 pr-2">
        <div className="tabs min-w-0 flex-1 border-b-0! text-13" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
          {snippets.map(({ name }, i) => (
            <button key={name} id={`${id}-tab-${i}`} type="button" role="tab" aria-selected={i === at} aria-controls={`${id}-panel`} tabIndex={i === at ? 0 : -1} onClick={() => setAt(i)}>
              {name}
            </button>
          ))}
        </div>
        <CopyButton text={shown.parts.map(([, text]) => text).join("")} label={copyLabel} done={copiedLabel} />
      </div>
      <pre id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-tab-${at}`} tabIndex={0} className="code p-5 max-sm:p-4">
        <code>{shown.parts.map(([tone, text], i) => (tone === "" ? text : <span key={i} className={tone}>{text}</span>))}</code>
      </pre>
    </div>
  );
}
