import type { PriceDocument } from "#money/price.ts";
import type { Queryable } from "#platform/db/queryable.ts";

/**
 * Publishes a price version of a model. A model's first one is in force at once; a later one a second after, so
 * that every node has it by then. Versions are never edited.
 *
 * @param ratioInput what the operator typed, when he typed ratios
 * @returns the version and the instant from which it holds
 */
export async function publishPrice(
  tx: Queryable,
  price: Readonly<{ modelId: string; document: PriceDocument; ratioInput?: unknown; note?: string; createdBy?: string }>,
): Promise<{ versionId: bigint; effectiveFrom: Date }> {
  // clock_timestamp, not now(): the transaction may have begun long before it comes here
  const { rows } = await tx.query<{ id: bigint; effective_from: Date }>(
    `INSERT INTO price_versions (model_id, effective_from, doc, ratio_input, note, created_by)
     SELECT $1, CASE WHEN EXISTS (SELECT 1 FROM price_versions WHERE model_id = $1) THEN clock_timestamp() + interval '1 second' ELSE now() END, $2, $3, $4, $5
     RETURNING id, effective_from`,
    [price.modelId, JSON.stringify(price.document), price.ratioInput === undefined ? null : JSON.stringify(price.ratioInput), price.note ?? null, price.createdBy ?? null],
  );
  return { versionId: BigInt(rows[0]!.id), effectiveFrom: rows[0]!.effective_from };
}
