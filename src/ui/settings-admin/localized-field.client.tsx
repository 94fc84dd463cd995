"use client";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { SegmentedControl, TextArea } from "#ui/kit/fields.client.tsx";
import { Markdown } from "#ui/kit/markdown.client.tsx";

type Localized = { en?: string; zh?: string };
type Props = { label: string; value: unknown; onChange: (value: unknown) => void; disabled: boolean; markdown: boolean; maxLength?: number };

const LANGUAGES = ["en", "zh"] as const;

/** The operator's own words, by language; what one language lacks is marked and falls back to the other. */
export function LocalizedField({ label, value, onChange, disabled, markdown, maxLength }: Props) {
  const t = useTranslations("settings-admin");
  const [language, setLanguage] = useState<"en" | "zh">(useLocale() === "zh" ? "zh" : "en");
  const [preview, setPreview] = useState(false);
  const texts = (value ?? {}) as Localized;
  const other = language === "en" ? "zh" : "en";
  const change = (text: string) => {
    const next: Localized = { ...texts, [language]: text };
    if (text === "") delete next[language];
    onChange(Object.keys(next).length === 0 ? null : next);
  };
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <SegmentedControl label={t("languageOf", { name: label })} value={language} onChange={setLanguage} options={LANGUAGES.map((each) => ({ value: each, label: t(`languages.${each}`) }))} />
        {markdown ? <button type="button" className="text-13 text-accent-text hover:underline" aria-pressed={preview} onClick={() => setPreview(!preview)}>{preview ? t("edit") : t("preview")}</button> : null}
      </div>
      {markdown && preview ? <div className="card max-h-96 overflow-y-auto p-4" tabIndex={0} role="region" aria-label={t("preview")} lang={language}><Markdown text={texts[language] ?? texts[other] ?? ""} /></div> : (
        <TextArea label={<span className="sr-only">{`${label}, ${t(`languages.${language}`)}`}</span>} lang={language} rows={markdown ? 10 : 3} {...(markdown && { mono: true })} value={texts[language] ?? ""} disabled={disabled} {...(maxLength !== undefined && { maxLength })} onChange={(event) => change(event.target.value)} />
      )}
      {texts[other] && !texts[language] ? <p className="text-13 text-warn">{t("missing", { language: t(`languages.${language}`), other: t(`languages.${other}`) })}</p> : null}
    </div>
  );
}
