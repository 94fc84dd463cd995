import { ChevronRight } from "lucide-react";
import { getFormatter, getTranslations } from "next-intl/server";
import { VendorMark } from "#ui/kit/vendor-mark.tsx";
import { calendarDate } from "#ui/storefront/calendar-date.ts";
import { CopyButton } from "#ui/storefront/copy-button.tsx";
import { formatContext, formatLatency } from "#ui/storefront/numbers.ts";
import type { ShownModel } from "#ui/storefront/shown-model.ts";
import { formatRate, STATUS_BADGE, type StatusWord } from "#ui/storefront/status-words.ts";
import { total, type Day } from "#ui/storefront/uptime.ts";

type Described = ShownModel & Readonly<{
  facts: Readonly<{ released: string | undefined; knowledge: string | undefined; description: string | Readonly<Record<string, string>> | undefined }>;
}>;
type Props = {
  offer: Described; locale: string; word: StatusWord | undefined; startHref: string; days: readonly Day[] | undefined;
  speed: Readonly<{ requests: number; firstTokenMs: number | undefined; tokensPerSecond: number | undefined }> | undefined;
};

/** Below so many requests a median or a share says little. */
const REQUESTS_MIN = 20;

export async function ModelHead({ offer, locale, word, startHref, days, speed }: Props) {
  const t = await getTranslations("model");
  const common = await getTranslations("common");
  const words = { copy: common("copy"), copied: common("copied") };
  // The playground is a conversation: a model of vectors or pictures has no place in it.
  const talks = offer.prices["output"] !== undefined && (offer.endpoints.length === 0 || offer.endpoints.includes("chat"));
  const { description } = offer.facts;
  const text = typeof description === "string" ? description : description?.[locale] ?? Object.values(description ?? {})[0];
  return (
    <>
      <nav className="flex items-center gap-1.5 pt-6 text-13 text-fg-3" aria-label={t("breadcrumb")}>
        <a href={`/${locale}/models`} className="hover:text-fg">{t("models")}</a>
        {offer.vendorSlug === undefined ? null : <><ChevronRight size={14} strokeWidth={1.75} aria-hidden="true" /><a href={`/${locale}/models?vendor=${encodeURIComponent(offer.vendorSlug)}`} className="hover:text-fg">{offer.vendorName}</a></>}
        <ChevronRight size={14} strokeWidth={1.75} aria-hidden="true" />
        <span className="truncate text-fg-2">{offer.name}</span>
      </nav>
      <header className="mt-4 flex flex-wrap items-start gap-x-8 gap-y-6">
        <div className="min-w-0 flex-1 basis-96 max-sm:basis-full">
          <div className="flex flex-wrap items-center gap-3">
            <VendorMark name={offer.vendorName ?? offer.name} size={40} />
            <h1 className="min-w-0 text-28 font-semibold tracking-[-0.01em] [overflow-wrap:anywhere]">{offer.name}</h1>
            {word === undefined || word === "unknown" ? null : <span className={`badge ${STATUS_BADGE[word]}`}><i className="dot" aria-hidden="true" />{t(`state.${word}`)}</span>}
          </div>
          {text === undefined ? null : <p className="mt-3 max-w-[62ch] text-16 text-fg-2">{text}</p>}
          <div className="mt-2"><CopyButton text={offer.slug} words={words}>{offer.slug}</CopyButton></div>
        </div>
        <div className="flex w-full gap-2 sm:w-auto">
          {talks ? <a href={`/console/playground?model=${encodeURIComponent(offer.slug)}`} rel="nofollow" className="btn btn-lg btn-secondary flex-1 sm:flex-none">{t("playground")}</a> : null}
          <a href={startHref} className="btn btn-lg btn-primary flex-1 sm:flex-none">{t("getKey")}</a>
        </div>
      </header>
      <KeyFigures offer={offer} days={days} speed={speed} />
    </>
  );
}

/** What is known, in one row; what is not known has no place in it. */
async function KeyFigures({ offer, days, speed }: Pick<Props, "offer" | "days" | "speed">) {
  const [t, format] = await Promise.all([getTranslations("model.key"), getFormatter()]);
  const dated = (text: string | undefined): string | undefined => {
    const known = calendarDate(text);
    return known ? format.dateTime(known.date, known.how) : text;
  };
  const sum = total(days ?? []);
  const figures = [
    ["context", offer.contextTokens && formatContext(offer.contextTokens)],
    ["maxOutput", offer.maxOutputTokens && formatContext(offer.maxOutputTokens)],
    ["knowledge", dated(offer.facts.knowledge)],
    ["released", dated(offer.facts.released)],
    ["firstToken", speed?.firstTokenMs !== undefined && speed.requests >= REQUESTS_MIN && formatLatency(speed.firstTokenMs)],
    ["speed", speed?.tokensPerSecond !== undefined && speed.requests >= REQUESTS_MIN && t("speedValue", { count: Math.round(speed.tokensPerSecond) })],
    ["uptime", sum.requests >= REQUESTS_MIN && formatRate(sum)],
  ] as const;
  const known = figures.filter(([, value]) => value);
  if (known.length === 0) return <div className="mt-8 border-t" />;
  return (
    <dl className="mt-8 flex flex-wrap gap-x-12 gap-y-5 border-y py-5 max-sm:grid max-sm:grid-cols-2 lg:gap-x-20">
      {known.map(([name, value]) => (
        <div key={name}>
          <dt className="text-12 text-fg-3">{t(name)}</dt>
          <dd className="nums mt-1 text-16 font-medium">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
