import { formatBalance, formatCharge, formatExact, formatSigned, formatTotal } from "#ui/format/index.ts";
import { MISSING } from "#ui/format/decimal.ts";
import { cn } from "#ui/kit/cn.ts";

const FORMATS = { balance: formatBalance, charge: formatCharge, exact: formatExact, signed: formatSigned, total: formatTotal } as const;
export type MoneyForm = keyof typeof FORMATS;

/**
 * An amount in USD; all digits on hover and for screen readers' own use of `value`.
 *
 * @param as `balance` rounds down, `charge` up, `total` to cents, `exact` and `signed` not at all
 */
export function Money({ nano, as = "exact", className }: { nano: bigint | null | undefined; as?: MoneyForm; className?: string }) {
  if (nano === null || nano === undefined) return <span className={cn("text-fg-3", className)}>{MISSING}</span>;
  const shown = FORMATS[as](nano);
  const exact = as === "signed" ? formatSigned(nano) : formatExact(nano);
  return <data value={nano.toString()} title={shown === exact ? undefined : exact} className={cn("nums whitespace-nowrap", className)}>{shown}</data>;
}
