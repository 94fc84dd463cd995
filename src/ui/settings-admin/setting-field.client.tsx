"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { moneyInputText, parseMoneyInput } from "#ui/format/index.ts";
import { MoneyField, NumberField, SelectField, SwitchField, TextArea, TextField } from "#ui/kit/fields.client.tsx";
import { BonusField } from "#ui/settings-admin/bonus-field.client.tsx";
import { ColorField } from "#ui/settings-admin/color-field.client.tsx";
import { LogoField } from "#ui/settings-admin/logo-field.client.tsx";
import { LocalizedField } from "#ui/settings-admin/localized-field.client.tsx";
import { textOf, type Setting } from "#ui/settings-admin/setting-types.ts";

type Props = { setting: Setting; label: string; value: unknown; onChange: (value: unknown) => void; disabled: boolean };

/** The control that fits the setting. The row's own text is its visible label, so the control's is for screen readers. */
export function SettingField({ setting, label, value, onChange, disabled }: Props) {
  const t = useTranslations("settings-admin");
  const hidden = <span className="sr-only">{label}</span>;
  const unit = t.has(`set.${setting.path}.unit`) ? { unit: t(`set.${setting.path}.unit`) } : {};
  switch (setting.kind) {
    case "switch":
      return <SwitchField label={value === true ? t("on") : t("off")} aria-label={label} checked={value === true} onChange={onChange} disabled={disabled} />;
    case "choice":
      return <SelectField label={label} hideLabel value={textOf(value)} onChange={onChange} disabled={disabled} options={setting.options.map((option) => ({ value: option, label: t.has(`set.${setting.path}.options.${option}`) ? t(`set.${setting.path}.options.${option}`) : option }))} />;
    case "number":
      return <NumberField label={hidden} {...unit} value={typeof value === "number" ? value : undefined} onChange={(next) => next !== undefined && onChange(next)} disabled={disabled} {...(setting.min !== undefined && { min: setting.min })} {...(setting.max !== undefined && { max: setting.max })} />;
    case "usd":
      return <UsdField label={hidden} value={textOf(value)} onChange={onChange} disabled={disabled} />;
    case "color":
      return <ColorField label={label} value={textOf(value)} onChange={onChange} disabled={disabled} />;
    case "logo":
      return <LogoField label={label} value={textOf(value)} onChange={onChange} disabled={disabled} />;
    case "localized":
    case "markdown":
      return <LocalizedField label={label} value={value} onChange={onChange} disabled={disabled} markdown={setting.kind === "markdown"} {...(setting.maxLength !== undefined && { maxLength: setting.maxLength })} />;
    case "bonus":
      return <BonusField label={label} value={value} onChange={onChange} disabled={disabled} />;
    case "json":
      return <JsonField label={hidden} value={value} onChange={onChange} disabled={disabled} />;
    default:
      return <TextField label={label} hideLabel {...unit} value={textOf(value)} onChange={(event) => onChange(event.target.value === "" ? null : event.target.value)} disabled={disabled} {...(setting.maxLength !== undefined && { maxLength: setting.maxLength })} {...(setting.kind === "url" && { inputMode: "url" as const, placeholder: "https://shop.example.com" })} />;
  }
}

type Plain = { label: React.ReactNode; onChange: (value: unknown) => void; disabled: boolean };

/** Stored as decimal text, as in the store file. */
function UsdField({ value, onChange, ...rest }: Plain & { value: string }) {
  const parsed = parseMoneyInput(value, { signed: true });
  return <MoneyField {...rest} value={typeof parsed === "bigint" ? parsed : undefined} onChange={(next) => next !== undefined && onChange(moneyInputText(next))} />;
}

function JsonField({ value, onChange, ...rest }: Plain & { value: unknown }) {
  const t = useTranslations("settings-admin");
  const [typed, setTyped] = useState<string>();
  const [wrong, setWrong] = useState(false);
  const change = (text: string) => {
    setTyped(text);
    try {
      onChange(JSON.parse(text));
      setWrong(false);
    } catch {
      setWrong(true);
    }
  };
  return <TextArea {...rest} mono rows={4} value={typed ?? JSON.stringify(value ?? {}, undefined, 2)} onChange={(event) => change(event.target.value)} error={wrong ? t("badJson") : undefined} />;
}
