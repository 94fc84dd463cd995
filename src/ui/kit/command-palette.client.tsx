"use client";
import { Autocomplete } from "@base-ui/react/autocomplete";
import { Dialog } from "@base-ui/react/dialog";
import { CornerDownLeft, Search } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { matchGroups, mergeGroups, type PaletteGroup, type PaletteItem } from "#ui/kit/palette-match.ts";

export type { PaletteGroup, PaletteItem } from "#ui/kit/palette-match.ts";

const DEBOUNCE_MS = 150;
const SEARCH_FROM = 2;

type Props = {
  /** Pages and actions, known without asking. */
  groups: readonly PaletteGroup[];
  /** What the server knows: objects by id, name or address, already limited to what the reader may see. */
  search?: (query: string) => Promise<readonly PaletteGroup[]>;
  /** What the button in the top bar says. */
  label?: string;
};

/** One box that leads everywhere: opened by ⌘K, Ctrl K or its button. */
export function CommandPalette({ groups, search, label }: Props) {
  const t = useTranslations("tables");
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      // Of two on one page (the gallery has one of its own), one opens.
      if (event.defaultPrevented || event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey) || event.shiftKey || event.altKey) return;
      event.preventDefault();
      setOpen((now) => !now);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Trigger className="field field-quiet max-w-80 cursor-pointer text-fg-3! hover:bg-muted!">
        <Search size={16} strokeWidth={1.75} aria-hidden="true" />
        <span className="min-w-0 flex-1 truncate text-left">{label ?? t("palette.open")}</span>
        <kbd className="kbd max-sm:hidden" aria-hidden="true">⌘K</kbd>
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Backdrop className="veil" />
        <Dialog.Popup className="dialog palette" aria-label={t("palette.title")}>
          <Palette groups={groups} search={search} onClose={() => setOpen(false)} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

type Found = Readonly<{ query: string; groups: readonly PaletteGroup[]; failed: boolean }>;

/** The server's groups for the newest text; an older answer never replaces a newer one. */
function useFound(search: Props["search"], text: string): { found: readonly PaletteGroup[]; busy: boolean; failed: boolean } {
  const query = text.trim();
  const wanted = search !== undefined && query.length >= SEARCH_FROM;
  const [answer, setAnswer] = useState<Found>({ query: "", groups: [], failed: false });
  useEffect(() => {
    if (!search || !wanted) return;
    const state = { current: true };
    const timer = setTimeout(() => {
      search(query).then(
        (groups) => state.current && setAnswer({ query, groups, failed: false }),
        () => state.current && setAnswer({ query, groups: [], failed: true }),
      );
    }, DEBOUNCE_MS);
    return () => {
      state.current = false;
      clearTimeout(timer);
    };
  }, [search, query, wanted]);
  if (!wanted) return { found: [], busy: false, failed: false };
  return { found: answer.groups, busy: answer.query !== query, failed: answer.query === query && answer.failed };
}

function Palette({ groups, search, onClose }: { groups: readonly PaletteGroup[]; search: Props["search"]; onClose: () => void }) {
  const t = useTranslations("tables");
  const router = useRouter();
  const [text, setText] = useState("");
  const { found, busy, failed } = useFound(search, text);
  const shown = mergeGroups(matchGroups(groups, text), found);
  const count = shown.reduce((sum, { items }) => sum + items.length, 0);
  const choose = ({ href, onSelect }: PaletteItem) => {
    onClose();
    onSelect?.();
    if (href !== undefined) router.push(href);
  };
  return (
    <Autocomplete.Root open inline mode="none" items={shown.map(({ label, items }) => ({ value: label, items }))} value={text} onValueChange={setText} itemToStringValue={(item: PaletteItem) => item.label} autoHighlight="always" keepHighlight>
      <div className="flex items-center gap-3 border-b px-4">
        <Search size={16} strokeWidth={1.75} className="text-fg-3" aria-hidden="true" />
        <Autocomplete.Input className="h-12 w-full min-w-0 bg-transparent text-16 outline-none" aria-label={t("palette.placeholder")} placeholder={t("palette.placeholder")} maxLength={200} />
        {busy ? <span className="spinner late" aria-hidden="true" /> : null}
      </div>
      <span className="sr-only" role="status">{busy ? t("palette.searching") : text.trim() ? t("palette.typing", { count }) : ""}</span>
      <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain p-2">
        {failed ? <p className="px-2 py-1.5 text-13 text-bad" role="alert">{t("palette.failed")}</p> : null}
        {count === 0 && !busy ? <p className="px-2 py-6 text-fg-2">{t("palette.empty")}</p> : null}
        <Autocomplete.List aria-label={t("palette.title")}>
          {shown.map(({ label, items }) => (
            <Autocomplete.Group key={label} items={items} className="mb-1">
              <Autocomplete.GroupLabel className="px-2 py-1.5 text-12 text-fg-3">{label}</Autocomplete.GroupLabel>
              {items.map((item) => (
                <Autocomplete.Item key={item.id} value={item} className="pop-item group/item" onClick={() => choose(item)}>
                  <span className="min-w-0 flex-1 truncate">{item.label}</span>
                  {item.hint ? <span className="min-w-0 truncate text-13 text-fg-3">{item.hint}</span> : null}
                  <CornerDownLeft size={14} strokeWidth={1.75} className="text-fg-3 opacity-0 group-data-[highlighted]/item:opacity-100" aria-hidden="true" />
                </Autocomplete.Item>
              ))}
            </Autocomplete.Group>
          ))}
        </Autocomplete.List>
      </div>
      <p className="border-t px-4 py-2 text-12 text-fg-3 max-sm:hidden">{t("palette.hint")}</p>
    </Autocomplete.Root>
  );
}
