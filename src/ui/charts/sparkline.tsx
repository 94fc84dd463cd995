import { cn } from "#ui/kit/cn.ts";
import { sparkPath } from "#ui/charts/spark-path.ts";

type Props = {
  values: readonly (number | null)[];
  /** Said in place of the picture; without it the figures beside it have to say everything. */
  label?: string;
  tone?: "neutral" | "warn" | "bad" | "accent";
  width?: number;
  height?: number;
  className?: string;
};

const TONES = { neutral: "text-fg-3", warn: "text-warn", bad: "text-bad", accent: "text-accent-text" } as const;

/** A line without axes: the shape of the last hours beside a figure. Gaps stay gaps. */
export function Sparkline({ values, label, tone = "neutral", width = 48, height = 16, className }: Props) {
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} className={cn(TONES[tone], className)} {...(label ? { role: "img", "aria-label": label } : { "aria-hidden": true })}>
      <path d={sparkPath(values, width, height)} fill="none" stroke="currentColor" strokeWidth="1.25" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
