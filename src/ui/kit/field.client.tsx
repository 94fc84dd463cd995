"use client";
import { CircleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import { useId, type ReactNode } from "react";
import { cn } from "#ui/kit/cn.ts";

/** What every field takes: its name above, help below, and what is wrong. */
export type FieldText = { label: ReactNode; hint?: ReactNode; error?: string | undefined; optional?: boolean; className?: string };

/** What the control inside must carry, so that label, help and error are read with it. */
export type ControlProps = { id: string; "aria-describedby": string | undefined; "aria-invalid": true | undefined };

type Props = FieldText & { id?: string | undefined; children: (control: ControlProps) => ReactNode; hideLabel?: boolean };

/** The frame of one field. Required is the rule; what may be left out says so. */
export function Field({ id: given, label, hint, error, optional = false, className, hideLabel = false, children }: Props) {
  const t = useTranslations("kit");
  const made = useId();
  const id = given ?? made;
  const described = [error ? `${id}-error` : "", hint ? `${id}-hint` : ""].filter(Boolean).join(" ");
  return (
    <div className={cn("min-w-0", className)}>
      <label className={hideLabel ? "sr-only" : "label"} htmlFor={id}>
        {label}
        {optional ? <span className="ml-1 font-normal text-fg-3">{t("optional")}</span> : null}
      </label>
      {children({ id, "aria-describedby": described === "" ? undefined : described, "aria-invalid": error ? true : undefined })}
      {hint ? <p id={`${id}-hint`} className="hint mt-1">{hint}</p> : null}
      <FieldError id={`${id}-error`} text={error} />
    </div>
  );
}

export function FieldError({ id, text }: { id: string; text: string | undefined }) {
  return (
    <div aria-live="polite">
      {text ? (
        <p id={id} className="field-error mt-1">
          <CircleAlert className="mt-0.5" size={16} strokeWidth={1.75} aria-hidden="true" />
          <span>{text}</span>
        </p>
      ) : null}
    </div>
  );
}
