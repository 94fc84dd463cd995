"use client";
import { useLocale, useTranslations } from "next-intl";
import { DayPicker } from "react-day-picker";
import { enGB, zhCN } from "react-day-picker/locale";

type Props = { from: string; to: string; today: string; onChange: (from: string, to: string) => void };

/** Days as text outside, as dates of the browser's own zone inside: a calendar only needs their numbers. */
const toDate = (day: string): Date | undefined => {
  const [year, month, date] = day.split("-").map(Number);
  return year && month && date ? new Date(year, month - 1, date) : undefined;
};
const toDay = (date: Date): string => `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;

/** A month to choose a range of days from; loaded when it is first opened. */
export default function DateCalendar({ from, to, today, onChange }: Props) {
  const t = useTranslations("tables");
  const locale = useLocale();
  const now = toDate(today);
  return (
    <DayPicker
      mode="range"
      aria-label={t("range.calendar")}
      locale={locale === "zh" ? zhCN : enGB}
      selected={{ from: toDate(from), to: toDate(to) }}
      {...(now && { today: now, disabled: { after: now }, endMonth: now })}
      defaultMonth={toDate(to) ?? now ?? new Date()}
      onSelect={(range) => {
        if (range?.from) onChange(toDay(range.from), toDay(range.to ?? range.from));
      }}
    />
  );
}
