"use client";
import { useEffect, useRef, type RefObject } from "react";

type Options = Readonly<{
  keys: readonly string[];
  openKey: string | null | undefined;
  /** Undefined = rows do not open; the keys then only move the focus. */
  onOpen: ((key: string) => void) | undefined;
  onClose: (() => void) | undefined;
  /** Enter on the row that is open. */
  onFollow: ((key: string) => void) | undefined;
}>;

/** Longer than a drawer takes to go. */
const RETURN_MS = 300;
const ELSEWHERE = "input, textarea, select, [contenteditable=true], [role=menu], [role=listbox], [role=alertdialog], [aria-modal=true]";

/**
 * J and K (and arrows, while the focus is on a row) move through the rows: the focus, or what the open drawer shows.
 * Enter on the open row goes to its page, Esc closes the drawer and brings the focus back to the row.
 *
 * @param root holds the rows; each has its opener marked with `data-row`
 */
export function useRowKeys(root: RefObject<HTMLElement | null>, options: Options): void {
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });

  const { openKey } = options;
  const wasOpen = useRef<string | null>(null);
  useEffect(() => {
    const before = wasOpen.current;
    wasOpen.current = openKey ?? null;
    if (before === null || openKey) return;
    // Closed: back to the row that was shown last, unless the reader has gone on to something else. The drawer gives
    // the focus back to where it was opened first once it has gone; whoever presses something before that is left alone.
    const timer = setTimeout(() => {
      const active = document.activeElement;
      if (active === null || active === document.body || root.current?.contains(active)) openerOf(root.current, before)?.focus();
    }, RETURN_MS);
    const stop = () => clearTimeout(timer);
    document.addEventListener("keydown", stop, { once: true, capture: true });
    document.addEventListener("pointerdown", stop, { once: true, capture: true });
    return () => {
      stop();
      document.removeEventListener("keydown", stop, { capture: true });
      document.removeEventListener("pointerdown", stop, { capture: true });
    };
  }, [openKey, root]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => handle(event, root.current, latest.current);
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [root]);
}

const openerOf = (root: HTMLElement | null, key: string): HTMLElement | null => root?.querySelector<HTMLElement>(`[data-row="${CSS.escape(key)}"]`) ?? null;

function handle(event: KeyboardEvent, root: HTMLElement | null, { keys, openKey, onOpen, onClose, onFollow }: Options): void {
  const target = event.target instanceof Element ? event.target : null;
  if (!root || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || target?.closest(ELSEWHERE)) return;
  const inside = root.contains(target);
  const isOurs = inside || Boolean(openKey) || (target === document.body && document.querySelector("[data-rows]") === root);
  if (!isOurs || root.offsetParent === null) return;
  const focused = target?.closest<HTMLElement>("[data-row]")?.dataset["row"];
  const step = stepOf(event.key, inside && focused !== undefined);

  if (event.key === "Escape" && openKey && onClose && inside) {
    event.preventDefault();
    onClose();
  } else if (event.key === "Enter" && openKey && focused === openKey && onFollow) {
    event.preventDefault();
    onFollow(openKey);
  } else if (step !== 0) {
    const at = keys.indexOf(openKey ?? focused ?? "");
    const next = keys[at < 0 ? 0 : at + step];
    if (next === undefined) return;
    event.preventDefault();
    if (openKey && onOpen) onOpen(next);
    if (!openKey || inside) openerOf(root, next)?.focus();
    openerOf(root, next)?.closest("tr, li")?.scrollIntoView({ block: "nearest" });
  }
}

const stepOf = (key: string, onRow: boolean): -1 | 0 | 1 => {
  if (key === "j" || (onRow && key === "ArrowDown")) return 1;
  if (key === "k" || (onRow && key === "ArrowUp")) return -1;
  return 0;
};
