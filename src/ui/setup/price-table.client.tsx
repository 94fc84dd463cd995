"use client";
import { useTranslations } from "next-intl";
import { formatPercent, formatUsdPerMillion } from "#ui/format/index.ts";
import { Checkbox } from "#ui/kit/fields.client.tsx";
import { cn } from "#ui/kit/cn.ts";
import { marginOf, times } from "#ui/setup/margin.ts";
import type { Offered } from "#ui/setup/use-offer.client.ts";

type Props = { models: readonly Offered[]; ticked: ReadonlySet<string>; onTicked: (next: ReadonlySet<string>) => void; factorPpm: number; costPpm: number; className?: string };

/** Cost, price and margin of each model, as they would be published. A price of the shop's own stays as it is. */
export function PriceTable({ models, ticked, onTicked, factorPpm, costPpm, className }: Props) {
  const t = useTranslations("setup.prices");
  const all = models.length > 0 && models.every(({ upstreamName }) => ticked.has(upstreamName));
  const flip = (name: string): void => onTicked(ticked.has(name) ? new Set([...ticked].filter((other) => other !== name)) : new Set([...ticked, name]));
  if (models.length === 0) return <p className={cn("rounded-card border p-4 text-fg-2", className)}>{t("none")}</p>;
  return (
    <div className={cn("max-h-[60vh] overflow-y-auto", className)} tabIndex={0} role="region" aria-label={t("label")}>
      <table className="tbl table-fixed">
        <thead className="sticky top-0 z-10 bg-canvas">
          <tr>
            <th scope="col">
              <span className="flex items-center gap-2.5"><Checkbox label={t("all")} checked={all} mixed={!all && ticked.size > 0} onChange={(on) => onTicked(new Set(on ? models.map(({ upstreamName }) => upstreamName) : []))} /><span className="truncate">{t("unit")}</span></span>
            </th>
            <th scope="col" className="num w-24 max-sm:hidden">{t("costIn")}</th>
            <th scope="col" className="num w-24 max-sm:hidden">{t("costOut")}</th>
            <th scope="col" className="num w-20 max-sm:w-16">{t("priceIn")}</th>
            <th scope="col" className="num w-20 max-sm:w-18">{t("priceOut")}</th>
            <th scope="col" className="num w-20 max-sm:hidden">{t("margin")}</th>
          </tr>
        </thead>
        <tbody>
          {models.map(({ upstreamName, publicName, known, input, output }) => {
            const own = known === "sold";
            const price = (list: bigint | null): bigint | null => (list === null || own ? list : times(list, factorPpm));
            const cost = (list: bigint | null): bigint | null => (list === null || own ? null : times(list, costPpm));
            const margin = own ? undefined : marginOf(price(output) ?? price(input), cost(output) ?? cost(input));
            return (
              <tr key={upstreamName} className={ticked.has(upstreamName) ? undefined : "text-fg-3"}>
                <td className="max-sm:py-1.5!"><label className="flex min-h-8 cursor-pointer items-center gap-2.5"><input type="checkbox" className="check mt-0!" checked={ticked.has(upstreamName)} onChange={() => flip(upstreamName)} /><span className="min-w-0"><span className="block truncate font-medium" title={upstreamName}>{publicName}</span><span className="nums block text-12 text-fg-3 sm:hidden">{own ? t("own") : <>{t("margin")} {formatPercent(margin)}</>}</span></span></label></td>
                <td className="num text-fg-2 max-sm:hidden">{formatUsdPerMillion(cost(input))}</td>
                <td className="num text-fg-2 max-sm:hidden">{formatUsdPerMillion(cost(output))}</td>
                <td className="num font-medium">{formatUsdPerMillion(price(input))}</td>
                <td className="num font-medium">{formatUsdPerMillion(price(output))}</td>
                <td className={cn("num max-sm:hidden", margin !== undefined && margin < 0 && "text-bad")}>{own ? <span className="text-fg-3">{t("own")}</span> : formatPercent(margin)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
