"use client";
import { Check, Lock, Undo2 } from "lucide-react";
import { useFormatter, useLocale, useTimeZone, useTranslations } from "next-intl";
import Link from "next/link";
import type { ReactNode } from "react";
import { formatClock, formatCount, formatExact, formatLatency, formatStamp, formatThroughput } from "#ui/format/index.ts";
import { Badge } from "#ui/kit/badge.tsx";
import { cn } from "#ui/kit/cn.ts";
import { Callout } from "#ui/kit/callout.tsx";
import { DefinitionList } from "#ui/kit/definition-list.tsx";
import { IdText } from "#ui/kit/id-text.client.tsx";
import { Money, placesOf } from "#ui/kit/money.tsx";
import { Time } from "#ui/kit/time.client.tsx";
import { amountText, chargeText, itemName, padding, priceText, quantityText, unitOf, type Line, type OwnReceipt } from "#ui/requests/receipt-amounts.ts";

/** One receipt: what was charged, line by line as it was settled, and why. */
export function ReceiptView({ receipt, wide = false }: { receipt: OwnReceipt; /** On a page of its own the reasons stand beside the amounts. */ wide?: boolean }) {
  return (
    <div className={cn("flex flex-col gap-6", wide && "xl:grid xl:grid-cols-[minmax(0,1fr)_minmax(0,400px)] xl:items-start xl:gap-x-12")}>
      <div className="flex min-w-0 flex-col gap-6">
        <Head receipt={receipt} />
        {receipt.status === "error" ? <Failure receipt={receipt} /> : null}
        <Lines receipt={receipt} />
        <MoneyTrail receipt={receipt} />
      </div>
      <div className={cn("flex min-w-0 flex-col gap-6", wide && "xl:border-l xl:pl-12")}>
        <Timing receipt={receipt} />
        <hr className={cn("hr", wide && receipt.latencyMs === null && "xl:hidden")} />
        <Reasons receipt={receipt} />
      </div>
    </div>
  );
}

function Head({ receipt }: { receipt: OwnReceipt }) {
  const t = useTranslations("requests");
  const timeZone = useTimeZone() ?? "UTC";
  const tone = receipt.status === "ok" ? "ok" : receipt.status === "error" ? "bad" : "neutral";
  return (
    <div>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <p className="nums text-28 font-semibold" data-charge={receipt.chargeNano.toString()}>{formatExact(receipt.chargeNano)}</p>
        <Badge tone={tone}>{receipt.httpStatus} {t(`status.${receipt.status}`)}</Badge>
        {receipt.stream ? <Badge>{t("stream")}</Badge> : null}
      </div>
      <p className="mt-1 text-fg-2"><Sentence receipt={receipt} /></p>
      <p className="mt-1 flex flex-wrap gap-x-4 text-13 text-fg-3">
        <span className="nums">{formatStamp(receipt.at, { timeZone })}</span>
        {receipt.key ? receipt.key.internal ? <span>{t("playground")}</span> : <Link className="hover:text-fg hover:underline" href={`/console/keys/${receipt.key.id}`}>{receipt.key.name ?? "—"}</Link> : null}
        <span>{receipt.endpoint}</span>
      </p>
    </div>
  );
}

/** "for 1,204 input, 3,000 cached and 512 output tokens of claude-sonnet-4." */
function Sentence({ receipt: { usage, model, waived, lines } }: { receipt: OwnReceipt }) {
  const t = useTranslations("requests.sentence");
  const format = useFormatter();
  const counts = ([["input", usage.input], ["cached", usage.cache_read], ["cacheWrite", usage.cache_write_5m + usage.cache_write_1h], ["output", usage.output], ["reasoning", usage.reasoning]] as const)
    .filter(([, count]) => count > 0).map(([name, count]) => t(name, { count: formatCount(count) }));
  const name = () => <span className="whitespace-nowrap max-sm:whitespace-normal">{model}</span>;
  if (counts.length > 0) return t.rich(waived ? "waived" : "tokens", { list: format.list(counts, { type: "conjunction" }), model: name });
  return lines.length > 0 ? t.rich("pieces", { model: name }) : t.rich("nothing", { model: name });
}

function Failure({ receipt: { fault, errorCode, chargeNano } }: { receipt: OwnReceipt }) {
  const t = useTranslations("requests.fault");
  return (
    <Callout tone={fault === "request" || fault === "account" ? "warn" : "bad"} title={t(`${fault ?? "shop"}.title`)}>
      <p>{t(`${fault ?? "shop"}.text`)}</p>
      <p className="mt-1">{errorCode ? <code className="mr-2 text-13">{errorCode}</code> : null}{chargeNano === 0n ? t("notCharged") : t("partlyCharged")}</p>
    </Callout>
  );
}

function Section({ title, note, children }: { title: string; note?: ReactNode; children: ReactNode }) {
  return (
    <section>
      <div className="mb-2 flex items-baseline justify-between gap-3"><h2 className="font-semibold">{title}</h2>{note ? <span className="nums text-13 text-fg-3">{note}</span> : null}</div>
      {children}
    </section>
  );
}

function Lines({ receipt }: { receipt: OwnReceipt }) {
  const t = useTranslations("requests.receipt");
  const amounts = receipt.lines.map((line) => amountText(line.amountPico));
  const charged = chargeText(receipt.chargeNano);
  const padPrice = padding(receipt.lines.map((line) => priceText(line.unitPico, line.item)));
  const pad = padding([...amounts, charged, amountText(receipt.sumPico), ...(receipt.roundingPico > 0n ? [amountText(receipt.roundingPico)] : [])]);
  const amount = (text: string): ReactNode => <span className="nums whitespace-nowrap">{text}<span className="invisible" aria-hidden="true">{pad(text)}</span></span>;
  return (
    <Section title={t("charge")}>
      <table className="w-full text-14" aria-label={t("charge")}>
        <thead>
          <tr className="text-12 text-fg-3">
            <th className="py-1.5 font-medium">{t("item")}</th>
            <th className="py-1.5 text-right font-medium max-sm:hidden">{t("quantity")}</th>
            <th className="py-1.5 text-right font-medium max-sm:hidden">{t("price")}</th>
            <th className="py-1.5 text-right font-medium">{t("amount")}</th>
          </tr>
        </thead>
        <tbody>
          {receipt.lines.map((line) => <LineRow key={line.item} line={line} receipt={receipt} amount={amount(amountText(line.amountPico))} room={padPrice(priceText(line.unitPico, line.item))} />)}
          {receipt.lines.length === 0 ? <tr className="border-t"><td className="py-2 text-fg-2" colSpan={4}>{t("noLines")}</td></tr> : null}
          {receipt.roundingPico > 0n ? (
            <>
              <tr className="border-t"><td className="py-2 text-fg-2">{t("sum")}</td><td className="max-sm:hidden" colSpan={2} /><td className="py-2 text-right">{amount(amountText(receipt.sumPico))}</td></tr>
              <tr><td className="pb-2 text-fg-2">{t("rounding")}</td><td className="max-sm:hidden" colSpan={2} /><td className="pb-2 text-right">{amount(amountText(receipt.roundingPico))}</td></tr>
            </>
          ) : null}
          <tr className="border-t"><td className="py-2 font-semibold">{t("charged")}</td><td className="max-sm:hidden" colSpan={2} /><td className="sum py-2 text-right">{amount(charged)}</td></tr>
        </tbody>
      </table>
      {receipt.waived ? <p className="hint">{t("waived")}</p> : null}
    </Section>
  );
}

function LineRow({ line, receipt, amount, room }: { line: Line; receipt: OwnReceipt; amount: ReactNode; /** Decimals that the price lacks to stand under the others. */ room: string }) {
  const t = useTranslations("requests");
  const { name, detail } = itemName(line.item);
  const known = t.has(`items.${name}` as "items.input");
  const factors = receipt.factors.filter(({ ppm }) => ppm !== 1_000_000).map(({ ppm }) => `× ${ppm / 1e6}`).join(" ");
  const formula = line.listPico === null || factors === "" ? undefined : `${priceText(line.listPico, line.item)} ${factors}`;
  const price = priceText(line.unitPico, line.item);
  return (
    <tr className="border-t">
      <td className="py-2 pr-3">
        {known ? t(`items.${name}` as "items.input") : name}{detail ? <span className="text-fg-3"> {detail}</span> : null}
        <span className="nums block text-13 text-fg-3 sm:hidden">{quantityText(line.quantity, line.item)} × {unitOf(line.item) === "tokens" ? t("receipt.perMillion", { price }) : `$${price}`}{formula ? ` (${formula})` : ""}</span>
      </td>
      <td className="nums py-2 text-right whitespace-nowrap max-sm:hidden">{quantityText(line.quantity, line.item)}</td>
      <td className="nums py-2 pl-3 text-right whitespace-nowrap max-sm:hidden">{formula ? <span className="text-fg-3">{formula} = </span> : null}<span data-room={room || undefined}>{price}</span></td>
      <td className="py-2 pl-3 text-right">{amount}</td>
    </tr>
  );
}

function MoneyTrail({ receipt }: { receipt: OwnReceipt }) {
  const t = useTranslations("requests.trail");
  const timeZone = useTimeZone() ?? "UTC";
  const format = useFormatter();
  const { drawn, holdNano, settledAt } = receipt;
  const from = [drawn.lots > 0n ? t("lots") : "", drawn.paid > 0n ? t("paid") : "", drawn.debt > 0n ? t("debt") : ""].filter(Boolean);
  const clock = (at: Date | null): string => (at ? formatClock(at, { timeZone, seconds: true }) : "—");
  const steps = [
    ...(holdNano > 0n ? [{ id: "held", icon: Lock, at: receipt.at, note: "", amount: holdNano }] : []),
    { id: "charged", icon: Check, at: settledAt, note: from.length > 0 ? t("from", { list: format.list(from) }) : "", amount: receipt.chargeNano },
    ...(holdNano > 0n ? [{ id: "released", icon: Undo2, at: settledAt, note: "", amount: receipt.releasedNano }] : []),
  ] as const;
  const places = placesOf(steps.map(({ amount }) => amount), "exact");
  return (
    <Section title={t("title")}>
      <ol className="flex flex-col">
        {steps.map(({ id, icon: Icon, at, note, amount }) => (
          <li key={id} className="flex min-h-9 flex-wrap items-center gap-x-3">
            <span className="grid size-6 flex-none place-items-center rounded-full bg-muted text-fg-2"><Icon size={12} strokeWidth={2} aria-hidden="true" /></span>
            <span className="w-20 flex-none">{t(id)}</span>
            <span className="nums text-13 text-fg-3">{clock(at)}</span>
            <span className="min-w-0 flex-1 text-13 text-fg-3 max-sm:hidden">{note}</span>
            <span className="max-sm:ml-auto"><Money nano={amount} places={places} /></span>
            {/* A phone has no room between time and amount: the source of the money goes below its name. */}
            {note ? <span className="basis-full pb-1 pl-9 text-13 text-fg-3 sm:hidden">{note}</span> : null}
          </li>
        ))}
      </ol>
      <p className="mt-1 flex flex-wrap items-center gap-2 text-13 text-fg-3">{t("settlement")} <IdText id={receipt.settlementId} /> <Link className="link" href="/console/wallet">{t("wallet")}</Link></p>
    </Section>
  );
}

function Timing({ receipt: { ttftMs, latencyMs, usage } }: { receipt: OwnReceipt }) {
  const t = useTranslations("requests.timing");
  if (latencyMs === null) return null;
  const first = Math.min(ttftMs ?? latencyMs, latencyMs);
  const rest = latencyMs - first;
  const written = usage.output + usage.reasoning;
  const speed = ttftMs !== null && rest > 0 && written > 1 ? ` · ${formatThroughput((written * 1000) / rest)}` : "";
  const width = latencyMs === 0 ? 0 : (100 * first) / latencyMs;
  return (
    <Section title={t("title")} note={`${t("total", { time: formatLatency(latencyMs) })}${speed}`}>
      <svg className="h-2 w-full" role="img" aria-label={t("label", { first: formatLatency(first), rest: formatLatency(rest) })}>
        <rect width="100%" height="8" rx="4" className="fill-chart-1" />
        <rect width={`${width.toFixed(2)}%`} height="8" rx="4" className="fill-chart-2" />
      </svg>
      <p className="mt-2 flex flex-wrap gap-x-4 text-13 text-fg-2">
        <span className="inline-flex items-center gap-1.5"><i className="size-2.5 rounded-[2px] bg-chart-2" aria-hidden="true" />{ttftMs === null ? t("answer", { time: formatLatency(first) }) : t("first", { time: formatLatency(first) })}</span>
        {rest > 0 ? <span className="inline-flex items-center gap-1.5"><i className="size-2.5 rounded-[2px] bg-chart-1" aria-hidden="true" />{t("rest", { time: formatLatency(rest) })}</span> : null}
      </p>
    </Section>
  );
}

function Reasons({ receipt }: { receipt: OwnReceipt }) {
  const t = useTranslations("requests.why");
  const locale = useLocale();
  const facts = [
    { key: "counted", label: t("countedBy"), value: t(`source.${receipt.usageSource as "upstream"}`) },
    { key: "price", label: t("price"), value: t.rich("version", { version: receipt.priceVersion.toString(), date: () => <Time at={receipt.priceSince} as="date" /> }) },
    ...(receipt.tier ? [{ key: "tier", label: t("tier"), value: t("tierOver", { over: formatCount(receipt.tier.over), input: formatCount(receipt.tier.input) }) }] : []),
    ...receipt.factors.filter(({ ppm }) => ppm !== 1_000_000).map(({ source, name, ppm }, i) => ({ key: `factor-${i}`, label: t(`factor.${source as "group"}`), value: `${name}, × ${ppm / 1e6}` })),
    { key: "rule", label: t("rule"), value: <span data-rule={receipt.rule}>{t(`rules.${receipt.rule}`)} <a className="link whitespace-nowrap" href={`/${locale}/docs/billing`}>{t("policy")}</a></span> },
    ...(receipt.modelAsked ? [{ key: "asked", label: t("asked"), value: receipt.modelAsked }] : []),
    { key: "answered", label: t("answered"), value: receipt.model },
    { key: "finish", label: t("finish"), value: receipt.finish ? <code className="text-13">{receipt.finish}</code> : null },
    ...(receipt.retries > 0 ? [{ key: "retries", label: t("retries"), value: t("retried", { count: receipt.retries }) }] : []),
    ...(receipt.warnings.length > 0 ? [{ key: "warnings", label: t("warnings"), value: <span>{receipt.warnings.map((code) => <code key={code} className="mr-2 text-13">{code}</code>)}<a className="link" href={`/${locale}/docs/parameters`}>{t("warningsWhy")}</a></span> }] : []),
    ...(receipt.injected ? [{ key: "injected", label: t("injected"), value: t(receipt.injected.absorbed ? "injectedFree" : "injectedCharged", { count: formatCount(receipt.injected.tokens) }) }] : []),
    { key: "content", label: t("content"), value: t("notStored") },
  ];
  return <Section title={t("title")}><DefinitionList items={facts} /></Section>;
}
