"use client";
import type { ComponentPropsWithRef, ReactNode } from "react";
import { cn } from "#ui/kit/cn.ts";
import { Field, type FieldText } from "#ui/kit/field.client.tsx";

type TextFieldProps = Omit<ComponentPropsWithRef<"input">, "className"> & FieldText & {
  /** Inside the box, after the text: `ms`, `requests/min`. */
  unit?: ReactNode;
  /** Inside the box, before it: `$`. */
  prefix?: ReactNode;
  mono?: boolean;
  hideLabel?: boolean;
};

/** One line of text. Native underneath, so `{...register("name")}` of react-hook-form fits. */
export function TextField({ label, hint, error, optional, className, unit, prefix, mono, hideLabel, id, type = "text", ...rest }: TextFieldProps) {
  return (
    <Field {...{ label, hint, error, id }} {...(optional ? { optional } : {})} {...(className ? { className } : {})} {...(hideLabel ? { hideLabel } : {})}>
      {(control) => (
        <span className="field">
          {prefix ? <span className="text-fg-3">{prefix}</span> : null}
          <input type={type} className={cn(mono && "font-mono text-13")} {...rest} {...control} />
          {unit ? <span className="flex-none text-13 text-fg-3">{unit}</span> : null}
        </span>
      )}
    </Field>
  );
}

type TextAreaProps = Omit<ComponentPropsWithRef<"textarea">, "className"> & FieldText & { mono?: boolean };

/** Several lines of text. */
export function TextArea({ label, hint, error, optional, className, mono, id, rows = 4, ...rest }: TextAreaProps) {
  return (
    <Field {...{ label, hint, error, id }} {...(optional ? { optional } : {})} {...(className ? { className } : {})}>
      {(control) => (
        <span className="field field-area">
          <textarea rows={rows} className={cn(mono && "font-mono text-13")} {...rest} {...control} />
        </span>
      )}
    </Field>
  );
}
