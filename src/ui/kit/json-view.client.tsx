"use client";
import { ChevronRight, EyeOff, Search } from "lucide-react";
import { useTranslations } from "next-intl";
import { useMemo, useState, type ReactNode } from "react";
import { cn } from "#ui/kit/cn.ts";
import { CopyButton, useCopy } from "#ui/kit/copy-button.client.tsx";
import { branchesTo, entriesOf, findInJson, isBranch, leafText, pathText, REDACTED, toJson, type Json, type JsonPath } from "#ui/kit/json-tree.ts";

const OPEN_DEPTH = 2;
const FIRST_ENTRIES = 100;

type Props = { value: unknown; label?: string; /** How deep it is open at first. */ depth?: number; className?: string };

/** A JSON value as a tree: folds, finds, copies the value or the path to any part of it. Hidden secrets are marked. */
export function JsonView({ value, label, depth = OPEN_DEPTH, className }: Props) {
  const t = useTranslations("tables");
  const root = useMemo(() => toJson(value), [value]);
  const [open, setOpen] = useState(() => branchesTo(root, depth));
  const [text, setText] = useState("");
  const found = useMemo(() => findInJson(root, text), [root, text]);
  const searching = text.trim() !== "";
  const toggle = (path: string) => {
    const next = new Set(open);
    if (!next.delete(path)) next.add(path);
    setOpen(next);
  };
  const allOpen = open.size > 1;
  return (
    <div className={cn("code-box", className)} role="group" aria-label={label ?? t("json.label")}>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b px-3 py-1.5">
        <span className="flex min-w-0 flex-1 items-center gap-2 text-fg-3">
          <Search size={14} strokeWidth={1.75} aria-hidden="true" />
          <input type="search" className="h-6 w-full min-w-16 pointer-coarse:h-11 rounded-control bg-transparent text-13 text-fg max-sm:text-16" aria-label={t("json.find")} placeholder={t("json.find")} value={text} onChange={(event) => setText(event.target.value)} />
        </span>
        <span className="text-12 text-fg-3" role="status">{searching ? t("json.found", { count: found.hits.size }) : ""}</span>
        <button type="button" className="text-12 text-fg-2 hover:text-fg" onClick={() => setOpen(allOpen ? new Set([""]) : branchesTo(root, Infinity))}>{allOpen ? t("json.collapseAll") : t("json.expandAll")}</button>
        <CopyButton size="sm" text={JSON.stringify(root, null, 2)} label={t("json.copy")} />
      </div>
      <div className="max-h-120 overflow-auto p-3" tabIndex={0} role="region" aria-label={label ?? t("json.label")}>
        <ul className="code json font-mono"><Node name={undefined} value={root} path={[]} open={open} found={found} searching={searching} onToggle={toggle} /></ul>
      </div>
    </div>
  );
}

type NodeProps = { name: string | number | undefined; value: Json; path: JsonPath; open: ReadonlySet<string>; found: ReturnType<typeof findInJson>; searching: boolean; onToggle: (path: string) => void };

function Node({ name, value, path, open, found, searching, onToggle }: NodeProps) {
  const t = useTranslations("tables");
  const [shown, setShown] = useState(FIRST_ENTRIES);
  const at = pathText(path);
  const hit = found.hits.has(at);
  const entries = entriesOf(value);
  if (!isBranch(value)) return <li><Line name={name} path={at} hit={hit}><Leaf value={value} /></Line></li>;
  const isOpen = open.has(at) || (searching && found.open.has(at));
  const list = Array.isArray(value);
  const size = entries.length === 0 ? t("json.empty") : list ? t("json.items", { count: entries.length }) : t("json.keys", { count: entries.length });
  return (
    <li>
      <Line name={name} path={at} hit={hit} toggle={entries.length > 0 ? { isOpen, onToggle: () => onToggle(at) } : undefined}>
        <span className="text-fg-3">{list ? "[" : "{"}{isOpen && entries.length > 0 ? "" : <> <span className="font-sans text-12">{size}</span> {list ? "]" : "}"}</>}</span>
      </Line>
      {isOpen && entries.length > 0 ? (
        <>
          <ul className="ml-1.5 border-l pl-4">
            {entries.slice(0, shown).map(([step, child]) => <Node key={step} name={step} value={child} path={[...path, step]} open={open} found={found} searching={searching} onToggle={onToggle} />)}
            {entries.length > shown ? <li><button type="button" className="link font-sans text-12" onClick={() => setShown(shown + FIRST_ENTRIES)}>{t("json.more", { count: Math.min(FIRST_ENTRIES, entries.length - shown) })}</button></li> : null}
          </ul>
          <span className="pl-4 text-fg-3" aria-hidden="true">{list ? "]" : "}"}</span>
        </>
      ) : null}
    </li>
  );
}

/** A name copies the path to it. */
function Line({ name, path, hit, toggle, children }: { name: string | number | undefined; path: string; hit: boolean; toggle?: { isOpen: boolean; onToggle: () => void } | undefined; children: ReactNode }) {
  const t = useTranslations("tables");
  const { copied, copy } = useCopy();
  return (
    <span className={cn("json-line", hit && "json-hit")}>
      {toggle ? (
        <button type="button" className="absolute top-0 -left-0.5 grid h-5.5 w-4.5 place-items-center text-fg-3 hover:text-fg" aria-expanded={toggle.isOpen} aria-label={name === undefined ? t("json.label") : String(name)} onClick={toggle.onToggle}>
          <ChevronRight size={12} strokeWidth={2} className={toggle.isOpen ? "rotate-90" : undefined} aria-hidden="true" />
        </button>
      ) : null}
      {name === undefined ? null : (
        <>
          <button type="button" className={cn("rounded-mark hover:underline", copied ? "text-ok" : typeof name === "number" ? "text-fg-3" : "f")} title={t("json.copyPath", { path })} aria-label={t("json.copyPath", { path })} onClick={() => void copy(path)}>{name}</button>
          <span className="text-fg-3">: </span>
        </>
      )}
      {children}
    </span>
  );
}

function Leaf({ value }: { value: null | boolean | number | string }) {
  const t = useTranslations("tables");
  if (value === REDACTED) return <span className="badge h-4.5! align-middle font-sans"><EyeOff size={12} strokeWidth={1.75} aria-hidden="true" />{t("json.redacted")}</span>;
  if (typeof value === "string") return <span className="s">{leafText(value)}</span>;
  return <span className={value === null ? "text-fg-3" : "n"}>{leafText(value)}</span>;
}
