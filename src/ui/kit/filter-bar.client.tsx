"use client";
import { Filter, Plus, Search, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useCallback, useEffect, useRef, useState } from "react";
import { Button } from "#ui/kit/button.tsx";
import { DateRangePicker } from "#ui/kit/date-range.client.tsx";
import { Drawer } from "#ui/kit/drawer.client.tsx";
import { FilterEditor } from "#ui/kit/filter-editor.client.tsx";
import { isSet, parametersOf, SEARCH_KEY, valueText, type FilterBarProps, type FilterDef, type FilterValues } from "#ui/kit/filter-types.ts";
import { Popover } from "#ui/kit/popover.client.tsx";
import { useFilters, type SetFilters } from "#ui/kit/use-filters.client.ts";

export type { FilterDef, FilterOption, FilterValues } from "#ui/kit/filter-types.ts";
export { useFilterValues } from "#ui/kit/use-filters.client.ts";

/** Filters as chips that stand in the address: what is filtered is always to be seen, and the address can be sent to a colleague. */
export function FilterBar({ filters, search, actions }: FilterBarProps) {
  const t = useTranslations("tables");
  const { values, set, clear } = useFilters(filters);
  const ranges = filters.filter(({ kind }) => kind === "date-range");
  const others = filters.filter(({ kind }) => kind !== "date-range");
  const active = others.filter((filter) => isSet(filter, values));
  const bar = useRef<HTMLDivElement>(null);
  // The button that takes a filter away goes with it: the focus stays in the bar and is not lost to the page's beginning.
  const taken = (take: () => void) => () => {
    bar.current?.focus();
    take();
  };
  const any = active.length > 0 || Boolean(values[SEARCH_KEY]);
  return (
    <div ref={bar} tabIndex={-1} className="flex flex-wrap items-center gap-2 outline-none" role="search" aria-label={t("filter.bar")}>
      {search ? <SearchBox placeholder={search.placeholder} value={values[SEARCH_KEY] ?? ""} set={set} /> : null}
      {ranges.map(({ key, fallback }) => <DateRangePicker key={key} from={values["from"]} to={values["to"]} {...(fallback && { fallback })} onChange={(change) => set(change)} />)}
      {others.length > 0 ? <FilterSheet filters={others} count={active.length} values={values} set={set} clear={clear} /> : null}
      <div className="contents max-md:hidden">
        {active.map((filter) => <FilterChip key={filter.key} filter={filter} values={values} set={set} onRemove={taken(() => set(cleared(filter)))} />)}
        {others.length > active.length ? <AddFilter filters={others.filter((filter) => !isSet(filter, values))} values={values} set={set} /> : null}
      </div>
      {any ? <button type="button" className="px-1 text-13 text-fg-2 hover:text-fg" onClick={taken(clear)}>{t("filter.clear")}</button> : null}
      {actions ? <div className="ml-auto flex flex-wrap items-center gap-2 max-sm:ml-0">{actions}</div> : null}
    </div>
  );
}

const WAIT_MS = 300;
const LEAST = 3;
const EDITABLE = "input, textarea, select, [contenteditable=true]";

/** Ids and words; searched from the third character on, or at once by Enter. `/` leads here. */
function SearchBox({ placeholder, value, set }: { placeholder: string; value: string; set: SetFilters }) {
  const t = useTranslations("tables");
  const [text, setText] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  const typed = useRef(false);
  const written = useRef(value);
  const write = useCallback((next: string) => {
    written.current = next.trim();
    set({ [SEARCH_KEY]: written.current || null }, "replace");
  }, [set]);
  // What comes from elsewhere, as by "clear" or the way back, is shown; one's own words are not, since more may have been typed.
  useEffect(() => {
    if (value === written.current) return;
    written.current = value;
    typed.current = false;
    setText(value);
  }, [value]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || (event.target instanceof Element && event.target.closest(EDITABLE))) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  useEffect(() => {
    if (!typed.current || (text.trim().length < LEAST && text.trim() !== "")) return;
    const timer = setTimeout(() => write(text), WAIT_MS);
    return () => clearTimeout(timer);
  }, [text, write]);
  return (
    <div className="field field-quiet w-64! max-sm:w-auto! max-sm:flex-1 max-sm:basis-60">
      <Search size={16} strokeWidth={1.75} className="text-fg-3" aria-hidden="true" />
      <input
        ref={input} type="search" className="w-full min-w-0 bg-transparent outline-none [&::-webkit-search-cancel-button]:hidden" aria-label={placeholder} placeholder={placeholder} value={text} maxLength={200}
        onChange={(event) => {
          typed.current = true;
          setText(event.target.value);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") write(text);
          else if (event.key === "Escape" && text !== "") {
            typed.current = true;
            setText("");
          }
        }}
      />
      {text ? <button type="button" className="grid size-6 place-items-center text-fg-3 hover:text-fg" aria-label={t("filter.clearSearch")} onClick={() => {
        setText("");
        write("");
        input.current?.focus();
      }}><X size={14} strokeWidth={1.75} aria-hidden="true" /></button> : null}
    </div>
  );
}

const cleared = (filter: FilterDef): Record<string, null> => Object.fromEntries(parametersOf(filter).map((name) => [name, null]));

function FilterChip({ filter, values, set, onRemove }: { filter: FilterDef; values: FilterValues; set: SetFilters; onRemove: () => void }) {
  const t = useTranslations("tables");
  const [open, setOpen] = useState(false);
  const text = valueText(filter, values);
  return (
    <span className="chip chip-on max-w-80 gap-0! pr-1!">
      <Popover open={open} onOpenChange={setOpen} title={filter.label} trigger={<button type="button" className="min-w-0 truncate" title={text}>{t("filter.chip", { label: filter.label, value: text })}</button>}>
        <FilterEditor filter={filter} values={values} set={set} onDone={() => setOpen(false)} />
      </Popover>
      <button type="button" className="grid size-6 place-items-center rounded-full hover:bg-muted" aria-label={t("filter.remove", { label: filter.label })} onClick={onRemove}>
        <X size={14} strokeWidth={1.75} aria-hidden="true" />
      </button>
    </span>
  );
}

/** Which filter, then its value, in one panel. */
function AddFilter({ filters, values, set }: { filters: readonly FilterDef[]; values: FilterValues; set: SetFilters }) {
  const t = useTranslations("tables");
  const [open, setOpen] = useState(false);
  const [picked, setPicked] = useState<FilterDef>();
  const change = (next: boolean) => {
    setOpen(next);
    if (next) setPicked(undefined);
  };
  const trigger = <button type="button" className="chip border-dashed! hover:bg-muted"><Plus size={16} strokeWidth={1.75} aria-hidden="true" />{t("filter.add")}</button>;
  return (
    <Popover trigger={trigger} open={open} onOpenChange={change} title={picked?.label ?? t("filter.choose")}>
      {picked ? <FilterEditor filter={picked} values={values} set={set} onDone={() => change(false)} /> : (
        <ul className="-mx-2 -mb-2 min-w-44" aria-label={t("filter.choose")}>
          {filters.map((filter) => <li key={filter.key}><button type="button" className="pop-item hover:bg-muted" onClick={() => setPicked(filter)}>{filter.label}</button></li>)}
        </ul>
      )}
    </Popover>
  );
}

/** On a phone all filters stand in one sheet. */
function FilterSheet({ filters, count, values, set, clear }: { filters: readonly FilterDef[]; count: number; values: FilterValues; set: SetFilters; clear: () => void }) {
  const t = useTranslations("tables");
  const [open, setOpen] = useState(false);
  const footer = (
    <>
      <Button onClick={clear}>{t("filter.clear")}</Button>
      <Button variant="primary" onClick={() => setOpen(false)}>{t("filter.show")}</Button>
    </>
  );
  return (
    <>
      <button type="button" className="chip hover:bg-muted md:hidden" onClick={() => setOpen(true)}>
        <Filter size={16} strokeWidth={1.75} aria-hidden="true" />
        {t("filter.sheet", { count })}
      </button>
      <Drawer open={open} onOpenChange={setOpen} title={t("filter.title")} footer={footer}>
        <div className="flex flex-col gap-6">
          {filters.map((filter) => (
            <fieldset key={`${filter.key} ${valueText(filter, filter.kind === "multi" ? {} : values)}`} className="min-w-0">
              <legend className="label flex w-full justify-between">
                {filter.label}
                {isSet(filter, values) ? <button type="button" className="text-13 font-normal text-fg-2" onClick={() => set(cleared(filter), "replace")}>{t("filter.reset")}</button> : null}
              </legend>
              <FilterEditor filter={filter} values={values} set={set} onDone={() => undefined} />
            </fieldset>
          ))}
        </div>
      </Drawer>
    </>
  );
}
