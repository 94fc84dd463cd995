"use client";
import { Lock } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Badge } from "#ui/kit/badge.tsx";
import { CopyButton } from "#ui/kit/copy-button.client.tsx";
import { Time } from "#ui/kit/time.tsx";
import { HistoryDialog } from "#ui/settings-admin/history-dialog.client.tsx";
import { SettingField } from "#ui/settings-admin/setting-field.client.tsx";
import { sameValue, textOf, valueOf, type Drafts, type Setting } from "#ui/settings-admin/setting-types.ts";

type Props = { setting: Setting; drafts: Drafts; onDraft: (value: unknown) => void; mayWrite: boolean; showArea: boolean };

/** One setting: what it does, what it is, what it would be by itself, who set it when. */
export function SettingRow({ setting, drafts, onDraft, mayWrite, showArea }: Props) {
  const t = useTranslations("settings-admin");
  const [history, setHistory] = useState(false);
  const { path, set, at, by, locked, initial } = setting;
  const label = t.has(`set.${path}.label`) ? t(`set.${path}.label`) : path;
  const value = valueOf(setting, drafts);
  const changed = drafts.has(path);
  const optionOf = (each: unknown): unknown => (typeof each === "string" && t.has(`set.${path}.options.${each}`) ? t(`set.${path}.options.${each}`) : each === true ? t("on") : each === false ? t("off") : each);
  // What is typed back to what is stored is no change.
  const write = (next: unknown) => onDraft(sameValue(next, set ? setting.stored : undefined) ? undefined : next);
  return (
    <div className="grid gap-x-6 gap-y-2 md:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1 font-medium">
          {label}
          {changed ? <Badge tone="accent">{t("changed")}</Badge> : null}
          {showArea ? <span className="text-13 font-normal text-fg-3">{t(`area.${setting.area}`)}</span> : null}
        </p>
        <p className="mt-0.5 text-13 text-fg-2">{t.has(`set.${path}.help`) ? t(`set.${path}.help`) : null}</p>
        <p className="mt-1 flex min-w-0 items-center gap-1 text-12 text-fg-3"><code className="truncate text-12">{path}</code><CopyButton text={path} label={t("copyPath")} /></p>
      </div>
      <div className="min-w-0">
        {locked ? (
          <p className="flex items-center gap-2 text-fg-2"><Lock size={14} strokeWidth={1.75} aria-hidden="true" /><span className="min-w-0 break-all">{t("locked", { variable: locked.variable, value: locked.value })}</span></p>
        ) : (
          <SettingField setting={setting} label={label} value={value} onChange={write} disabled={!mayWrite} />
        )}
        <p className="mt-1.5 flex flex-wrap gap-x-3 text-12 text-fg-3">
          <span>{set ? t.rich("setBy", { time: () => <Time at={at} />, by: by === "system store" ? t("byStore") : by ?? "—" }) : t("isDefault")}</span>
          {set && setting.kind !== "markdown" && setting.kind !== "logo" ? <span>{t("defaultIs", { value: shortText(optionOf(initial)) || t("nothing") })}</span> : null}
          {mayWrite && !locked && (set || changed) && value !== initial ? <button type="button" className="text-accent-text hover:underline" onClick={() => onDraft(set ? null : undefined)}>{t("restoreDefault")}</button> : null}
          <button type="button" className="text-accent-text hover:underline" onClick={() => setHistory(true)} aria-label={t("historyOf", { name: label })}>{t("history")}</button>
        </p>
      </div>
      <HistoryDialog setting={setting} label={label} open={history} onOpenChange={setHistory} {...(mayWrite && !locked && { onRestore: write })} />
    </div>
  );
}

const shortText = (value: unknown): string => {
  const text = textOf(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
};
