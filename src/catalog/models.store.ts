import type { PriceDocument } from "#money/price.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { updateRow } from "#platform/db/update-row.ts";
import { uuidv7 } from "#platform/ids.ts";

export type ModelFields = Readonly<{
  name?: string | null;
  /** Slug of the company; made when it is new. */
  vendor?: string | null;
  contextTokens?: number | null;
  maxOutputTokens?: number | null;
  /** Empty = all that its channels can serve. */
  endpoints?: readonly string[];
  enabled?: boolean;
  limits?: Readonly<Record<string, number>>;
  /** Who takes its place, in order. */
  fallbacks?: readonly Readonly<{ model: string; on: readonly string[] }>[];
  /** The vendor's own price: what a channel's cost factor counts from. */
  listPrice?: PriceDocument | null;
  /** What the catalogue says of it, for the storefront. */
  facts?: Readonly<Record<string, unknown>>;
}>;

/** Makes a model. It is sold only once it has a price. Throws on a taken slug (23505). */
export async function createModel(tx: Queryable, slug: string, fields: ModelFields): Promise<string> {
  const id = uuidv7();
  await tx.query("INSERT INTO models (id, slug) VALUES ($1, $2)", [id, slug]);
  await updateModel(tx, id, fields);
  return id;
}

export async function updateModel(tx: Queryable, id: string, fields: ModelFields): Promise<void> {
  await updateRow(tx, "models", id, {
    name: fields.name,
    vendor_id: fields.vendor && (await ensureVendor(tx, fields.vendor)),
    context_tokens: fields.contextTokens,
    max_output_tokens: fields.maxOutputTokens,
    endpoints: fields.endpoints,
    enabled: fields.enabled,
    limits: fields.limits && JSON.stringify(fields.limits),
    fallbacks: fields.fallbacks && JSON.stringify(fields.fallbacks),
    list_price: fields.listPrice && JSON.stringify(fields.listPrice),
    facts: fields.facts && JSON.stringify(fields.facts),
  });
  await tx.query("UPDATE models SET updated_at = now() WHERE id = $1", [id]);
}

/** Makes `aliases` the model's aliases; one that another model had is taken over. */
export async function setAliases(tx: Queryable, modelId: string, aliases: readonly string[]): Promise<void> {
  await tx.query("DELETE FROM model_aliases WHERE model_id = $1 AND alias <> ALL($2)", [modelId, aliases]);
  for (const alias of aliases) {
    await tx.query(
      "INSERT INTO model_aliases (alias, model_id) VALUES ($1, $2) ON CONFLICT (alias) DO UPDATE SET model_id = excluded.model_id",
      [alias, modelId],
    );
  }
}

async function ensureVendor(tx: Queryable, slug: string): Promise<string> {
  const { rows } = await tx.query<{ id: string }>(
    "INSERT INTO vendors (id, slug, name) VALUES ($1, $2, $3) ON CONFLICT (slug) DO UPDATE SET slug = excluded.slug RETURNING id",
    [uuidv7(), slug, slug],
  );
  return rows[0]!.id;
}
