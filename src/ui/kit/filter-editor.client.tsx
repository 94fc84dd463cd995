"use client";
import { Check } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useId, useState, type FormEvent } from "react";
import { parseMoneyInput } from "#ui/format/index.ts";
import { Button } from "#ui/kit/button.tsx";
import { cn } from "#ui/kit/cn.ts";
import { joinValues, parametersOf, splitValues, type FilterDef, type FilterOption, type FilterValues } from "#ui/kit/filter-types.ts";
import type { SetFilters } from "#ui/kit/use-filters.client.ts";

type Props = { filter: FilterDef; values: FilterValues; set: SetFilters; onDone: () => void };

/** The value of one filter: a list, a text, or two amounts. */
export function FilterEditor(props: Props) {
  if (props.filter.kind === "amount") return <AmountEditor {...props} />;
  if (props.filter.options || props.filter.search) return <OptionEditor {...props} />;
  return <TextEditor {...props} />;
}

const DEBOUNCE_MS = 150;
const SEARCH_FROM = 8;

/** Options of the server for what has been typed; the given ones until something is. */
function useOptions({ options, search }: FilterDef, text: string): readonly FilterOption[] {
  const [found, setFound] = useState<readonly FilterOption[]>();
  useEffect(() => {
    if (!search) return;
    const answer = { wanted: true };
    const timer = setTimeout(() => {
      search(text).then((results) => answer.wanted && setFound(results), () => answer.wanted && setFound([]));
    }, DEBOUNCE_MS);
    return () => {
      answer.wanted = false;
      clearTimeout(timer);
    };
  }, [search, text]);
  if (search) return found ?? options ?? [];
  const asked = text.trim().toLowerCase();
  return (options ?? []).filter(({ label, value }) => asked === "" || label.toLowerCase().includes(asked) || value.toLowerCase().includes(asked));
}

function OptionEditor({ filter, values, set, onDone }: Props) {
  const t = useTranslations("tables");
  const id = useId();
  const [text, setText] = useState("");
  const options = useOptions(filter, text);
  const multi = filter.kind === "multi";
  const chosen = splitValues(values[filter.key]);
  const choose = (value: string) => {
    if (!multi) {
      set({ [filter.key]: value });
      onDone();
      return;
    }
    set({ [filter.key]: joinValues(chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value]) }, "replace");
  };
  return (
    <div className="flex min-w-52 flex-col gap-2">
      {filter.search || (filter.options?.length ?? 0) > SEARCH_FROM ? (
        <input className="field h-8!" aria-label={t("filter.find", { label: filter.label })} aria-controls={id} placeholder={filter.placeholder ?? t("filter.findPlaceholder")} value={text} onChange={(event) => setText(event.target.value)} />
      ) : null}
      <ul id={id} className="-mx-2 max-h-72 overflow-y-auto overscroll-contain" aria-label={filter.label}>
        {options.map(({ value, label }) => {
          const on = chosen.includes(value);
          return (
            <li key={value}>
              {multi ? (
                <label className="pop-item hover:bg-muted"><input type="checkbox" className="check mt-0!" checked={on} onChange={() => choose(value)} /><span className="min-w-0 truncate">{label}</span></label>
              ) : (
                <button type="button" className="pop-item hover:bg-muted" aria-pressed={on} onClick={() => choose(value)}>
                  <span className="min-w-0 flex-1 truncate">{label}</span>
                  {on ? <Check size={16} strokeWidth={1.75} aria-hidden="true" /> : null}
                </button>
              )}
            </li>
          );
        })}
        {options.length === 0 ? <li className="px-2 py-1 text-13 text-fg-3">{t("filter.noOption")}</li> : null}
      </ul>
    </div>
  );
}

function TextEditor({ filter, values, set, onDone }: Props) {
  const t = useTranslations("tables");
  const [text, setText] = useState(values[filter.key] ?? "");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    set({ [filter.key]: text.trim() || null });
    onDone();
  };
  return (
    <form className="flex min-w-52 gap-2" onSubmit={submit}>
      <input className="field" aria-label={filter.label} placeholder={filter.placeholder} value={text} maxLength={200} onChange={(event) => setText(event.target.value)} />
      <Button type="submit" variant="primary">{t("apply")}</Button>
    </form>
  );
}

/** Amounts stay the text that was typed: the address reads `cost_gt=0.01`, and no digit is lost. */
function AmountEditor({ filter, values, set, onDone }: Props) {
  const t = useTranslations("tables");
  const error = useId();
  const names = parametersOf(filter);
  const [typed, setTyped] = useState(() => names.map((name) => values[name] ?? ""));
  const [tried, setTried] = useState(false);
  const wrong = typed.map((text) => text.trim() !== "" && typeof parseMoneyInput(text) !== "bigint");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (wrong.some(Boolean)) return;
    set(Object.fromEntries(names.map((name, i) => [name, typed[i]?.trim().replace(/[$,\s]/g, "") || null])));
    onDone();
  };
  return (
    <form className="flex min-w-52 flex-col gap-3" onSubmit={submit}>
      <div className="grid grid-cols-2 gap-2">
        {(["above", "below"] as const).map((side, i) => (
          <label key={side} className="min-w-0 text-12 text-fg-2">
            {t(`filter.${side}`)}
            <span className={cn("field mt-1 px-2! text-14 text-fg", tried && wrong[i] && "border-bad!")}>
              <span className="text-fg-3" aria-hidden="true">$</span>
              <input inputMode="decimal" className="w-full min-w-0 bg-transparent outline-none" aria-invalid={tried && wrong[i] ? true : undefined} aria-describedby={tried && wrong[i] ? error : undefined} value={typed[i]} onChange={(event) => setTyped(typed.map((text, at) => (at === i ? event.target.value : text)))} />
            </span>
          </label>
        ))}
      </div>
      {tried && wrong.some(Boolean) ? <p id={error} className="text-12 text-bad" role="alert">{t("filter.badAmount")}</p> : null}
      <Button type="submit" variant="primary" size="sm" className="self-end">{t("apply")}</Button>
    </form>
  );
}
