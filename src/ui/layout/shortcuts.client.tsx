"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useMemo, useRef, useState, useSyncExternalStore, type ReactNode } from "react";
import { SwitchField } from "#ui/kit/choice-fields.client.tsx";
import { Dialog } from "#ui/kit/dialog.client.tsx";
import { Kbd } from "#ui/kit/kbd.tsx";
import { press, type Sequence } from "#ui/layout/key-sequence.ts";
import { CONSOLE_NAV, type AdminGroup } from "#ui/layout/navigation.ts";

/** Any button can ask for the list of keys. */
export const HELP_EVENT = "modelmart:shortcuts";
const STORED = "mm-shortcuts";

type Target = Readonly<{ href: string; letter: string; label: string }>;

/**
 * Keys of a whole area. A page joins in by marks on its own controls: `data-shortcut="n"` on "New"; the key then clicks
 * or focuses what is marked. A filter bar listens to `/` itself.
 */
export function ConsoleShortcuts() {
  const t = useTranslations("nav.console");
  return <Shortcuts targets={CONSOLE_NAV.map(({ key, href, letter }) => ({ href, letter, label: t(key) }))} />;
}

export function AdminShortcuts({ groups }: { groups: readonly AdminGroup[] }) {
  const t = useTranslations("nav.admin");
  const targets = groups.flatMap(({ entries }) => entries).flatMap(({ key, href, letter }) => (letter ? [{ href, letter, label: t(key) }] : []));
  return <Shortcuts targets={targets} />;
}

function Shortcuts({ targets }: { targets: readonly Target[] }) {
  const [help, setHelp] = useState(false);
  const [enabled, setEnabled] = useEnabled();
  useKeys(targets, enabled, () => setHelp(true));
  useEffect(() => {
    const show = () => setHelp(true);
    addEventListener(HELP_EVENT, show);
    return () => removeEventListener(HELP_EVENT, show);
  }, []);
  return <Help open={help} onOpenChange={setHelp} targets={targets} enabled={enabled} setEnabled={setEnabled} />;
}

const MARKED = new Set(["n"]);

function useKeys(targets: readonly Target[], enabled: boolean, showHelp: () => void): void {
  const router = useRouter();
  const letters = useMemo(() => new Map(targets.map(({ letter, href }) => [letter, href])), [targets]);
  const sequence = useRef<Sequence>(undefined);
  const help = useRef(showHelp);
  help.current = showHelp;
  useEffect(() => {
    if (!enabled) return undefined;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || busyElsewhere(event.target)) return;
      const { next, go } = press(sequence.current, event.key, event.timeStamp, letters);
      const waited = sequence.current !== undefined;
      sequence.current = next;
      if (go !== undefined) return void (event.preventDefault(), router.push(go));
      if (waited) return;
      if (event.key === "?") return void (event.preventDefault(), help.current());
      if (MARKED.has(event.key) && clickMarked(event.key)) event.preventDefault();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [enabled, letters, router]);
}

/** Someone types, or a dialog or menu has the keyboard. */
const busyElsewhere = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], [role=menu], [role=listbox], [role=dialog][aria-modal=true], [role=alertdialog]") !== null;

/** @returns whether the page has something for this key */
function clickMarked(key: string): boolean {
  const marked = document.querySelector<HTMLElement>(`[data-shortcut="${CSS.escape(key)}"]`);
  if (!marked) return false;
  if (marked.matches("input, textarea")) marked.focus();
  else marked.click();
  return true;
}

/** Kept in this browser: people who speak to their computer must be able to switch single keys off. */
function useEnabled(): [boolean, (enabled: boolean) => void] {
  const enabled = useSyncExternalStore(
    (changed) => {
      addEventListener("storage", changed);
      return () => removeEventListener("storage", changed);
    },
    () => localStorage.getItem(STORED) !== "off",
    () => true,
  );
  const set = (next: boolean) => {
    localStorage.setItem(STORED, next ? "on" : "off");
    dispatchEvent(new StorageEvent("storage", { key: STORED }));
  };
  return [enabled, set];
}

type HelpProps = { open: boolean; onOpenChange: (open: boolean) => void; targets: readonly Target[]; enabled: boolean; setEnabled: (enabled: boolean) => void };

function Help({ open, onOpenChange, targets, enabled, setEnabled }: HelpProps) {
  const t = useTranslations("nav.shortcuts");
  const lines = (entries: readonly (readonly [label: string, keys: ReactNode])[]) => (
    <dl className="grid gap-y-1.5">
      {entries.map(([label, keys]) => (
        <div key={label} className="flex min-h-6 items-center justify-between gap-4">
          <dt className="min-w-0 truncate">{label}</dt>
          <dd className="flex flex-none items-center gap-1">{keys}</dd>
        </div>
      ))}
    </dl>
  );
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t("title")} size="lg">
      <div className="grid gap-x-10 gap-y-6 sm:grid-cols-2">
        <section>
          <h3 className="mb-2 text-13 text-fg-3">{t("goTo")}</h3>
          {lines(targets.map(({ label, letter }) => [label, <Keys key={letter} keys={["g", letter]} />]))}
        </section>
        <div className="flex flex-col gap-6">
          <section>
            <h3 className="mb-2 text-13 text-fg-3">{t("onLists")}</h3>
            {lines([
              [t("filter"), <Keys key="filter" keys={["/"]} />], [t("next"), <Keys key="next" keys={["j", "k"]} />], [t("open"), <Keys key="open" keys={["Enter"]} />],
              [t("create"), <Keys key="new" keys={["n"]} />],
            ])}
          </section>
          <section>
            <h3 className="mb-2 text-13 text-fg-3">{t("everywhere")}</h3>
            {lines([
              [t("help"), <Keys key="help" keys={["?"]} />], [t("search"), <Keys key="search" keys={["Ctrl", "K"]} />],
              [t("undo"), <Keys key="undo" keys={["Z"]} />], [t("close"), <Keys key="close" keys={["Esc"]} />],
            ])}
          </section>
        </div>
      </div>
      <SwitchField className="mt-6 border-t pt-4" label={t("enabled")} hint={t("enabledHint")} checked={enabled} onChange={setEnabled} />
    </Dialog>
  );
}

const Keys = ({ keys }: { keys: readonly string[] }) => keys.map((key, i) => <Kbd key={i}>{key}</Kbd>);
