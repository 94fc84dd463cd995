"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#ui/kit/button.tsx";
import { Field, type FieldText } from "#ui/kit/field.client.tsx";

type Props = FieldText & {
  value: string;
  onChange: (value: string) => void;
  /** What is stored already, masked (`sk-…7K3F`): it can be replaced and never be seen. */
  stored?: string;
  /** One secret a line. */
  multiple?: boolean;
  placeholder?: string;
  rows?: number;
};

/** Secrets that are pasted: kept from password managers and spell checkers, counted by line, never shown again. */
export function SecretField({ value, onChange, stored, multiple = false, placeholder, rows, ...text }: Props) {
  const t = useTranslations("kit");
  const [replacing, setReplacing] = useState(stored === undefined);
  const lines = value.split("\n").filter((line) => line.trim() !== "").length;
  // A file of JSON is one secret or several, whatever its lines.
  const isJson = /^\s*[[{]/.test(value);
  const hint = multiple && lines > 0 && !isJson ? t("secret.count", { count: lines }) : text.hint;
  return (
    <Field {...text} hint={hint}>
      {(control) => replacing ? (
        <span className={multiple ? "field field-area" : "field"}>
          {multiple ? (
            <textarea {...control} value={value} onChange={(event) => onChange(event.target.value)} rows={rows ?? 4} className="font-mono text-13" spellCheck={false} autoComplete="off" autoCapitalize="off" autoCorrect="off" data-1p-ignore="" placeholder={placeholder} />
          ) : (
            <input {...control} type="password" value={value} onChange={(event) => onChange(event.target.value)} className="font-mono text-13" spellCheck={false} autoComplete="off" data-1p-ignore="" placeholder={placeholder} />
          )}
        </span>
      ) : (
        <span className="field pr-0.5!">
          <input {...control} readOnly value={stored} className="font-mono text-13" />
          <Button size="sm" variant="ghost" onClick={() => setReplacing(true)}>{t("secret.replace")}</Button>
        </span>
      )}
    </Field>
  );
}
