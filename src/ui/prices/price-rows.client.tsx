"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { formatPercent } from "#ui/format/index.ts";
import { cn } from "#ui/kit/cn.ts";
import { Select } from "#ui/kit/select-field.client.tsx";
import type { PriceDetail } from "#ui/prices/price-editor.client.tsx";
import { digitsOf, FALLBACK, isTokenItem, marginOf, parseRatio, parseUsd, ratioText, TOKEN_ITEMS, usdText, type Items, type Notation } from "#ui/prices/price-math.ts";

const PIECES = ["request", "image", "char", "web_search", "audio_in_ms", "audio_out_ms"] as const;
const FIRST = ["input", "cache_read", "output"] as const;

type Props = { detail: PriceDetail; items: Items; notation: Notation; readOnly: boolean; onChange: (item: string, pico: bigint | undefined) => void; onInvalid: (item: string, bad: boolean) => void };

/** One line a bucket: typed in one form, shown in the other, beside the vendor's price and what the dearest channel takes. */
export function PriceRows({ detail, items, notation, readOnly, onChange, onInvalid }: Props) {
  const t = useTranslations("prices");
  const [more, setMore] = useState<readonly string[]>([]);
  const listed = Object.keys(detail.listPrice?.items ?? {});
  const wanted = new Set<string>([...FIRST, ...Object.keys(items), ...Object.keys(detail.prices), ...listed, ...more]);
  if (detail.endpoints.length > 0 && !detail.endpoints.some((name) => ["chat", "responses", "messages", "gemini", "realtime"].includes(name)) && items.output === undefined) {
    wanted.delete("output");
    wanted.delete("cache_read");
  }
  const known: readonly string[] = [...TOKEN_ITEMS, ...PIECES];
  const rows = [...known.filter((item) => wanted.has(item)), ...[...wanted].filter((item) => !known.includes(item))];
  return (
    <>
      <div className="overflow-x-auto" tabIndex={0} role="region" aria-label={t("editor.prices")}>
        <table className="tbl tbl-dense tbl-flush w-full">
          <thead>
            <tr><th>{t("rows.bucket")}</th><th className="num">{notation === "usd" ? t("usd") : t("ratio")}</th><th className="num">{notation === "usd" ? t("ratio") : t("usd")}</th><th className="num max-sm:hidden">{t("rows.list")}</th><th className="num max-sm:hidden">{t("rows.cost")}</th><th className="num">{t("rows.margin")}</th></tr>
          </thead>
          <tbody>
            {rows.map((item) => <Row key={`${item} ${notation}`} item={item} detail={detail} items={items} notation={notation} readOnly={readOnly} onChange={onChange} onInvalid={onInvalid} />)}
          </tbody>
        </table>
      </div>
      {readOnly ? null : (
        <div className="mt-3 w-60"><Select value={undefined} placeholder={t("rows.add")} onChange={(item) => setMore([...more, item])} control={{ "aria-label": t("rows.add") }} options={known.filter((item) => !rows.includes(item)).map((item) => ({ value: item, label: t(`items.${item}`) }))} /></div>
      )}
    </>
  );
}

function Row({ item, detail, items, notation, readOnly, onChange, onInvalid }: Props & { item: string }) {
  const t = useTranslations("prices");
  const [typing, setTyping] = useState<string>();
  const price = items[item];
  const digits = digitsOf(item);
  const asRatio = notation === "ratio" && isTokenItem(item);
  const shown = price === undefined ? "" : asRatio ? ratioText(item, items).replace("≈ ", "") : usdText(price, digits);
  const parsed = typing === undefined ? undefined : asRatio ? parseRatio(typing, item, items) : parseUsd(typing, digits);
  const problem = parsed && "problem" in parsed && parsed.problem !== "empty" ? parsed.problem : undefined;
  const changed = price !== detail.prices[item];
  const span = detail.costs.find((cost) => cost.item === item);
  const margin = price === undefined || !span ? undefined : marginOf(price, span.dearest);
  const list = detail.listPrice?.items[item];
  const label = t.has(`items.${item}`) ? t(`items.${item}`) : item;
  const take = (text: string) => {
    setTyping(text);
    const read = asRatio ? parseRatio(text, item, items) : parseUsd(text, digits);
    const bad = "problem" in read && read.problem !== "empty";
    onInvalid(item, bad);
    if (!bad) onChange(item, "pico" in read ? read.pico : undefined);
  };
  return (
    <tr>
      <td className={cn(changed && "font-medium")}>{label}{isTokenItem(item) ? null : <span className="ml-1.5 text-13 text-fg-3">{t(`per.${digits}`)}</span>}</td>
      <td className="num">
        <span className={cn("field ml-auto h-7! w-24!", changed && "bg-accent-soft!")}>
          <input className="nums text-right" inputMode="decimal" aria-label={t("rows.priceOf", { item: label })} aria-invalid={problem ? true : undefined} readOnly={readOnly} value={typing ?? shown} placeholder={FALLBACK[item] ? t("rows.fallsBack") : "—"}
            onChange={(event) => take(event.target.value)} onBlur={() => problem || setTyping(undefined)} />
        </span>
        {problem ? <span className="block text-12 text-bad" role="alert">{t(`rows.problems.${problem}`, { digits })}</span> : parsed && "rounded" in parsed && parsed.rounded ? <span className="block text-12 text-warn">{t("rows.rounded", { price: usdText(parsed.pico, digits) })}</span> : null}
      </td>
      <td className="num text-fg-3">{price === undefined ? (FALLBACK[item] ? t("rows.as", { item: t(`items.${FALLBACK[item]}`) }) : "—") : !isTokenItem(item) ? "" : asRatio ? usdText(price, digits) : `${item === "input" ? "" : "× "}${ratioText(item, items)}`}</td>
      <td className="num text-fg-3 max-sm:hidden">{list === undefined ? "—" : usdText(BigInt(list), digits)}</td>
      <td className="num text-fg-3 max-sm:hidden">{span ? usdText(span.dearest, digits) : "—"}</td>
      <td className={cn("num", margin !== undefined && margin < 0 ? "text-bad" : undefined)}>{formatPercent(margin === undefined ? undefined : margin / 1_000_000)}</td>
    </tr>
  );
}
