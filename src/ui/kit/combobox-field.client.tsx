"use client";
import { Combobox as Base } from "@base-ui/react/combobox";
import { Check, ChevronsUpDown, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useMemo, useRef, useState } from "react";
import { cn } from "#ui/kit/cn.ts";
import { Field, type ControlProps, type FieldText } from "#ui/kit/field.client.tsx";
import type { Option } from "#ui/kit/select-field.client.tsx";
import { useHydrated } from "#ui/kit/use-hydrated.client.ts";

type One = { multiple?: false; value: string | undefined; onChange: (value: string | undefined) => void };
type Many = { multiple: true; value: readonly string[]; onChange: (value: string[]) => void };
type Source = {
  /** All there are, searched in the browser (up to some 200). */
  options?: readonly Option[];
  /** Asked with what was typed, where there are more; options of chosen values may be given in `options`. */
  search?: (query: string) => Promise<readonly Option[]>;
  /** What was typed as a choice of its own, where it is one though it stands in no list. */
  typed?: (query: string) => Option | undefined;
};
type Props = FieldText & Source & (One | Many) & { placeholder?: string; disabled?: boolean };

const SEARCH_DELAY_MS = 150;

/** One or several of a long list, found by typing. */
export function ComboboxField(props: Props) {
  const { label, hint, error, optional, className } = props;
  const hydrated = useHydrated();
  return (
    <Field label={label} hint={hint} error={error} {...(optional ? { optional } : {})} {...(className ? { className } : {})}>
      {(control) => hydrated
        ? <Live {...props} control={control} />
        : <span className="field"><input {...control} placeholder={props.placeholder} readOnly /></span>}
    </Field>
  );
}

function Live(props: Props & { control: ControlProps }) {
  const { options = [], search, typed, placeholder, disabled = false, control } = props;
  const t = useTranslations("kit");
  const [query, setQuery] = useState("");
  const { found, busy } = useSearch(query, search);
  const listed = search ? found : options;
  const own = typed?.(query.trim());
  const items = own && !listed.some(({ value }) => value === own.value) ? [...listed, own] : listed;
  const known = useKnown([...options, ...items]);
  const option = (value: string): Option => known.get(value) ?? { value, label: value };
  const shared = {
    items, disabled,
    itemToStringLabel: (item: Option) => item.label,
    isItemEqualToValue: (a: Option, b: Option) => a.value === b.value,
    onInputValueChange: setQuery,
    ...(search ? { filter: null } : {}),
  };
  const popup = (
    <Base.Portal>
      <Base.Positioner sideOffset={4} collisionPadding={8} className="z-50">
        <Base.Popup className="pop pop-list" aria-busy={busy || undefined}>
          <Base.Empty><p className="px-2 py-2 text-13 text-fg-3 empty:hidden">{busy ? t("searching") : t("noneFound")}</p></Base.Empty>
          <Base.List>
            {(item: Option) => (
              <Base.Item key={item.value} value={item} disabled={item.disabled ?? false} className="pop-item">
                {item.icon}
                <span className="min-w-0 flex-1">
                  <span className="block truncate">{item.label}</span>
                  {item.hint ? <span className="block text-12 text-fg-3">{item.hint}</span> : null}
                </span>
                <Base.ItemIndicator><Check size={16} strokeWidth={1.75} aria-hidden="true" /></Base.ItemIndicator>
              </Base.Item>
            )}
          </Base.List>
        </Base.Popup>
      </Base.Positioner>
    </Base.Portal>
  );
  const arrow = <Base.Trigger className="flex-none text-fg-3" aria-label={t("open")}><ChevronsUpDown size={14} strokeWidth={1.75} aria-hidden="true" /></Base.Trigger>;
  if (props.multiple) {
    return (
      <Base.Root {...shared} multiple value={props.value.map(option)} onValueChange={(next) => props.onChange(next.map(({ value }) => value))}>
        <Base.Chips className="field field-tags">
          {props.value.map((value) => (
            <Base.Chip key={value} className="badge max-w-full pr-0.5!">
              <span className="truncate">{option(value).label}</span>
              <Base.ChipRemove className="grid size-5 place-items-center rounded-full" aria-label={t("remove", { name: option(value).label })}><X size={12} strokeWidth={2} aria-hidden="true" /></Base.ChipRemove>
            </Base.Chip>
          ))}
          <Base.Input {...control} placeholder={props.value.length === 0 ? placeholder : undefined} className="h-6! min-w-24 px-1" />
          {arrow}
        </Base.Chips>
        {popup}
      </Base.Root>
    );
  }
  return (
    <Base.Root {...shared} value={props.value === undefined ? null : option(props.value)} onValueChange={(next) => props.onChange(next?.value)}>
      <Base.InputGroup className="field">
        <Base.Input {...control} placeholder={placeholder} className={cn("min-w-0 flex-1")} />
        {props.optional ? <Base.Clear className="flex-none text-fg-3" aria-label={t("clear")}><X size={14} strokeWidth={1.75} aria-hidden="true" /></Base.Clear> : null}
        {arrow}
      </Base.InputGroup>
      {popup}
    </Base.Root>
  );
}

/** Labels of values that were seen once: a chosen one keeps its name when the next search does not find it. */
function useKnown(seen: readonly Option[]): ReadonlyMap<string, Option> {
  const known = useRef(new Map<string, Option>());
  return useMemo(() => {
    for (const option of seen) known.current.set(option.value, option);
    return new Map(known.current);
  }, [seen]);
}

/** Asks when the typing rests; an answer that was overtaken is dropped. */
function useSearch(query: string, search: Source["search"]): { found: readonly Option[]; busy: boolean } {
  const [state, setState] = useState<{ found: readonly Option[]; busy: boolean }>({ found: [], busy: false });
  const asked = useRef(search);
  asked.current = search;
  const searches = search !== undefined;
  useEffect(() => {
    if (!searches) return undefined;
    let overtaken = false;
    setState(({ found }) => ({ found, busy: true }));
    const timer = setTimeout(() => {
      asked.current?.(query).then(
        (found) => overtaken || setState({ found, busy: false }),
        () => overtaken || setState({ found: [], busy: false }),
      );
    }, SEARCH_DELAY_MS);
    return () => {
      overtaken = true;
      clearTimeout(timer);
    };
  }, [query, searches]);
  return state;
}
