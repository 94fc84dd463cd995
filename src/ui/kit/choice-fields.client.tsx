"use client";
import { useEffect, useId, useRef, type ComponentPropsWithRef, type ReactNode } from "react";
import { cn } from "#ui/kit/cn.ts";
import { FieldError } from "#ui/kit/field.client.tsx";

type BoxProps = Omit<ComponentPropsWithRef<"input">, "type" | "value" | "onChange"> & {
  label: ReactNode;
  hint?: ReactNode;
  error?: string | undefined;
  checked?: boolean;
  onChange?: (checked: boolean) => void;
};

function Box({ label, hint, error, onChange, className, look, id: given, ...rest }: BoxProps & { look: string; role?: string }) {
  const made = useId();
  const id = given ?? made;
  const described = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ");
  return (
    <div className={className}>
      <label className="choice" htmlFor={id}>
        <input id={id} type="checkbox" className={look} aria-describedby={described === "" ? undefined : described} aria-invalid={error ? true : undefined} {...(onChange ? { onChange: (event) => onChange(event.target.checked) } : {})} {...rest} />
        <span className="min-w-0">{label}</span>
      </label>
      {hint ? <p id={`${id}-hint`} className={cn("hint", look === "switch" ? "ml-[38px]" : "ml-[26px]")}>{hint}</p> : null}
      <FieldError id={`${id}-error`} text={error} />
    </div>
  );
}

/** Yes or no inside a form. */
export function CheckboxField(props: BoxProps) {
  return <Box look="check" {...props} />;
}

/** Yes or no that acts at once. */
export function SwitchField(props: BoxProps) {
  return <Box look="switch" role="switch" {...props} />;
}

/** A bare tick box, for rows of a table. `mixed` shows that some of what it stands for is ticked. */
export function Checkbox({ label, checked, mixed = false, onChange, ...rest }: Omit<ComponentPropsWithRef<"input">, "type" | "onChange" | "ref"> & { label: string; checked: boolean; mixed?: boolean; onChange: (checked: boolean) => void }) {
  const ref = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (ref.current) ref.current.indeterminate = mixed;
  }, [mixed]);
  return <input ref={ref} type="checkbox" className="check mt-0!" aria-label={label} checked={checked} onChange={(event) => onChange(event.target.checked)} {...rest} />;
}

export type Choice<V extends string = string> = Readonly<{ value: V; label: ReactNode; hint?: ReactNode; disabled?: boolean }>;
type ChoicesProps<V extends string> = { label: ReactNode; value: V | undefined; onChange: (value: V) => void; options: readonly Choice<V>[]; className?: string };

/** One of a few, each with a sentence of its own. */
export function RadioCards<V extends string>({ label, value, onChange, options, className, error, columns = 1 }: ChoicesProps<V> & { error?: string; columns?: 1 | 2 | 3 }) {
  const name = useId();
  return (
    <fieldset className="min-w-0" aria-describedby={error ? `${name}-error` : undefined}>
      <legend className="label">{label}</legend>
      <div className={cn("grid gap-2", columns === 2 && "sm:grid-cols-2", columns === 3 && "sm:grid-cols-3", className)}>
        {options.map((option) => (
          <label key={option.value} className="radio-card">
            <input type="radio" className="check" name={name} value={option.value} checked={option.value === value} disabled={option.disabled} onChange={() => onChange(option.value)} />
            <span className="min-w-0">
              <span className="block font-medium">{option.label}</span>
              {option.hint ? <span className="block text-13 text-fg-2">{option.hint}</span> : null}
            </span>
          </label>
        ))}
      </div>
      <FieldError id={`${name}-error`} text={error} />
    </fieldset>
  );
}

/** One of a few short words, side by side; the label is read aloud only. */
export function SegmentedControl<V extends string>({ label, value, onChange, options, className }: ChoicesProps<V>) {
  const name = useId();
  return (
    <fieldset className={cn("seg max-w-full overflow-x-auto", className)}>
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <label key={option.value}>
          <input type="radio" className="sr-only" name={name} value={option.value} checked={option.value === value} disabled={option.disabled} onChange={() => onChange(option.value)} />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}
