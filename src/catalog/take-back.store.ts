import { ActRefused } from "#catalog/act-refused.ts";
import type { Trace } from "#catalog/model-acts.store.ts";
import { withdraw } from "#catalog/price-acts.store.ts";
import { publishPrice } from "#catalog/prices.store.ts";
import type { PriceDocument } from "#money/price.ts";
import type { Queryable } from "#platform/db/queryable.ts";

type Version = { model_id: string; slug: string; doc: PriceDocument; effective_from: Date; begun: boolean; own: boolean; newest: boolean };
type Before = { doc: PriceDocument; ratio_input: unknown };

/** Long enough to see what one has done; later it is a price of the past like any other. */
const TAKE_BACK_MINUTES = 10;

/**
 * Undoes what somebody published a moment ago: a version to come goes, one in force is followed by what held before it.
 * Only the own, newest version: it can bring nothing but a price that was in force already, so nothing is asked again.
 *
 * @throws ActRefused not_found, changed_meanwhile (there is a newer one), begun_already (too late, another's, or there was no price before)
 */
export async function takeBack(tx: Queryable, versionId: bigint, by: string): Promise<Trace> {
  const { rows } = await tx.query<Version>(
    `SELECT p.model_id, m.slug, p.doc, p.effective_from, p.effective_from <= clock_timestamp() + interval '2 seconds' AS begun,
            p.created_by = $2 AND p.created_at > clock_timestamp() - make_interval(mins => $3) AS own,
            NOT EXISTS (SELECT 1 FROM price_versions n WHERE n.model_id = p.model_id AND n.id > p.id) AS newest
       FROM price_versions p JOIN models m ON m.id = p.model_id WHERE p.id = $1 FOR UPDATE OF m`, [versionId, by, TAKE_BACK_MINUTES]);
  const version = rows[0];
  if (!version) throw new ActRefused("not_found");
  if (!version.newest) throw new ActRefused("changed_meanwhile");
  if (!version.own) throw new ActRefused("begun_already");
  if (!version.begun) return withdraw(tx, versionId);
  const { rows: [before] } = await tx.query<Before>(
    "SELECT doc, ratio_input FROM price_versions WHERE model_id = $1 AND effective_from < $2 ORDER BY effective_from DESC LIMIT 1", [version.model_id, version.effective_from]);
  if (!before) throw new ActRefused("begun_already");
  const note = "taken back";
  const { effectiveFrom } = await publishPrice(tx, { modelId: version.model_id, document: before.doc, ...(before.ratio_input !== null && { ratioInput: before.ratio_input }), note, createdBy: by });
  // one that was set for the very next second would come after what takes it back
  if (effectiveFrom <= version.effective_from) throw new ActRefused("begun_already");
  return { action: "price.publish", target: { type: "model", id: version.slug }, before: version.doc, after: before.doc, reason: note };
}
