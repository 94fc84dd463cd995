"use client";
import { useTranslations } from "next-intl";
import { useEffect, useRef, type ReactNode } from "react";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";

/** What is wrong with a long form, at its top; each line leads to its field. */
export function FormErrors({ errors, title }: { errors: readonly Readonly<{ field?: string; text: ReactNode }>[]; title?: ReactNode }) {
  const t = useTranslations("kit");
  if (errors.length === 0) return null;
  return (
    <Callout tone="bad" title={title ?? t("form.errors", { count: errors.length })}>
      <ul className="flex flex-col gap-0.5">
        {errors.map(({ field, text }, i) => <li key={field ?? i}>{field ? <a href={`#${field}`} className="underline underline-offset-2">{text}</a> : text}</li>)}
      </ul>
    </Callout>
  );
}

type SaveBarProps = { changes: number; onSave: () => void; onDiscard: () => void; busy: boolean; saveLabel?: string; note?: ReactNode };

/** Sticks to the bottom while there is something to save. */
export function SaveBar({ changes, onSave, onDiscard, busy, saveLabel, note }: SaveBarProps) {
  const t = useTranslations("kit");
  if (changes === 0) return null;
  return (
    <div className="save-bar sticky bottom-0 z-20 mx-[calc(-1*var(--gutter,0px))] mt-6 flex flex-wrap items-center gap-2 border-t bg-surface px-[var(--gutter,16px)] py-3" role="region" aria-label={t("form.changes", { count: changes })}>
      <p className="min-w-0 flex-1 text-13 text-fg-2" role="status">{note ?? t("form.changes", { count: changes })}</p>
      <Button onClick={onDiscard} disabled={busy}>{t("form.discard")}</Button>
      <Button variant="primary" onClick={onSave} busy={busy}>{saveLabel ?? t("form.save")}</Button>
    </div>
  );
}

/**
 * While there are changes, leaving asks: closing the tab by the browser's own question, links of the site and the way back by ours.
 *
 * @param within addresses below this one keep what was typed, so going there asks nothing
 * @param text our question, where it is something else than changes that would be lost
 */
export function useLeaveGuard(dirty: boolean, within?: string, text?: string): void {
  const t = useTranslations("kit");
  const question = useRef(text ?? t("form.leave"));
  useEffect(() => {
    if (!dirty) return undefined;
    const onUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    const onClick = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
      if (!(link instanceof HTMLAnchorElement) || link.target === "_blank" || event.metaKey || event.ctrlKey || event.shiftKey) return;
      if (keeps(link) || confirm(question.current)) return;
      event.preventDefault();
      event.stopPropagation();
    };
    // Steps back and forth within the site end no document, so the browser asks nothing by itself.
    const onStep = (event: NavigateEvent) => {
      if (event.navigationType !== "traverse" || !event.cancelable || !event.destination.sameDocument) return;
      if (!keeps(new URL(event.destination.url)) && !confirm(question.current)) event.preventDefault();
    };
    // A change of filter or tab within the page loses nothing.
    const keeps = ({ origin, pathname }: Pick<URL, "origin" | "pathname">): boolean => origin === location.origin && (pathname === location.pathname || (within !== undefined && pathname.startsWith(within)));
    // Browsers before 2026 have no such events; they go back unasked.
    const steps = "navigation" in globalThis ? navigation : undefined;
    addEventListener("beforeunload", onUnload);
    document.addEventListener("click", onClick, true);
    steps?.addEventListener("navigate", onStep);
    return () => {
      steps?.removeEventListener("navigate", onStep);
      removeEventListener("beforeunload", onUnload);
      document.removeEventListener("click", onClick, true);
    };
  }, [dirty, within]);
}
