"use client";
import { Select as Base } from "@base-ui/react/select";
import { Check, ChevronsUpDown } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { cn } from "#ui/kit/cn.ts";
import { Field, type ControlProps, type FieldText } from "#ui/kit/field.client.tsx";
import { useHydrated } from "#ui/kit/use-hydrated.client.ts";

export type Option<V extends string = string> = Readonly<{ value: V; label: string; hint?: ReactNode; icon?: ReactNode; disabled?: boolean }>;

type SelectProps<V extends string> = {
  value: V | undefined;
  onChange: (value: V) => void;
  options: readonly Option<V>[];
  placeholder?: string;
  disabled?: boolean;
};

/** One of a list of up to some twenty; longer ones want `ComboboxField`. */
export function SelectField<V extends string>({ label, hint, error, optional, className, hideLabel = false, ...rest }: FieldText & SelectProps<V> & { hideLabel?: boolean }) {
  return (
    <Field label={label} hint={hint} error={error} hideLabel={hideLabel} {...(optional ? { optional } : {})} {...(className ? { className } : {})}>
      {(control) => <Select {...rest} control={control} />}
    </Field>
  );
}

/** The list without label; `control` ties it to one. */
export function Select<V extends string>({ value, onChange, options, placeholder, disabled = false, control, className }: SelectProps<V> & { control?: Partial<ControlProps> & { "aria-label"?: string }; className?: string }) {
  const t = useTranslations("kit");
  const hydrated = useHydrated();
  const chosen = options.find((option) => option.value === value);
  const face = (
    <>
      <span className="flex min-w-0 flex-1 items-center gap-2">
        {chosen?.icon}
        <span className={cn("truncate text-left", !chosen && "text-fg-3")}>{chosen?.label ?? placeholder ?? t("choose")}</span>
      </span>
      <ChevronsUpDown className="text-fg-3" size={14} strokeWidth={1.75} aria-hidden="true" />
    </>
  );
  const look = cn("field", className);
  if (!hydrated) return <button type="button" className={look} disabled={disabled} {...control}>{face}</button>;
  return (
    <Base.Root items={options} value={value ?? null} onValueChange={(next) => next !== null && onChange(next)} disabled={disabled} modal={false}>
      <Base.Trigger className={look} {...control}>{face}</Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} collisionPadding={8} alignItemWithTrigger={false} className="z-50">
          <Base.Popup className="pop pop-list">
            {options.map((option) => (
              <Base.Item key={option.value} value={option.value} disabled={option.disabled ?? false} className="pop-item">
                {option.icon}
                <span className="min-w-0 flex-1">
                  <Base.ItemText className="block truncate">{option.label}</Base.ItemText>
                  {option.hint ? <span className="block text-12 text-fg-3">{option.hint}</span> : null}
                </span>
                <Base.ItemIndicator><Check size={16} strokeWidth={1.75} aria-hidden="true" /></Base.ItemIndicator>
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
