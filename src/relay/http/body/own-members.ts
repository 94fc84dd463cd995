import type { PassRequestOptions } from "#relay/dialects/dialect.ts";
import type { ScannedRequest } from "#relay/http/body/scan.ts";
import type { Edit } from "#relay/http/body/splice.ts";
import type { Range } from "#relay/http/body/top-values.ts";

/** Where the members stand that are left out: those named, but for a tier whose price is known, and what the model refuses. */
export function unwantedRanges({ ranges }: ScannedRequest, names: readonly string[], { flags, drop }: PassRequestOptions): Range[] {
  const found: Range[] = [];
  for (const name of names) {
    const range = ranges.get(name);
    if (range && !(flags.serviceTier === true && (name === "service_tier" || name === "serviceTier"))) found.push(range);
  }
  if (drop === undefined) return found;
  for (const name of drop) {
    const range = ranges.get(name);
    if (range) found.push(range);
  }
  return found;
}

const QUOTE = 34;
/** Where OpenAI's formats tell a vendor who a customer's own user is. */
const USER_NAMES = ["user", "safety_identifier"] as const;

/** A vendor hears of a customer's users by names of our making: always the same, and never theirs. */
export function hideUsers({ ranges }: ScannedRequest, body: Buffer, { flags, endUser, customer = "" }: PassRequestOptions, edits: Edit[]): void {
  if (endUser === undefined || flags.userIds === true) return;
  for (const name of USER_NAMES) {
    const range = ranges.get(name);
    if (!range || body[range[0]] !== QUOTE) continue;
    const given = JSON.parse(body.toString("utf8", range[0], range[1])) as string;
    edits.push({ start: range[0], end: range[1], text: `"${endUser(customer, given)}"` });
  }
}
