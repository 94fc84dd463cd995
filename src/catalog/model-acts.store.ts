import { ActRefused, isTaken } from "#catalog/act-refused.ts";
import { createModel, setAliases, updateModel, type ModelFields } from "#catalog/models.store.ts";
import { publishPrice } from "#catalog/prices.store.ts";
import { isWildcard } from "#catalog/wildcard.ts";
import type { PriceDocument } from "#money/price.ts";
import type { Queryable } from "#platform/db/queryable.ts";

/** What an act leaves in the audit log. */
export type Trace = Readonly<{ action: string; target: Readonly<{ type: string; id: string }>; before?: unknown; after?: unknown; reason?: string }>;

export type NewModel = Readonly<{
  slug: string;
  fields: ModelFields;
  aliases?: readonly string[];
  price?: Readonly<{ document: PriceDocument; ratioInput?: unknown; note?: string }>;
}>;

/** @throws ActRefused name_taken, alias_taken, wildcard_plain */
export async function addModel(tx: Queryable, model: NewModel, by: string | undefined): Promise<Readonly<{ id: string; trace: Trace }>> {
  refuseOnWildcard(model.slug, model.aliases, model.fields.preset);
  await refuseTakenNames(tx, [model.slug], undefined, "name_taken");
  const id = await createModel(tx, model.slug, model.fields).catch((error: unknown) => {
    throw isTaken(error) ? new ActRefused("name_taken", model.slug) : error;
  });
  if (model.aliases?.length) await replaceAliases(tx, id, model.aliases);
  if (model.price) await publishPrice(tx, { modelId: id, ...model.price, ...(by !== undefined && { createdBy: by }) });
  return { id, trace: { action: "model.create", target: { type: "model", id: model.slug }, after: { ...model.fields, aliases: model.aliases, price: model.price?.document } } };
}

/**
 * Changes a model's facts.
 *
 * @param seen the row's `updated_at` as the editor saw it
 * @throws ActRefused not_found, changed_meanwhile, alias_taken, wildcard_plain
 */
export async function editModel(tx: Queryable, id: string, seen: Date, patch: ModelFields & Readonly<{ aliases?: readonly string[] }>): Promise<Trace> {
  const before = await lockModel(tx, id, seen);
  const { aliases, ...fields } = patch;
  refuseOnWildcard(before.slug, aliases, fields.preset);
  await updateModel(tx, id, fields);
  if (aliases) await replaceAliases(tx, id, aliases);
  const names = Object.keys(patch).filter((name) => (patch as Record<string, unknown>)[name] !== undefined);
  return { action: "model.update", target: { type: "model", id: before.slug }, before: pick(before, names), after: patch };
}

/** Names and parameters of its own would be asked for in vain. */
function refuseOnWildcard(slug: string, aliases: readonly string[] = [], preset: ModelFields["preset"]): void {
  if (isWildcard(slug) && (aliases.length > 0 || preset)) throw new ActRefused("wildcard_plain", slug);
}

type Locked = Readonly<{
  slug: string; name: string | null; vendor: string | null; contextTokens: number | null; maxOutputTokens: number | null; endpoints: readonly string[];
  enabled: boolean; limits: unknown; fallbacks: unknown; preset: unknown; listPrice: unknown; facts: unknown; aliases: readonly string[];
}>;

/** The row, locked. @throws ActRefused not_found, changed_meanwhile */
export async function lockModel(tx: Queryable, id: string, seen?: Date): Promise<Locked> {
  const { rows } = await tx.query<Locked & { at: Date }>(
    `SELECT m.slug, m.name, (SELECT slug FROM vendors v WHERE v.id = m.vendor_id) AS vendor, m.context_tokens AS "contextTokens", m.max_output_tokens AS "maxOutputTokens",
            m.endpoints, m.enabled, m.limits, m.fallbacks, m.preset, m.list_price AS "listPrice", m.facts, m.updated_at AS at,
            ARRAY(SELECT alias FROM model_aliases a WHERE a.model_id = m.id ORDER BY 1) AS aliases
       FROM models m WHERE m.id = $1 FOR UPDATE`, [id]);
  const row = rows[0];
  if (!row) throw new ActRefused("not_found");
  if (seen && row.at.getTime() !== seen.getTime()) throw new ActRefused("changed_meanwhile", row.at.toISOString());
  const { at: _, ...locked } = row;
  return locked;
}

/** An alias that stands for something else already would silently send its callers elsewhere. */
async function replaceAliases(tx: Queryable, id: string, aliases: readonly string[]): Promise<void> {
  await refuseTakenNames(tx, aliases, id, "alias_taken");
  await setAliases(tx, id, aliases);
}

async function refuseTakenNames(tx: Queryable, names: readonly string[], ownId: string | undefined, code: "name_taken" | "alias_taken"): Promise<void> {
  const { rows } = await tx.query<{ name: string }>(
    `SELECT slug AS name FROM models WHERE slug = ANY($1) UNION ALL SELECT alias FROM model_aliases WHERE alias = ANY($1) AND ($2::uuid IS NULL OR model_id <> $2)`,
    [names, ownId ?? null]);
  if (rows[0]) throw new ActRefused(code, rows[0].name);
}

/** The members of `row` that are named. */
export const pick = (row: object, names: readonly string[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(row).filter(([name]) => names.includes(name)));
