"use client";
import { Plus, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#ui/kit/button.tsx";
import { TextField } from "#ui/kit/fields.client.tsx";
import { IconButton } from "#ui/kit/icon-button.client.tsx";
import { bonusProblem, bonusRows, bonusValue, type BonusRow } from "#ui/settings-admin/bonus-table.ts";
import { sameValue } from "#ui/settings-admin/setting-types.ts";

type Props = { label: string; value: unknown; onChange: (value: unknown) => void; disabled: boolean };

/** Bonus by the size of a top-up: one line for each step. What is half typed is kept here until it makes sense. */
export function BonusField({ label, value, onChange, disabled }: Props) {
  const t = useTranslations("settings-admin.bonus");
  const [typed, setTyped] = useState<readonly BonusRow[]>();
  // A value that came from elsewhere (discarded, restored) takes the place of what was typed.
  const rows = typed !== undefined && (bonusValue(typed) === undefined || sameValue(bonusRows(bonusValue(typed)), bonusRows(value))) ? typed : bonusRows(value);
  const change = (next: readonly BonusRow[]) => {
    setTyped(next);
    const table = bonusValue(next);
    if (table !== undefined) onChange(table);
  };
  const set = (index: number, row: Partial<BonusRow>) => change(rows.map((old, at) => (at === index ? { ...old, ...row } : old)));
  return (
    <div role="group" aria-label={label} className="flex flex-col gap-2">
      {rows.length === 0 ? <p className="text-fg-2">{t("none")}</p> : (
        <ul className="flex flex-col gap-2">
          {rows.map((row, index) => {
            const problem = bonusProblem(rows, index);
            const empty = row.from === "" && row.percent === "";
            return (
              <li key={index} className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_auto] items-start gap-2">
                <TextField label={t("from")} hideLabel={index > 0} inputMode="decimal" unit="USD" value={row.from} disabled={disabled} onChange={(event) => set(index, { from: event.target.value })} error={!empty && (problem === "amount" || problem === "twice") ? t(problem) : undefined} />
                <TextField label={t("percent")} hideLabel={index > 0} inputMode="decimal" unit="%" value={row.percent} disabled={disabled} onChange={(event) => set(index, { percent: event.target.value })} error={!empty && problem === "percent" ? t("badPercent") : undefined} />
                <span className={index === 0 ? "pt-6" : undefined}>{disabled ? null : <IconButton label={t("remove", { from: row.from })} onClick={() => change(rows.filter((_, at) => at !== index))}><X size={16} strokeWidth={1.75} aria-hidden="true" /></IconButton>}</span>
              </li>
            );
          })}
        </ul>
      )}
      {disabled ? null : <div><Button size="sm" onClick={() => change([...rows, { from: "", percent: "" }])}><Plus size={14} strokeWidth={1.75} aria-hidden="true" />{t("add")}</Button></div>}
    </div>
  );
}
