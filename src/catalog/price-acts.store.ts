import { ActRefused } from "#catalog/act-refused.ts";
import { lockModel, type Trace } from "#catalog/model-acts.store.ts";
import { publishPrice } from "#catalog/prices.store.ts";
import type { PriceDocument } from "#money/price.ts";
import type { Queryable } from "#platform/db/queryable.ts";

export type NewPrice = Readonly<{
  modelId: string;
  /** The newest version that the editor saw; null = there was none. */
  seenVersion: bigint | null;
  document: PriceDocument;
  ratioInput?: unknown;
  /** Undefined = now. */
  from?: Date;
  note?: string;
}>;

export type Published = Readonly<{ versionId: bigint; effectiveFrom: Date; trace: Trace }>;

/**
 * Publishes a version, now or at a later instant.
 *
 * @throws ActRefused not_found, changed_meanwhile (another version is newer than the one seen), in_the_past, nothing_to_do
 */
export async function publish(tx: Queryable, price: NewPrice, by: string): Promise<Published> {
  const { slug } = await lockModel(tx, price.modelId);
  const newest = await newestVersion(tx, price.modelId);
  if ((newest?.id ?? null) !== price.seenVersion) throw new ActRefused("changed_meanwhile", newest?.createdAt.toISOString());
  const { versionId, effectiveFrom } = price.from === undefined
    ? await publishPrice(tx, { ...price, createdBy: by })
    : await schedulePrice(tx, { ...price, from: price.from }, by);
  const trace = {
    action: price.from === undefined ? "price.publish" : "price.schedule", target: { type: "model", id: slug },
    before: newest?.doc, after: price.document, ...(price.note !== undefined && { reason: price.note }),
  };
  return { versionId, effectiveFrom, trace };
}

/**
 * Takes a scheduled version back before it begins.
 *
 * @throws ActRefused not_found, begun_already
 */
export async function withdraw(tx: Queryable, versionId: bigint): Promise<Trace> {
  const { rows } = await tx.query<{ slug: string; doc: unknown; effective_from: Date; begun: boolean }>(
    `SELECT m.slug, p.doc, p.effective_from, p.effective_from <= clock_timestamp() AS begun
       FROM price_versions p JOIN models m ON m.id = p.model_id WHERE p.id = $1 FOR UPDATE OF m`, [versionId]);
  const found = rows[0];
  if (!found) throw new ActRefused("not_found");
  // the nodes need a moment to forget it: a version withdrawn in its last second could be charged by one and not by another
  const { rowCount } = found.begun ? { rowCount: 0 } : await tx.query("DELETE FROM price_versions WHERE id = $1 AND effective_from > clock_timestamp() + interval '2 seconds'", [versionId]);
  if (!rowCount) throw new ActRefused("begun_already");
  return { action: "price.withdraw", target: { type: "model", id: found.slug }, before: { from: found.effective_from.toISOString(), price: found.doc } };
}

async function newestVersion(tx: Queryable, modelId: string): Promise<{ id: bigint; doc: PriceDocument; createdAt: Date } | undefined> {
  const { rows } = await tx.query<{ id: bigint; doc: PriceDocument; created_at: Date }>(
    "SELECT id, doc, created_at FROM price_versions WHERE model_id = $1 ORDER BY id DESC LIMIT 1", [modelId]);
  return rows[0] && { id: BigInt(rows[0].id), doc: rows[0].doc, createdAt: rows[0].created_at };
}

async function schedulePrice(tx: Queryable, price: NewPrice & Readonly<{ from: Date }>, by: string): Promise<{ versionId: bigint; effectiveFrom: Date }> {
  const { rows } = await tx.query<{ id: bigint; effective_from: Date }>(
    `INSERT INTO price_versions (model_id, effective_from, doc, ratio_input, note, created_by)
     SELECT $1, $2, $3, $4, $5, $6 WHERE $2::timestamptz > clock_timestamp() + interval '1 second' RETURNING id, effective_from`,
    [price.modelId, price.from, JSON.stringify(price.document), price.ratioInput === undefined ? null : JSON.stringify(price.ratioInput), price.note ?? null, by]);
  const made = rows[0];
  if (!made) throw new ActRefused("in_the_past");
  return { versionId: BigInt(made.id), effectiveFrom: made.effective_from };
}
