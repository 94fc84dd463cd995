import { CircleAlert, CircleCheck, Info, TriangleAlert, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "#ui/kit/cn.ts";
import { TONE_CLASS, type Tone } from "#ui/kit/tone.ts";

const ICONS: Readonly<Record<Tone, LucideIcon>> = { neutral: Info, ok: CircleCheck, warn: TriangleAlert, bad: CircleAlert, info: Info, accent: Info };

type Props = { tone?: Tone; title?: ReactNode; children?: ReactNode; action?: ReactNode; className?: string };

/** A note beside what it is about: what it is, what to do, and the button that does it. */
export function Callout({ tone = "info", title, children, action, className }: Props) {
  const Icon = ICONS[tone];
  return (
    <div className={cn("callout", TONE_CLASS[tone], className)} role={tone === "bad" ? "alert" : undefined}>
      <Icon className="mt-0.5" size={16} strokeWidth={1.75} aria-hidden="true" />
      <div className="min-w-0 flex-1">
        {title ? <p className="font-medium">{title}</p> : null}
        {children ? <div className={cn(title !== undefined && "mt-0.5", "text-fg-2")}>{children}</div> : null}
      </div>
      {action ? <div className="flex-none self-center">{action}</div> : null}
    </div>
  );
}

/** One line under the top bar: one sentence, one action. */
export function Banner({ tone = "info", children, action, icon }: { tone?: Tone; children: ReactNode; action?: ReactNode; icon?: ReactNode }) {
  const Icon = ICONS[tone];
  return (
    <div className={cn("flex min-h-9 items-center gap-3 border-b px-4 py-1.5 text-13 md:px-8", TONE_CLASS[tone])} role={tone === "bad" ? "alert" : "status"}>
      {icon ?? <Icon size={16} strokeWidth={1.75} aria-hidden="true" />}
      <p className="min-w-0 flex-1">{children}</p>
      {action ? <div className="flex-none font-medium underline underline-offset-2">{action}</div> : null}
    </div>
  );
}
