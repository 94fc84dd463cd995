"use client";
import { useLocale, useTranslations } from "next-intl";
import { useState, type KeyboardEvent } from "react";
import { formatDay, formatPercent } from "#ui/format/index.ts";

export type UptimeDay = Readonly<{ day: Date; /** Share of answered requests or of time; null = nothing was measured. */ ratio: number | null; incidents?: number }>;

type Level = "ok" | "warn" | "bad" | "none";
const OK_FROM = 0.999;
const WARN_FROM = 0.97;

/** How a day is judged; shown with its word, never by colour alone. */
export const levelOf = (ratio: number | null): Level => (ratio === null ? "none" : ratio >= OK_FROM ? "ok" : ratio >= WARN_FROM ? "warn" : "bad");

/** One cell a day, oldest first. Arrow keys move; the day in question is written out below. */
export function UptimeBar({ days, label, timeZone = "UTC" }: { days: readonly UptimeDay[]; label: string; timeZone?: string }) {
  const t = useTranslations("data");
  const locale = useLocale();
  const [at, setAt] = useState<number>();
  const say = ({ day, ratio, incidents = 0 }: UptimeDay): string =>
    t("uptime.day", { day: formatDay(day, { locale, timeZone }), uptime: ratio === null ? t("uptime.none") : formatPercent(ratio, 2, "down"), level: t(`uptime.level.${levelOf(ratio)}`), incidents });
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(days.length - 1, (at ?? days.length - 1) + step));
    setAt(next);
    event.currentTarget.querySelectorAll<HTMLButtonElement>("button")[next]?.focus();
  };
  const shown = at === undefined ? undefined : days[at];
  const measured = days.flatMap(({ ratio }) => (ratio === null ? [] : [ratio]));
  const mean = measured.length === 0 ? null : measured.reduce((sum, ratio) => sum + ratio, 0) / measured.length;
  return (
    <div>
      <div className="uptime" role="group" aria-label={label} onKeyDown={onKeyDown} onMouseLeave={() => setAt(undefined)}>
        {days.map((one, i) => (
          <button key={one.day.getTime()} type="button" data-level={levelOf(one.ratio)} aria-label={say(one)} tabIndex={i === (at ?? days.length - 1) ? 0 : -1} onFocus={() => setAt(i)} onBlur={() => setAt(undefined)} onMouseEnter={() => setAt(i)} onClick={() => setAt(i)} />
        ))}
      </div>
      <p className="nums mt-1 flex min-h-4 justify-between gap-4 text-12 text-fg-3" aria-hidden="true">
        {shown ? <span>{say(shown)}</span> : <><span>{t("uptime.from", { days: days.length })}</span><span>{formatPercent(mean, 2, "down")}</span><span>{t("uptime.today")}</span></>}
      </p>
    </div>
  );
}
