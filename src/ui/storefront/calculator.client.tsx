"use client";
import { useId, useRef, useState, type ChangeEvent } from "react";
import type { Multiplier, PriceDocument } from "#money/price.ts";
import type { EstimateText, Preset } from "#ui/storefront/estimate.ts";
import { parseQuantity } from "#ui/storefront/quantity.ts";

export type CalculatorWords = Readonly<{
  title: string; calls: string; perCall: string; amount: string; total: string; each: string; rounding: string; calculate: string; note: string;
  presets: Readonly<Record<Preset["id"], string>>;
}>;
type Quantities = Readonly<Record<string, number>>;
type Props = {
  price: Readonly<{ document: PriceDocument; multipliers: readonly Multiplier[] }>;
  fields: readonly Readonly<{ item: string; label: string }>[];
  presets: readonly Preset[];
  /** The page's own clock, so that browser and server price the same hour. */
  atMs: number;
  start: Readonly<{ quantities: Quantities; calls: number; text: EstimateText }>;
  words: CalculatorWords;
  action: string;
};

const DIGITS = new Intl.NumberFormat("en-US");

/**
 * What a request costs, by the code that charges it; that code is fetched at the first change. Without a script the
 * form is sent and the page answers the same.
 */
export function Calculator({ price, fields, presets, atMs, start, words, action }: Props) {
  const [quantities, setQuantities] = useState(start.quantities);
  const [calls, setCalls] = useState(start.calls);
  const [text, setText] = useState(start.text);
  const turn = useRef(0);
  const id = useId();
  const show = async (next: Quantities, nextCalls: number) => {
    setQuantities(next);
    setCalls(nextCalls);
    const mine = ++turn.current;
    const { estimateText } = await import("#ui/storefront/estimate.ts");
    // A later change may have been quicker.
    if (mine === turn.current) setText(estimateText(price, fields.map(({ item }) => item), next, nextCalls, atMs));
  };
  const row = (name: string, label: string, value: number, change: (value: number) => void, amount: string | undefined) => (
    <tr key={name}>
      <th scope="row" className="h-11 pr-2 text-14 font-normal"><label htmlFor={`${id}-${name}`}>{label}</label></th>
      <td className="w-28"><input id={`${id}-${name}`} name={`n.${name}`} className="field num max-sm:text-16" inputMode="numeric" autoComplete="off" value={DIGITS.format(value)} onChange={(event: ChangeEvent<HTMLInputElement>) => change(parseQuantity(event.target.value))} /></td>
      <td className="num max-w-28 truncate pl-3" title={amount}>{amount}</td>
    </tr>
  );
  return (
    <form id="calculator" action={action} className="card scroll-mt-20 p-5" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`} className="text-16 font-semibold">{words.title}</h2>
      {presets.length > 0 ? (
        <div className="seg mt-4 flex w-full" role="group" aria-labelledby={`${id}-title`}>
          {presets.map((preset) => (
            <button key={preset.id} type="button" className="h-auto! min-h-7 flex-1 justify-center whitespace-normal! px-1! py-1 leading-4" aria-pressed={same(preset, quantities, calls)} onClick={() => void show(preset.quantities, preset.calls)}>
              {words.presets[preset.id]}
            </button>
          ))}
        </div>
      ) : null}
      <table className="nums mt-4">
        <thead>
          <tr className="text-12 text-fg-3">
            <td className="pb-2" />
            <th scope="col" className="num pb-2 font-normal">{words.perCall}</th>
            <th scope="col" className="num pb-2 font-normal">{words.amount}</th>
          </tr>
        </thead>
        <tbody>
          {fields.map(({ item, label }) => row(item, label, quantities[item] ?? 0, (value) => void show({ ...quantities, [item]: value }, calls), text.amounts[item]))}
          {text.others.map(({ item, amount }) => <tr key={item}><th scope="row" className="h-9 text-14 font-normal" colSpan={2}>{item}</th><td className="num pl-3">{amount}</td></tr>)}
          {row("calls", words.calls, calls, (value) => void show(quantities, value), undefined)}
          {text.rounding === undefined ? null : (
            <tr className="text-13 text-fg-3"><th scope="row" colSpan={2} className="h-9 font-normal">{words.rounding}</th><td className="num pl-3">{text.rounding}</td></tr>
          )}
        </tbody>
        <tfoot>
          <tr className="border-t">
            <th scope="row" className="h-12 pt-2 align-bottom text-14 font-medium">{words.total}</th>
            <td colSpan={2} className="num pt-2 align-bottom text-20 font-semibold"><output>${text.total}</output></td>
          </tr>
        </tfoot>
      </table>
      <p className="nums mt-1 text-right text-13 text-fg-3">{words.each.replace("{amount}", `$${text.perCall}`)}</p>
      <noscript><button type="submit" className="btn btn-secondary mt-3">{words.calculate}</button></noscript>
      <p className="mt-4 border-t pt-4 text-13 text-fg-3">{words.note}</p>
    </form>
  );
}

const same = (preset: Preset, quantities: Quantities, calls: number): boolean =>
  preset.calls === calls && [...new Set([...Object.keys(preset.quantities), ...Object.keys(quantities)])].every((item) => (preset.quantities[item] ?? 0) === (quantities[item] ?? 0));
