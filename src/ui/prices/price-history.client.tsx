"use client";
import { useTranslations } from "next-intl";
import { useComma } from "#ui/format/comma.client.ts";
import { StatusDot } from "#ui/kit/badge.tsx";
import { Time } from "#ui/kit/time.client.tsx";
import type { PriceDetail } from "#ui/prices/price-editor.client.tsx";
import { priceText } from "#ui/prices/price-text.ts";
import type { Items, Notation } from "#ui/prices/price-math.ts";

type Version = PriceDetail["history"][number];
/** The prices of a version. */
export const itemsOf = (version: Version): Items => Object.fromEntries(Object.entries(version.document.items).map(([item, text]) => [item, BigInt(text)]));

type Props = { detail: PriceDetail; notation: Notation; readOnly: boolean; onWithdraw: (versionId: bigint) => void; onAgain: (items: Items) => void };

/** Every version there was, who made it and what it changed; one to come can be taken back, an old one taken up again. */
export function PriceHistory({ detail, notation, readOnly, onWithdraw, onAgain }: Props) {
  const t = useTranslations("prices.history");
  const { history } = detail;
  if (history.length === 0) return <p className="text-fg-2">{t("none")}</p>;
  return (
    <ol className="divide-y border-y">
      {history.map((version, index) => {
        const before = history[index + 1];
        return (
          <li key={version.id.toString()} className="flex flex-wrap items-baseline gap-x-4 gap-y-1 py-2">
            <span className="w-32 flex-none"><Time at={version.effectiveFrom} /></span>
            <span className="min-w-48 flex-1">
              <Changes version={version} before={before} notation={notation} />
              <span className="block text-13 text-fg-3">{[version.createdBy ?? (version.note === "store file" ? null : t("system")), version.note === "store file" ? t("system") : version.note].filter(Boolean).join(" · ")}</span>
            </span>
            {version.state === "current" ? <StatusDot tone="ok">{t("current")}</StatusDot>
              : readOnly ? null
              : version.state === "scheduled" ? <button type="button" className="link text-13" onClick={() => onWithdraw(version.id)}>{t("withdraw")}</button>
              : <button type="button" className="link text-13" onClick={() => onAgain(itemsOf(version))}>{t("again")}</button>}
          </li>
        );
      })}
    </ol>
  );
}

function Changes({ version, before, notation }: { version: Version; before: Version | undefined; notation: Notation }) {
  const t = useTranslations("prices");
  const comma = useComma();
  const now = itemsOf(version), old = before ? itemsOf(before) : {};
  const named = (item: string): string => (t.has(`items.${item}`) ? t(`items.${item}`) : item);
  if (!before) return <span>{t("history.first", { input: priceText("input", now, notation), output: priceText("output", now, notation) })}</span>;
  const changed = [...new Set([...Object.keys(now), ...Object.keys(old)])].filter((item) => now[item] !== old[item]);
  if (changed.length === 0) return <span className="text-fg-2">{t("history.same")}</span>;
  return <span>{changed.map((item) => t("history.change", { item: named(item), before: priceText(item, old, notation), after: priceText(item, now, notation) })).join(comma)}</span>;
}
