import type { EstimateText, Preset } from "#ui/storefront/estimate.ts";

export type CalculatorWords = Readonly<{
  title: string; calls: string; perCall: string; amount: string; total: string; each: string; rounding: string; calculate: string; note: string;
  presets: Readonly<Record<Preset["id"], string>>;
}>;
type Quantities = Readonly<Record<string, number>>;
type Props = {
  fields: readonly Readonly<{ item: string; label: string }>[];
  presets: readonly Preset[];
  start: Readonly<{ quantities: Quantities; calls: number; text: EstimateText }>;
  words: CalculatorWords;
  /** The page's own path. */
  path: string;
};

const DIGITS = new Intl.NumberFormat("en-US");
const ID = "calculator";

/**
 * What a request costs, by the code that charges it. The form is sent to the page, which answers; the pages' own script
 * does the same while one types, and puts the parts of the answer (`data-part`) into this page.
 */
export function Calculator({ fields, presets, start: { quantities, calls, text }, words, path }: Props) {
  const row = (name: string, label: string, value: number, amount: string | undefined) => (
    <tr key={name}>
      <th scope="row" className="h-11 pr-2 text-14 font-normal"><label htmlFor={`${ID}-${name}`}>{label}</label></th>
      <td className="w-28"><input id={`${ID}-${name}`} name={`n.${name}`} className="field num max-sm:text-16" inputMode="numeric" autoComplete="off" defaultValue={DIGITS.format(value)} /></td>
      <td className="num max-w-28 truncate pl-3" data-part={name}>{amount === undefined ? null : <span title={amount}>{amount}</span>}</td>
    </tr>
  );
  return (
    <form id={ID} action={`${path}#${ID}`} className="card scroll-mt-20 p-5" aria-labelledby={`${ID}-title`}>
      <h2 id={`${ID}-title`} className="text-16 font-semibold">{words.title}</h2>
      {presets.length > 0 ? (
        <div className="seg mt-4 flex w-full" role="group" aria-labelledby={`${ID}-title`} data-part="presets">
          {presets.map((preset) => (
            <a key={preset.id} href={`${path}?${queryOf(preset)}#${ID}`} rel="nofollow" className="h-auto! min-h-7 flex-1 justify-center whitespace-normal! px-1! py-1 text-center leading-4" aria-current={same(preset, quantities, calls) ? "true" : undefined}>
              {words.presets[preset.id]}
            </a>
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
          {fields.map(({ item, label }) => row(item, label, quantities[item] ?? 0, text.amounts[item]))}
          {row("calls", words.calls, calls, undefined)}
        </tbody>
        <tfoot data-part="sum">
          {text.others.map(({ item, amount }) => <tr key={item}><th scope="row" className="h-9 text-14 font-normal" colSpan={2}>{item}</th><td className="num pl-3">{amount}</td></tr>)}
          {text.rounding === undefined ? null : (
            <tr className="text-13 text-fg-3"><th scope="row" colSpan={2} className="h-9 font-normal">{words.rounding}</th><td className="num pl-3">{text.rounding}</td></tr>
          )}
          <tr className="border-t">
            <th scope="row" className="h-12 pt-2 align-bottom text-14 font-medium">{words.total}</th>
            <td colSpan={2} className="num pt-2 align-bottom text-20 font-semibold"><output>{`$${text.total}`}</output></td>
          </tr>
        </tfoot>
      </table>
      <p className="nums mt-1 text-right text-13 text-fg-3" data-part="each">{words.each.replace("{amount}", `$${text.perCall}`)}</p>
      <noscript><button type="submit" className="btn btn-secondary mt-3">{words.calculate}</button></noscript>
      <p className="mt-4 border-t pt-4 text-13 text-fg-3">{words.note}</p>
    </form>
  );
}

const queryOf = ({ quantities, calls }: Preset): string =>
  new URLSearchParams({ ...Object.fromEntries(Object.entries(quantities).map(([item, quantity]) => [`n.${item}`, String(quantity)])), "n.calls": String(calls) }).toString();

const same = (preset: Preset, quantities: Quantities, calls: number): boolean =>
  preset.calls === calls && [...new Set([...Object.keys(preset.quantities), ...Object.keys(quantities)])].every((item) => (preset.quantities[item] ?? 0) === (quantities[item] ?? 0));
