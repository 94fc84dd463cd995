"use client";
import { useId, useState, type ChangeEvent } from "react";
import type { Multiplier, PriceDocument } from "#money/price.ts";
import { estimate, parseQuantity, presetsFor, type Preset } from "#ui/storefront/estimate.ts";
import { formatPerPiece } from "#ui/storefront/numbers.ts";

export type CalculatorWords = Readonly<{
  title: string; calls: string; perCall: string; amount: string; total: string; each: string; rounding: string; calculate: string; note: string;
  presets: Readonly<Record<Preset["id"], string>>;
}>;
type Field = Readonly<{ item: string; label: string }>;
type Props = {
  price: Readonly<{ document: PriceDocument; multipliers: readonly Multiplier[] }>;
  fields: readonly Field[];
  /** The page's own clock, so that browser and server price the same hour. */
  atMs: number;
  start: Readonly<{ quantities: Readonly<Record<string, number>>; calls: number }>;
  words: CalculatorWords;
  action: string;
};

const DIGITS = new Intl.NumberFormat("en-US");

/** What a request costs, by the code that charges it. Without a script the form is sent and the page answers the same. */
export function Calculator({ price, fields, atMs, start, words, action }: Props) {
  const [quantities, setQuantities] = useState(start.quantities);
  const [calls, setCalls] = useState(start.calls);
  const id = useId();
  const presets = presetsFor(fields.map(({ item }) => item));
  const { lines, roundingPico, totalPico, perCallPico } = estimate(price, quantities, calls, atMs);
  // Input above a marginal border is a line of its own in the charge; here it counts to its field.
  const amount = (item: string): bigint => lines.filter((line) => line.item.replace(/:over_\d+$/, "") === item).reduce((sum, { amountPico }) => sum + amountPico, 0n);
  const others = lines.filter((line) => !fields.some(({ item }) => item === line.item.replace(/:over_\d+$/, "")));
  const row = (name: string, label: string, value: number, change: (value: number) => void, sum: bigint | undefined) => (
    <tr key={name}>
      <th scope="row" className="h-11 pr-2 text-14 font-normal"><label htmlFor={`${id}-${name}`}>{label}</label></th>
      <td className="w-28"><input id={`${id}-${name}`} name={`n.${name}`} className="field num max-sm:text-16" inputMode="numeric" autoComplete="off" value={DIGITS.format(value)} onChange={(event: ChangeEvent<HTMLInputElement>) => change(parseQuantity(event.target.value))} /></td>
      <td className="num max-w-28 truncate pl-3" title={sum === undefined ? undefined : formatPerPiece(sum)}>{sum === undefined ? "" : formatPerPiece(sum)}</td>
    </tr>
  );
  return (
    <form action={action} className="card p-5" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`} className="text-16 font-semibold">{words.title}</h2>
      {presets.length > 0 ? (
        <div className="seg mt-4 flex w-full" role="group" aria-labelledby={`${id}-title`}>
          {presets.map((preset) => (
            <button key={preset.id} type="button" className="h-auto! min-h-7 flex-1 justify-center whitespace-normal! px-1! py-1 leading-4" aria-pressed={same(preset, quantities, calls)} onClick={() => { setQuantities(preset.quantities); setCalls(preset.calls); }}>
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
          {fields.map(({ item, label }) => row(item, label, quantities[item] ?? 0, (value) => setQuantities({ ...quantities, [item]: value }), amount(item)))}
          {others.map(({ item, amountPico }) => <tr key={item}><th scope="row" className="h-9 text-14 font-normal" colSpan={2}>{item}</th><td className="num pl-3">{formatPerPiece(amountPico)}</td></tr>)}
          {row("calls", words.calls, calls, setCalls, undefined)}
          {roundingPico > 0n ? (
            <tr className="text-13 text-fg-3"><th scope="row" colSpan={2} className="h-9 font-normal">{words.rounding}</th><td className="num pl-3">{formatPerPiece(roundingPico)}</td></tr>
          ) : null}
        </tbody>
        <tfoot>
          <tr className="border-t">
            <th scope="row" className="h-12 pt-2 align-bottom text-14 font-medium">{words.total}</th>
            <td colSpan={2} className="num pt-2 align-bottom text-20 font-semibold"><output>${formatPerPiece(totalPico)}</output></td>
          </tr>
        </tfoot>
      </table>
      <p className="nums mt-1 text-right text-13 text-fg-3">{words.each.replace("{amount}", `$${formatPerPiece(perCallPico)}`)}</p>
      <noscript><button type="submit" className="btn btn-secondary mt-3">{words.calculate}</button></noscript>
      <p className="mt-4 border-t pt-4 text-13 text-fg-3">{words.note}</p>
    </form>
  );
}

const same = (preset: Preset, quantities: Readonly<Record<string, number>>, calls: number): boolean =>
  preset.calls === calls && [...new Set([...Object.keys(preset.quantities), ...Object.keys(quantities)])].every((item) => (preset.quantities[item] ?? 0) === (quantities[item] ?? 0));
