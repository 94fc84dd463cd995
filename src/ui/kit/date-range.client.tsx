"use client";
import { CalendarDays, Check } from "lucide-react";
import dynamic from "next/dynamic";
import { useNow, useTimeZone, useTranslations } from "next-intl";
import { parseAsString, useQueryStates } from "nuqs";
import { useState, type FormEvent } from "react";
import { dayText, parseRange, presetOf, presetParameters, RANGE_PRESETS, type RangePreset } from "#ui/format/index.ts";
import { Button } from "#ui/kit/button.tsx";
import { cn } from "#ui/kit/cn.ts";
import { rangeText } from "#ui/kit/filter-types.ts";
import { Popover } from "#ui/kit/popover.client.tsx";

const Calendar = dynamic(() => import("#ui/kit/date-calendar.client.tsx"), { ssr: false, loading: () => <div className="h-70 w-62" /> });

export type DateRangeChange = Readonly<{ from: string | null; to: string | null }>;
type PickerProps = {
  from: string | undefined;
  to: string | undefined;
  onChange: (change: DateRangeChange) => void;
  /** What no parameters mean. */
  fallback?: RangePreset | "any";
  presets?: readonly RangePreset[];
};

/** The range of a screen as a chip that opens presets and a calendar. */
export function DateRangePicker({ from, to, onChange, fallback = "-24h", presets = RANGE_PRESETS }: PickerProps) {
  const t = useTranslations("tables");
  const zone = useTimeZone() ?? "UTC";
  const now = useNow();
  const [open, setOpen] = useState(false);
  const initial = fallback === "any" ? undefined : presetParameters(fallback, now, zone);
  const always = from === undefined && initial === undefined;
  const asked = from ?? initial?.from;
  const preset = always ? undefined : presetOf(asked, to ?? (from ? null : initial?.to), now, zone);
  const range = parseRange(asked, to, now, zone);
  const text = always ? t("range.any") : preset ? t(`range.presets.${preset}`) : rangeText(range.from, range.to, zone);
  const choose = (change: DateRangeChange) => {
    onChange(change);
    setOpen(false);
  };
  const trigger = (
    <button type="button" className="chip hover:bg-muted">
      <CalendarDays size={16} strokeWidth={1.75} aria-hidden="true" />
      <span className="sr-only">{t("range.label")}</span>
      <span className="nums">{text}</span>
    </button>
  );
  return (
    <Popover trigger={trigger} title={t("range.title")} open={open} onOpenChange={setOpen}>
      <div className="flex gap-4 max-sm:flex-col">
        <ul className="flex min-w-36 flex-col max-sm:grid max-sm:grid-cols-2" aria-label={t("range.presetsLabel")}>
          {fallback === "any" ? <li><button type="button" className={cn("pop-item hover:bg-muted", always && "font-medium")} aria-pressed={always} onClick={() => choose({ from: null, to: null })}><span className="flex-1">{t("range.any")}</span>{always ? <Check size={16} strokeWidth={1.75} aria-hidden="true" /> : null}</button></li> : null}
          {presets.map((one) => (
            <li key={one}>
              <button type="button" className={cn("pop-item hover:bg-muted", preset === one && "font-medium")} aria-pressed={preset === one} onClick={() => choose(one === fallback ? { from: null, to: null } : presetParameters(one, now, zone))}>
                <span className="flex-1">{t(`range.presets.${one}`)}</span>
                {preset === one ? <Check size={16} strokeWidth={1.75} aria-hidden="true" /> : null}
              </button>
            </li>
          ))}
        </ul>
        <Custom key={`${from} ${to}`} first={dayText(range.from, zone)} last={dayText(new Date(range.to.getTime() - 1), zone)} today={dayText(now, zone)} zone={zone} onChoose={choose} />
      </div>
    </Popover>
  );
}

function Custom({ first, last, today, zone, onChoose }: { first: string; last: string; today: string; zone: string; onChoose: (change: DateRangeChange) => void }) {
  const t = useTranslations("tables");
  const [from, setFrom] = useState(first);
  const [to, setTo] = useState(last);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (from && to) onChoose(from <= to ? { from, to } : { from: to, to: from });
  };
  const input = "field mt-1 h-8! px-2! text-13! text-fg! [&::-webkit-calendar-picker-indicator]:hidden";
  return (
    <form className="flex flex-col gap-3" onSubmit={submit}>
      <Calendar from={from} to={to} today={today} onChange={(start, end) => {
        setFrom(start);
        setTo(end);
      }} />
      <div className="grid grid-cols-2 gap-2">
        <label className="min-w-0 text-12 text-fg-2">{t("range.from")}<input type="date" className={input} value={from} max={today} onChange={(event) => setFrom(event.target.value)} /></label>
        <label className="min-w-0 text-12 text-fg-2">{t("range.to")}<input type="date" className={input} value={to} max={today} onChange={(event) => setTo(event.target.value)} /></label>
      </div>
      <div className="flex items-center justify-between gap-3">
        <span className="text-12 text-fg-3">{t("range.zone", { zone })}</span>
        <Button type="submit" variant="primary" size="sm" disabled={!from || !to}>{t("apply")}</Button>
      </div>
    </form>
  );
}

/** The same, kept in the address as `from` and `to`; a change begins at the first page again. */
export function DateRange({ fallback = "-24h", presets }: { fallback?: RangePreset; presets?: readonly RangePreset[] }) {
  const [{ from, to }, write] = useQueryStates({ from: parseAsString, to: parseAsString, cursor: parseAsString }, { history: "push" });
  return <DateRangePicker from={from ?? undefined} to={to ?? undefined} fallback={fallback} {...(presets && { presets })} onChange={(change) => void write({ ...change, cursor: null })} />;
}
