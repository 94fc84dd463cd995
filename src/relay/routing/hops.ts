import { RelayError } from "#relay/errors.ts";
import type { Inbound } from "#relay/http/exchange.ts";

const HOPS = "x-modelmart-hops";
const VIA = "x-modelmart-via";
const HOPS_MAX = 3;

/**
 * A call that comes from another shop must not have been here before, nor have come through too many.
 * @param shopId what all nodes of this shop go by @throws RelayError loop_detected
 */
export function checkHops({ headers }: Pick<Inbound, "headers">, shopId: string | undefined): void {
  if (headers[HOPS] === undefined && headers[VIA] === undefined) return;
  const isOwn = shopId !== undefined && viaOf(headers[VIA]).includes(shopId);
  if (isOwn || hopsOf(headers[HOPS]) >= HOPS_MAX) throw new RelayError("loop_detected", "The call has come round to where it began: a channel leads back to this shop.");
}

/** What a call to another shop says of its way. */
export const hopHeaders = ({ headers }: Pick<Inbound, "headers">, shopId: string | undefined): Readonly<Record<string, string>> => ({
  [HOPS]: String(hopsOf(headers[HOPS]) + 1),
  ...(shopId !== undefined && { [VIA]: [...viaOf(headers[VIA]).slice(-HOPS_MAX), shopId].join(",") }),
});

const viaOf = (text: string | undefined): readonly string[] => (text ?? "").split(",").map((id) => id.trim()).filter((id) => /^[\w-]{1,64}$/.test(id));

/** A word that is no number is none of ours. */
const hopsOf = (text: string | undefined): number => (/^\d{1,3}$/.test(text ?? "") ? Number(text) : 0);
