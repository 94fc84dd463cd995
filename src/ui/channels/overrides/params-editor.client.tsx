"use client";
import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { COMPARISONS, emptyParam, FIELDS_OF, OPS, paramOf, paramRow, type ConditionDraft, type ParamRow } from "#ui/channels/overrides/draft.ts";
import { Button } from "#ui/kit/button.tsx";
import { SegmentedControl, SelectField, TextArea, TextField } from "#ui/kit/fields.client.tsx";
import { IconButton } from "#ui/kit/icon-button.client.tsx";
import type { ParamOp } from "#channels/override-fields.ts";

type Props = { rows: readonly ParamRow[]; problems: readonly string[]; readOnly: boolean; onChange: (rows: readonly ParamRow[]) => void };

const nextId = (rows: readonly { id: number }[]): number => Math.max(-1, ...rows.map(({ id }) => id)) + 1;

/** The changes of a request, in the order in which they are made: as a list, or as the JSON that is stored. */
export function ParamsEditor({ rows, problems, readOnly, onChange }: Props) {
  const t = useTranslations("channels.overrides.params");
  const [view, setView] = useState<"list" | "json">("list");
  const move = (index: number, by: number): void => {
    const moved = [...rows];
    moved.splice(index + by, 0, ...moved.splice(index, 1));
    onChange(moved);
  };
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="hint max-w-[88ch]">{t("hint")}</p>
        <SegmentedControl label={t("view")} value={view} onChange={setView} options={[{ value: "list", label: t("list") }, { value: "json", label: t("json") }]} />
      </div>
      {view === "json" ? <JsonEditor rows={rows} readOnly={readOnly} onChange={onChange} /> : (
        <>
          {rows.length === 0 ? <p className="rounded-control border border-dashed px-4 py-6 text-center text-14 text-fg-2">{t("none")}</p> : (
            <ol className="flex flex-col divide-y rounded-control border">
              {rows.map((row, index) => (
                // On a phone the number and the row's buttons are a line of their own, so that the fields have the whole width.
                <li key={row.id} className="flex min-w-0 flex-wrap gap-x-3 gap-y-2 p-3 sm:flex-nowrap">
                  <span className="nums shrink-0 pt-1.5 text-13 text-fg-3 max-sm:grow sm:w-5 sm:text-right" aria-hidden="true"><span className="sm:hidden">{t("row", { number: index + 1 })}</span><span className="max-sm:hidden">{index + 1}</span></span>
                  <div className="flex min-w-0 grow flex-col gap-3 max-sm:order-last max-sm:basis-full" role="group" aria-label={t("row", { number: index + 1 })}>
                    <Change row={row} bad={problems.filter((path) => path.startsWith(`params.${index}.`) || path === `params.${index}`)} onChange={(changed) => onChange(rows.map((other) => (other.id === row.id ? changed : other)))} />
                  </div>
                  {readOnly ? null : (
                    <div className="flex shrink-0 sm:flex-col">
                      <IconButton label={t("up", { number: index + 1 })} disabled={index === 0} onClick={() => move(index, -1)}><ArrowUp size={16} strokeWidth={1.75} /></IconButton>
                      <IconButton label={t("down", { number: index + 1 })} disabled={index === rows.length - 1} onClick={() => move(index, 1)}><ArrowDown size={16} strokeWidth={1.75} /></IconButton>
                      <IconButton label={t("remove", { number: index + 1 })} onClick={() => onChange(rows.filter(({ id }) => id !== row.id))}><Trash2 size={16} strokeWidth={1.75} /></IconButton>
                    </div>
                  )}
                </li>
              ))}
            </ol>
          )}
          {readOnly ? null : <div><Button size="sm" onClick={() => onChange([...rows, emptyParam(nextId(rows))])}><Plus size={16} strokeWidth={1.75} aria-hidden="true" />{t("add")}</Button></div>}
        </>
      )}
    </div>
  );
}

const LONG = new Set(["message"]);

function Change({ row, bad, onChange }: { row: ParamRow; bad: readonly string[]; onChange: (row: ParamRow) => void }) {
  const t = useTranslations("channels.overrides.params");
  const wrong = (field: string): string | undefined => (bad.some((path) => path.split(".")[2] === (field === "by" ? "with" : field)) ? t(`wrong.${field}` as "wrong.path") : undefined);
  return (
    <>
      <div className="grid grid-cols-2 gap-3 max-sm:items-end xl:grid-cols-4">
        <SelectField label={t("op")} value={row.op} onChange={(op) => onChange({ ...row, op })} options={OPS.map((value) => ({ value, label: t(`ops.${value}`) }))} />
        {FIELDS_OF[row.op].map((field) => (
          <TextField key={field} label={t(`fields.${field}`)} mono={!LONG.has(field)} hideLabel={false} value={row[field]} placeholder={PLACEHOLDER[field]} error={wrong(field)} spellCheck={false} autoCapitalize="off"
            className={field === "message" ? "max-sm:col-span-2 xl:col-span-3" : field === "value" ? "col-span-2" : undefined} onChange={(event) => onChange({ ...row, [field]: event.target.value })} />
        ))}
      </div>
      <When when={row.when} wrong={bad.some((path) => path.split(".")[2] === "when")} onChange={(when) => onChange({ ...row, when })} />
    </>
  );
}

const PLACEHOLDER: Readonly<Record<string, string>> = { path: "/temperature", to: "/random_seed", value: "0.7", min: "0", max: "1" };

function When({ when, wrong, onChange }: { when: ConditionDraft; wrong: boolean; onChange: (when: ConditionDraft) => void }) {
  const t = useTranslations("channels.overrides.params");
  const kinds = (["none", "one", "json"] as const).map((value) => ({ value, label: t(`when.${value}`) }));
  const start = (kind: ConditionDraft["kind"]): ConditionDraft =>
    kind === "none" ? { kind } : kind === "one" ? { kind, field: "model", is: "prefix", value: "" } : { kind, text: '{ "all": [\n  { "field": "/stream", "is": "eq", "value": true },\n  { "field": "group", "is": "eq", "value": "default" }\n] }' };
  return (
    <div className="grid grid-cols-2 gap-3 max-sm:items-end xl:grid-cols-4">
      <SelectField label={t("when.label")} value={when.kind} onChange={(kind) => onChange(start(kind))} options={kinds} />
      {when.kind === "one" ? (
        <>
          <TextField label={t("when.field")} mono value={when.field} placeholder="model" spellCheck={false} autoCapitalize="off" error={wrong ? t("wrong.when") : undefined} onChange={(event) => onChange({ ...when, field: event.target.value })} />
          <SelectField label={t("when.is")} value={when.is} onChange={(is) => onChange({ ...when, is })} options={COMPARISONS.map((value) => ({ value, label: t(`comparisons.${value}`) }))} />
          {when.is === "exists"
            ? <SelectField label={t("when.value")} value={when.value === "false" ? "false" : "true"} onChange={(value) => onChange({ ...when, value })} options={[{ value: "true", label: t("when.yes") }, { value: "false", label: t("when.no") }]} />
            : <TextField label={t("when.value")} mono value={when.value} spellCheck={false} autoCapitalize="off" onChange={(event) => onChange({ ...when, value: event.target.value })} />}
        </>
      ) : null}
      {when.kind === "json" ? <TextArea label={t("when.json")} mono rows={4} className="col-span-2 xl:col-span-3" value={when.text} spellCheck={false} error={wrong ? t("wrong.when") : undefined} onChange={(event) => onChange({ ...when, text: event.target.value })} /> : null}
    </div>
  );
}

/** What is stored, to be read, copied and pasted whole. */
function JsonEditor({ rows, readOnly, onChange }: { rows: readonly ParamRow[]; readOnly: boolean; onChange: (rows: readonly ParamRow[]) => void }) {
  const t = useTranslations("channels.overrides.params");
  const [typed, setTyped] = useState<string>();
  const text = typed ?? JSON.stringify(rows.map(paramOf), null, 2);
  const type = (next: string): void => {
    const read = readOps(next);
    setTyped(next);
    if (read) onChange(read.map(paramRow));
  };
  return <TextArea label={t("jsonLabel")} mono rows={12} readOnly={readOnly} spellCheck={false} value={text} error={readOps(text) ? undefined : t("jsonBad")} onChange={(event) => type(event.target.value)} />;
}

function readOps(text: string): readonly ParamOp[] | undefined {
  try {
    const read: unknown = JSON.parse(text);
    const known = Array.isArray(read) && read.every((op: unknown) => typeof op === "object" && op !== null && (OPS as readonly unknown[]).includes((op as { op?: unknown }).op));
    return known ? (read as readonly ParamOp[]) : undefined;
  } catch {
    return undefined;
  }
}
