"use client";
import { useTranslations } from "next-intl";
import { TextField } from "#ui/kit/fields.client.tsx";
import { adjustBrand } from "#ui/theme/brand.ts";

const HEX = /^#[0-9a-f]{6}$/i;
const DEFAULT = "#2b5bd1";

/** One colour; beside it what becomes of it in each theme so that text can be read on it and in it. */
export function ColorField({ label, value, onChange, disabled }: { label: string; value: string; onChange: (value: unknown) => void; disabled: boolean }) {
  const t = useTranslations("settings-admin");
  const shown = HEX.test(value) ? value : DEFAULT;
  const { light, dark } = adjustBrand(shown);
  return (
    <div className="flex flex-col gap-3">
      <div className="flex items-start gap-2">
        <input type="color" className="h-8 w-10 flex-none cursor-pointer rounded-control border bg-surface p-0.5 max-sm:h-11" aria-label={t("pick", { name: label })} value={shown.toLowerCase()} disabled={disabled} onChange={(event) => onChange(event.target.value)} />
        <TextField label={label} hideLabel className="flex-1" mono value={value} placeholder={DEFAULT} maxLength={7} spellCheck={false} disabled={disabled} error={value !== "" && !HEX.test(value) ? t("badColor") : undefined} onChange={(event) => onChange(event.target.value === "" ? null : event.target.value.toLowerCase())} />
      </div>
      <ul className="grid grid-cols-3 gap-2 text-12 text-fg-2" aria-label={t("colorResult")}>
        {[{ key: "given", hex: shown }, { key: "light", hex: light.accent }, { key: "dark", hex: dark.text }].map(({ key, hex }) => (
          <li key={key} className="min-w-0">
            <svg className="h-8 w-full rounded-control border" role="img" aria-label={hex}><rect width="100%" height="100%" fill={hex} /></svg>
            <span className="mt-1 block truncate">{t(`colors.${key}`)}</span>
            <span className="font-mono text-12 text-fg-3">{hex}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
