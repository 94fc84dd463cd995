import { isIP } from "node:net";
import { z } from "zod";
import { BUDGET_PERIODS, groupLimitsSchema, limitsSchema } from "#accounts/index.ts";
import type { Nano } from "#money/amount.ts";
import { parseUsd } from "#money/parse-amount.ts";

export { countField, nameField, soldNameField } from "#catalog/index.ts";

/** The parts that the store file and the REST have in common. Decimals come as text from YAML and as numbers from JSON. */

const decimalText = z.union([z.string(), z.number()], { error: "must be a number" }).transform(String);

const ratioOf = decimalText.transform(Number).pipe(limitsSchema.shape.burst_ratio.unwrap()).optional();
export const limitsField = limitsSchema.extend({ burst_ratio: ratioOf });
export const groupLimitsField = groupLimitsSchema.extend({ burst_ratio: ratioOf });

/** USD as nano-USD; not negative, at most nine decimals. */
export const usdField = decimalText.transform((text, context): Nano => {
  try {
    return parseUsd(text);
  } catch (error) {
    context.addIssue({ code: "custom", message: error instanceof Error ? error.message : "is not an amount in USD" });
    return z.NEVER;
  }
});

export const positiveUsdField = usdField.refine((amount) => amount > 0n, "must be above 0");

/** A day (from its first instant, UTC) or an RFC 3339 instant. */
export const instantField = z.string().transform((text, context): Date => {
  const date = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text) ? new Date(text) : new Date(NaN);
  if (Number.isNaN(date.getTime())) {
    context.addIssue({ code: "custom", message: "must be a date such as 2030-01-31 or 2030-01-31T12:00:00Z" });
    return z.NEVER;
  }
  return date;
});

export const cidrField = z.string().refine(isCidr, "must be an IP address or range such as 10.0.0.0/8");

export const budgetField = z.strictObject({ amount: usdField, per: z.enum(BUDGET_PERIODS) })
  .transform(({ amount, per }) => ({ amount_nano: amount.toString(), per }));


/** One value or a list of them. */
export const listOf = <T extends z.ZodType>(item: T) => z.union([z.array(item), item.transform((value) => [value])]);

function isCidr(text: string): boolean {
  const [address = "", bits, ...rest] = text.split("/");
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}
