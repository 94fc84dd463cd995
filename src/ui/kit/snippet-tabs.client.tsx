"use client";
import { useTranslations } from "next-intl";
import { useId, useState, useSyncExternalStore, type KeyboardEvent } from "react";
import { CodeParts, WrapButton } from "#ui/kit/code-view.client.tsx";
import { cn } from "#ui/kit/cn.ts";
import { CopyButton } from "#ui/kit/copy-button.client.tsx";
import { textOf, type Snippet } from "#ui/kit/snippet.ts";

export type { Part, Snippet } from "#ui/kit/snippet.ts";

const REMEMBERED = "mm-snippet";
const CHANGED = "mm-snippet-changed";

/** The library a reader chose last, on any page; storage may be switched off. */
function useRemembered(): [name: string | null, remember: (name: string) => void] {
  const name = useSyncExternalStore(subscribe, read, () => null);
  return [name, (next) => {
    try {
      localStorage.setItem(REMEMBERED, next);
    } catch {
      return;
    }
    dispatchEvent(new Event(CHANGED));
  }];
}
const subscribe = (changed: () => void) => {
  addEventListener(CHANGED, changed);
  return () => removeEventListener(CHANGED, changed);
};
const read = (): string | null => {
  try {
    return localStorage.getItem(REMEMBERED);
  } catch {
    return null;
  }
};

type Props = { snippets: readonly Snippet[]; label?: string; copyLabel?: string; copiedLabel?: string; className?: string };

/** One code box with a tab a client library; the choice is remembered on all pages. Arrow keys move between tabs. */
export function SnippetTabs({ snippets, label, copyLabel, copiedLabel, className }: Props) {
  const t = useTranslations("data");
  const [remembered, remember] = useRemembered();
  const [chosen, setChosen] = useState<string>();
  const [wrap, setWrap] = useState(false);
  const id = useId();
  const wanted = chosen ?? remembered;
  const at = Math.max(0, snippets.findIndex(({ name }) => name === wanted));
  const shown = snippets[at];
  const choose = (to: number) => {
    const name = snippets[to]?.name;
    if (name === undefined) return;
    setChosen(name);
    remember(name);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const next = (at + step + snippets.length) % snippets.length;
    choose(next);
    document.getElementById(`${id}-tab-${next}`)?.focus();
  };
  if (!shown) return null;
  return (
    <div className={cn("card min-w-0 overflow-hidden", className)}>
      <div className="flex items-center gap-1 border-b pr-2 pl-4">
        <div className="tabs min-w-0 flex-1 border-b-0! text-13" role="tablist" aria-label={label ?? t("code.languages")} onKeyDown={onKeyDown}>
          {snippets.map(({ name }, i) => (
            <button key={name} id={`${id}-tab-${i}`} type="button" role="tab" aria-selected={i === at} aria-controls={`${id}-panel`} tabIndex={i === at ? 0 : -1} onClick={() => choose(i)}>
              {name}
            </button>
          ))}
        </div>
        <WrapButton wrap={wrap} onChange={setWrap} />
        <CopyButton size="sm" text={textOf(shown.parts)} label={copyLabel ?? t("code.copy")} {...(copiedLabel && { done: copiedLabel })} />
      </div>
      <pre id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-tab-${at}`} tabIndex={0} className={cn("code p-5 max-sm:p-4", wrap && "code-wrap")}><CodeParts parts={shown.parts} /></pre>
    </div>
  );
}
