import { parsePriceDocument } from "#money/price-document.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { isUuid, parseRequestId } from "#platform/ids.ts";
import { ownReceipt, type OwnReceipt } from "#reports/own-receipt.ts";
import { findReceipt } from "#reports/receipts.store.ts";
import { generationView, type GenerationView } from "#reports/relay-lookups.ts";

/**
 * The receipt of one of this customer's requests, and the same as the relay's `/v1/generation` gives it.
 *
 * @param requestId `req_…` or the UUID behind it; undefined = not there (yet), or somebody else's
 */
export async function findOwnReceipt(db: Queryable, userId: string, requestId: string): Promise<{ receipt: OwnReceipt; json: GenerationView } | undefined> {
  const uuid = isUuid(requestId) ? requestId : parseRequestId(requestId);
  const receipt = uuid && (await findReceipt(db, uuid, userId));
  if (!receipt) return undefined;
  const { rows } = await db.query<{ vendor: string | null; keyKind: string | null; settlementId: string; settledAt: Date | null; priceSince: Date; doc: unknown }>(
    `SELECT v.slug AS vendor, k.kind AS "keyKind", c.settlement_id AS "settlementId", t.posted_at AS "settledAt", p.effective_from AS "priceSince", p.doc
       FROM charges c JOIN price_versions p ON p.id = $2 LEFT JOIN ledger_transactions t ON t.id = c.settlement_id
       LEFT JOIN models m ON m.id = c.model_id LEFT JOIN vendors v ON v.id = m.vendor_id LEFT JOIN api_keys k ON k.id = c.key_id
      WHERE c.id = $1 AND c.at = mm_uuid_ms($1)`,
    [uuid, receipt.priceVersion],
  );
  const { doc, ...facts } = rows[0]!;
  return { receipt: ownReceipt(receipt, { ...facts, document: parsePriceDocument(doc) }), json: generationView(receipt) };
}
