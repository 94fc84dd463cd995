"use client";
import { useTranslations } from "next-intl";
import { useState, type ReactNode, type Ref } from "react";
import { decimalText, parseDecimal, parseRatio, PRICE_DIGITS, ratioText, type Parsed } from "#ui/kit/decimal-input.ts";
import { Field, type FieldText } from "#ui/kit/field.client.tsx";

type InputProps = { name?: string; disabled?: boolean; placeholder?: string; autoFocus?: boolean; required?: boolean; ref?: Ref<HTMLInputElement>; onBlur?: () => void };
type TypedProps<T> = FieldText & InputProps & { value: T | undefined; onChange: (value: T | undefined) => void };

type BoxProps = FieldText & InputProps & {
  /** The value as text; shown until someone types something else that means the same. */
  shown: string;
  /** Undefined: the field is empty. @returns what is wrong */
  take: (text: string) => string | undefined;
  prefix?: ReactNode;
  unit?: ReactNode;
  step?: (direction: 1 | -1) => void;
  hideLabel?: boolean;
};

/** A text box whose text is read as a number: what was typed stays as it was typed while it means the value. */
function TypedBox({ label, hint, error, optional, className, shown, take, prefix, unit, step, hideLabel = false, ref, onBlur, ...rest }: BoxProps) {
  const [typing, setTyping] = useState<{ text: string; problem: string | undefined }>();
  const said = typing?.problem ?? error;
  return (
    <Field label={label} hint={hint} error={said} hideLabel={hideLabel} {...(optional ? { optional } : {})} {...(className ? { className } : {})}>
      {(control) => (
        <span className="field">
          {prefix ? <span className="text-fg-3">{prefix}</span> : null}
          <input
            type="text" inputMode="decimal" autoComplete="off" className="nums" {...rest} {...control} {...(ref ? { ref } : {})}
            value={typing?.text ?? shown}
            onChange={({ target: { value: text } }) => setTyping({ text, problem: take(text) })}
            onBlur={() => {
              // A text that could be read gives way to its tidy form; one that could not stays, with its reason.
              if (typing?.problem === undefined) setTyping(undefined);
              onBlur?.();
            }}
            onKeyDown={(event) => {
              if (!step || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
              event.preventDefault();
              setTyping(undefined);
              step(event.key === "ArrowUp" ? 1 : -1);
            }}
          />
          {unit ? <span className="flex-none text-13 text-fg-3">{unit}</span> : null}
        </span>
      )}
    </Field>
  );
}

/** Hands a parsed text on, or says what is wrong with it. */
function useTake(onChange: (units: bigint | undefined) => void, decimals: number) {
  const t = useTranslations("kit");
  return (parsed: Parsed): string | undefined => {
    if (parsed.ok) return void onChange(parsed.units);
    onChange(undefined);
    return parsed.problem === "empty" ? undefined : t(`amount.${parsed.problem}`, { decimals });
  };
}

const NANO_DIGITS = 9;

/** USD in nano-USD. One decimal point in every language. */
export function MoneyField({ value, onChange, negative = false, ...rest }: TypedProps<bigint> & { negative?: boolean }) {
  const take = useTake(onChange, NANO_DIGITS);
  return <TypedBox prefix="$" {...rest} shown={value === undefined ? "" : decimalText(value, NANO_DIGITS)} take={(text) => take(parseDecimal(text, NANO_DIGITS, { negative }))} />;
}

/** A token price in pico-USD per token, typed as USD per million or as a ratio; the other form is shown beside it. */
export function PriceField({ value, onChange, notation, ...rest }: TypedProps<bigint> & { notation: "usd" | "ratio" }) {
  const t = useTranslations("kit");
  const take = useTake(onChange, PRICE_DIGITS);
  if (notation === "ratio") {
    const unit = value === undefined ? undefined : t("amount.asUsd", { price: decimalText(value, PRICE_DIGITS) });
    return <TypedBox {...rest} unit={unit} shown={value === undefined ? "" : ratioText(value)} take={(text) => take(parseRatio(text))} />;
  }
  const unit = value === undefined ? t("amount.perMillion") : t("amount.asRatio", { ratio: ratioText(value) });
  return <TypedBox prefix="$" {...rest} unit={unit} shown={value === undefined ? "" : decimalText(value, PRICE_DIGITS)} take={(text) => take(parseDecimal(text, PRICE_DIGITS))} />;
}

type NumberProps = TypedProps<number> & { min?: number; max?: number; step?: number; unit?: ReactNode; hideLabel?: boolean };

/** A whole number; arrow keys step it. */
export function NumberField({ value, onChange, min = 0, max = Number.MAX_SAFE_INTEGER, step = 1, ...rest }: NumberProps) {
  const t = useTranslations("kit");
  const take = (text: string): string | undefined => {
    if (text.trim() === "") return void onChange(undefined);
    const number = /^-?[\d,]+$/.test(text.trim()) ? Number(text.replaceAll(",", "")) : Number.NaN;
    if (!Number.isSafeInteger(number)) return t("amount.whole");
    if (number < min || number > max) return max === Number.MAX_SAFE_INTEGER ? t("amount.atLeast", { min }) : t("amount.between", { min, max });
    return void onChange(number);
  };
  const move = (direction: 1 | -1) => onChange(Math.min(max, Math.max(min, (value ?? Math.min(max, Math.max(min, 0))) + direction * step)));
  return <TypedBox {...rest} shown={value === undefined ? "" : String(value)} take={take} step={move} />;
}
