"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { paint } from "#ui/connect/paint.ts";
import { NumberField, SegmentedControl, TextArea, TextField } from "#ui/kit/fields.client.tsx";
import { SnippetTabs } from "#ui/kit/snippet-tabs.client.tsx";
import { NO_PARAMETERS, requestBody, requestCode, type Column, type Parameters } from "#ui/playground/conversation.ts";

type Props = { base: string; columns: readonly Column[]; parameters: Parameters; onChange: (parameters: Parameters) => void };

/** Beside the conversation: what goes with each request, and the request as code. */
export function PlaygroundPanel({ base, columns, parameters, onChange }: Props) {
  const t = useTranslations("playground");
  const [tab, setTab] = useState<"parameters" | "code">("parameters");
  return (
    <div className="card p-4 max-xl:border-0 max-xl:p-0">
      <SegmentedControl className="mb-4 w-full [&>label]:flex-1 [&>label]:justify-center" label={t("panel")} value={tab} onChange={setTab} options={[{ value: "parameters", label: t("parameters") }, { value: "code", label: t("code") }]} />
      {tab === "parameters" ? <Settings parameters={parameters} onChange={onChange} /> : <Code base={base} columns={columns} parameters={parameters} />}
    </div>
  );
}

const DECIMAL = /^(?:\d+(?:\.\d*)?|\.\d+)?$/;

function Settings({ parameters, onChange }: Pick<Props, "parameters" | "onChange">) {
  const t = useTranslations("playground");
  const [resets, setResets] = useState(0);
  const set = (part: Partial<Parameters>): void => onChange({ ...parameters, ...part });
  const changed = parameters.system !== "" || parameters.temperature !== undefined || parameters.topP !== undefined || parameters.maxTokens !== undefined;
  return (
    <div className="flex flex-col gap-4">
      <TextArea label={t("system")} rows={5} placeholder={t("systemExample")} value={parameters.system} onChange={(event) => set({ system: event.target.value })} />
      <div className="grid grid-cols-2 gap-3" key={resets}>
        <DecimalField label={t("temperature")} max={2} value={parameters.temperature} onChange={(temperature) => set({ temperature })} />
        <DecimalField label={t("topP")} max={1} value={parameters.topP} onChange={(topP) => set({ topP })} />
      </div>
      <NumberField label={t("maxTokens")} optional min={1} max={1_000_000} value={parameters.maxTokens} onChange={(maxTokens) => set({ maxTokens })} />
      <p className="hint">
        {t("leftToModel")}{" "}
        {changed ? (
          <button
            type="button" className="link"
            onClick={() => {
              onChange(NO_PARAMETERS);
              setResets(resets + 1);
            }}
          >
            {t("reset")}
          </button>
        ) : null}
      </p>
    </div>
  );
}

function DecimalField({ label, max, value, onChange }: { label: string; max: number; value: number | undefined; onChange: (value: number | undefined) => void }) {
  const t = useTranslations("playground");
  const [text, setText] = useState(value === undefined ? "" : String(value));
  const number = text === "" ? undefined : Number(text);
  const bad = !DECIMAL.test(text) || (number !== undefined && number > max);
  return (
    <TextField
      label={label} inputMode="decimal" value={text} placeholder={`0–${max}`} error={bad ? t("between", { max }) : undefined}
      onChange={(event) => {
        const next = event.target.value.trim();
        setText(next);
        onChange(next !== "" && DECIMAL.test(next) && Number(next) <= max ? Number(next) : undefined);
      }}
    />
  );
}

/** Exactly this request, to run elsewhere; of two models, of the one that is picked. */
function Code({ base, columns, parameters }: Pick<Props, "base" | "columns" | "parameters">) {
  const t = useTranslations("playground");
  const [picked, setPicked] = useState("a");
  const column = columns.find(({ id }) => id === picked) ?? columns[0];
  if (!column) return null;
  const turns = column.turns.some(({ role }) => role === "user") ? column.turns : [{ role: "user" as const, text: t("example") }];
  const last = turns.findLastIndex(({ role }) => role === "user");
  const body = requestBody(column.model, turns.slice(0, last + 1), parameters);
  return (
    <div className="flex flex-col gap-3">
      {columns.length > 1 ? <SegmentedControl className="[&>label]:min-w-0" label={t("model")} value={column.id} onChange={setPicked} options={columns.map(({ id, model }) => ({ value: id, label: <span className="truncate">{model}</span> }))} /> : null}
      <SnippetTabs label={t("code")} snippets={requestCode(base, body).map(({ name, code }) => ({ name, parts: paint(code) }))} />
      <p className="hint">{t("codeHint")}</p>
    </div>
  );
}
