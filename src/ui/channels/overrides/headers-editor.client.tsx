"use client";
import { Plus, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { emptyHeader, type HeaderRow } from "#ui/channels/overrides/draft.ts";
import { Button } from "#ui/kit/button.tsx";
import { SelectField, TextField } from "#ui/kit/fields.client.tsx";
import { IconButton } from "#ui/kit/icon-button.client.tsx";

type Props = { rows: readonly HeaderRow[]; problems: readonly string[]; readOnly: boolean; onChange: (rows: readonly HeaderRow[]) => void };

/** Headers that are set or taken away on the way to the vendor. */
export function HeadersEditor({ rows, problems, readOnly, onChange }: Props) {
  const t = useTranslations("channels.overrides.headers");
  const set = (id: number, change: Partial<HeaderRow>): void => onChange(rows.map((row) => (row.id === id ? { ...row, ...change } : row)));
  return (
    <div className="flex flex-col gap-3">
      <p className="hint max-w-[88ch]">{t.rich("hint", { code: (text) => <code className="text-12">{text}</code>, key: "{api_key}", request: "{request_id}", client: "{client:x-title}" })}</p>
      {rows.length === 0 ? null : (
        <ul className="flex flex-col divide-y rounded-control border">
          {rows.map((row, index) => {
            const bad = (field: string): string | undefined => (problems.some((path) => path === `headers.${index}.${field}`) ? t(`wrong.${field}` as "wrong.name") : undefined);
            return (
              <li key={row.id} className="flex min-w-0 items-start gap-3 p-3">
                <div className="grid min-w-0 grow grid-cols-[96px_minmax(0,1fr)] gap-3 sm:grid-cols-[140px_minmax(0,1fr)_minmax(0,2fr)]" role="group" aria-label={t("row", { number: index + 1 })}>
                  <SelectField label={t("op")} value={row.op} onChange={(op) => set(row.id, { op })} options={(["set", "remove"] as const).map((value) => ({ value, label: t(`ops.${value}`) }))} />
                  <TextField label={t("name")} mono value={row.name} placeholder="x-organization" spellCheck={false} autoCapitalize="off" error={bad("name")} onChange={(event) => set(row.id, { name: event.target.value })} />
                  {row.op === "set" ? <TextField label={t("value")} mono className="max-sm:col-span-2" value={row.value} spellCheck={false} autoCapitalize="off" error={bad("value")} onChange={(event) => set(row.id, { value: event.target.value })} /> : null}
                </div>
                {readOnly ? null : <IconButton label={t("remove", { number: index + 1 })} onClick={() => onChange(rows.filter(({ id }) => id !== row.id))}><Trash2 size={16} strokeWidth={1.75} /></IconButton>}
              </li>
            );
          })}
        </ul>
      )}
      {readOnly ? null : <div><Button size="sm" onClick={() => onChange([...rows, emptyHeader(Math.max(-1, ...rows.map(({ id }) => id)) + 1)])}><Plus size={16} strokeWidth={1.75} aria-hidden="true" />{t("add")}</Button></div>}
    </div>
  );
}
