import { getTranslations } from "next-intl/server";
import { formatPerMillion, formatPerPiece } from "#ui/storefront/numbers.ts";
import { exampleBill } from "#ui/storefront/landing/example-bill.ts";
import type { ShownModel } from "#ui/storefront/shown-model.ts";

const RULES = ["failed", "early", "retry", "nonsense"] as const;

/** The promise of the receipt, with one computed from today's price: every line can be recomputed by hand. */
export async function BillSection({ models }: { models: readonly ShownModel[] }) {
  const t = await getTranslations("landing.bill");
  const model = exampleModel(models);
  return (
    <section id="bill" className="mt-20 grid scroll-mt-16 items-start gap-x-16 gap-y-10 md:mt-24 lg:grid-cols-[minmax(0,1fr)_minmax(0,560px)]" aria-labelledby="bill-title">
      <div>
        <h2 id="bill-title" className="max-w-[20ch] text-28 font-semibold tracking-[-0.01em]">{t("title")}</h2>
        <p className="mt-4 max-w-[48ch] text-16 text-fg-2">{t("lead")}</p>
        {model ? <Rules className="mt-8" /> : null}
      </div>
      {/* With nothing on sale there is no price to compute from, and none is made up: the promises take the room. */}
      {model ? <ExampleReceipt model={model} /> : <Rules className="border-b lg:mt-2" />}
    </section>
  );
}

async function Rules({ className }: { className: string }) {
  const t = await getTranslations("landing.bill");
  return (
    <dl className={`${className} max-w-[56ch]`}>
      {RULES.map((rule) => (
        <div key={rule} className="grid gap-x-6 border-t py-3 sm:grid-cols-2">
          <dt className="font-medium">{t(`rules.${rule}.case`)}</dt>
          <dd className="text-fg-2">{t(`rules.${rule}.cost`)}</dd>
        </div>
      ))}
    </dl>
  );
}

function exampleModel(models: readonly ShownModel[]): ShownModel | undefined {
  // Where prices change within the example's size its lines would need a column for the border.
  const plain = models.filter(({ price: { document } }) => !document.tiers?.some(({ over }) => over < 100_000));
  const priced = (items: readonly string[]) => plain.find(({ prices }) => items.every((item) => (prices[item] ?? 0n) > 0n));
  return priced(["input", "cache_read", "output"]) ?? priced(["input", "output"]);
}

async function ExampleReceipt({ model }: { model: ShownModel }) {
  const t = await getTranslations("landing.bill");
  const { lines, roundingPico, chargePico } = exampleBill(model.price);
  const cell = "num h-10!";
  const texts = [...lines.map(({ amountPico }) => amountPico), roundingPico, chargePico].map(formatPerPiece);
  const places = Math.max(...texts.map((text) => text.split(".")[1]?.length ?? 0));
  // Every amount takes the room of the longest, so that points stand under each other.
  const amount = (pico: bigint) => {
    const text = formatPerPiece(pico);
    return <span data-room={"0".repeat(places - (text.split(".")[1]?.length ?? 0)) || undefined}>{text}</span>;
  };
  return (
    <figure className="card p-6 max-sm:p-4">
      <figcaption className="text-13 text-fg-3">{t("example")}</figcaption>
      <table className="tbl tbl-flush mt-3">
        <thead>
          <tr>
            <th scope="col" className="whitespace-normal! [overflow-wrap:anywhere]">{model.slug}</th>
            <th scope="col" className="num max-sm:hidden">{t("tokens")}</th>
            <th scope="col" className="num max-sm:hidden">{t("perMillion")}</th>
            <th scope="col" className="num">{t("amount")}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ item, label, tokens, pico, amountPico }) => (
            <tr key={item}>
              <th scope="row" className="h-10 py-0! align-middle! text-14! font-normal! text-fg! max-sm:h-13">
                <span className="block">{t(label)}</span>
                <span className="nums block text-12 text-fg-3 sm:hidden">{tokens.toLocaleString("en-US")} × {t("each", { price: formatPerMillion(pico) })}</span>
              </th>
              <td className={`${cell} max-sm:hidden`}>{tokens.toLocaleString("en-US")}</td>
              <td className={`${cell} max-sm:hidden`}>{formatPerMillion(pico)}</td>
              <td className={cell}>{amount(amountPico)}</td>
            </tr>
          ))}
          {roundingPico > 0n ? (
            <tr>
              <th scope="row" colSpan={3} className="h-10 py-0! align-middle! text-14! font-normal! text-fg-3!">{t("rounding")}</th>
              <td className={`${cell} text-fg-3`}>{amount(roundingPico)}</td>
            </tr>
          ) : null}
          <tr>
            <th scope="row" className="h-12 py-0! align-middle! text-14! font-semibold! text-fg!">{t("charged")}</th>
            <td className="max-sm:hidden" />
            <td className="max-sm:hidden" />
            <td className="num sum h-12!">{amount(chargePico)}</td>
          </tr>
        </tbody>
      </table>
    </figure>
  );
}
