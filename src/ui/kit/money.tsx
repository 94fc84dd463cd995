import { formatBalance, formatCharge, formatExact, formatSigned, formatTotal } from "#ui/format/index.ts";
import { MISSING } from "#ui/format/decimal.ts";
import { cn } from "#ui/kit/cn.ts";

const FORMATS = { balance: formatBalance, charge: formatCharge, exact: formatExact, signed: formatSigned, total: formatTotal } as const;
export type MoneyForm = keyof typeof FORMATS;

const decimalsIn = (text: string): number => text.split(".")[1]?.length ?? 0;

/** The most decimals that a column of amounts has; given to each Money of it, the points stand under each other. */
export const placesOf = (amounts: Iterable<bigint | null | undefined>, as: MoneyForm): number =>
  Math.max(0, ...Array.from(amounts, (nano) => (nano === null || nano === undefined ? 0 : decimalsIn(FORMATS[as](nano)))));

type Props = { nano: bigint | null | undefined; as?: MoneyForm; places?: number; className?: string };

/**
 * An amount in USD; all digits on hover.
 *
 * @param as `balance` rounds down, `charge` up, `total` to cents, `exact` and `signed` not at all
 * @param places decimals of the widest amount in the column (placesOf): room is left for those this one has not
 */
export function Money({ nano, as = "exact", places = 0, className }: Props) {
  if (nano === null || nano === undefined) return <span className={cn("text-fg-3", className)}>{MISSING}</span>;
  const shown = FORMATS[as](nano);
  const exact = as === "signed" ? formatSigned(nano) : formatExact(nano);
  const room = "0".repeat(Math.max(0, places - decimalsIn(shown)));
  return <data value={nano.toString()} data-room={room || undefined} title={shown === exact ? undefined : exact} className={cn("nums whitespace-nowrap", className)}>{shown}</data>;
}
