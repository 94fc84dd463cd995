import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { cn } from "#ui/kit/cn.ts";
import { Time } from "#ui/kit/time.tsx";
import { TONE_CLASS, type Tone } from "#ui/kit/tone.ts";

export type TimelineItem = Readonly<{
  id: string;
  at: Date;
  title: ReactNode;
  text?: ReactNode;
  /** Who did it; left out = the shop itself. */
  by?: string | undefined;
  tone?: Tone;
  /** 14 px; a dot without it. */
  icon?: ReactNode;
  /** At the right end: an amount, a link. */
  aside?: ReactNode;
}>;

/** What happened to one object, in order. */
export function Timeline({ items, label, className }: { items: readonly TimelineItem[]; label?: string; className?: string }) {
  const t = useTranslations("tables");
  if (items.length === 0) return <p className="text-13 text-fg-3">{t("timeline.empty")}</p>;
  return (
    <ol className={cn("timeline", className)} aria-label={label ?? t("timeline.label")}>
      {items.map(({ id, at, title, text, by, tone = "neutral", icon, aside }) => (
        <li key={id}>
          <span className={cn("timeline-mark", TONE_CLASS[tone])} aria-hidden="true">{icon ?? <i className="dot" />}</span>
          <div className="min-w-0 flex-1">
            <p className="flex flex-wrap items-baseline gap-x-3">
              <span className="font-medium">{title}</span>
              <Time at={at} className="text-13 text-fg-3" />
              {by ? <span className="truncate text-13 text-fg-3">{t("timeline.by", { who: by })}</span> : null}
            </p>
            {text ? <div className="mt-0.5 text-13 text-fg-2">{text}</div> : null}
          </div>
          {aside ? <div className="nums text-right">{aside}</div> : null}
        </li>
      ))}
    </ol>
  );
}
