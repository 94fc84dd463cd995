import { randomBytes } from "node:crypto";
import type { Nano } from "#money/amount.ts";
import { plainArray, textArray } from "#money/pg-arrays.ts";
import { generateCode, hintOf } from "#payments/code-form.ts";
import { codeHash, type CodeBucket } from "#payments/codes.store.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { uuidv7 } from "#platform/ids.ts";

export type BatchTerms = Readonly<{
  name: string;
  creditNano: Nano;
  /** `paid`: sold outside, so it counts as bought credit; `lots`: a gift. */
  bucket: CodeBucket;
  count: number;
  maxUses: number;
  perUser: number;
  /** How long a gift lasts from its redemption on; null = as long as the code, or without end. */
  lotTtlDays: number | null;
  startsAt: Date | null;
  expiresAt: Date | null;
}>;

export type BatchView = BatchTerms & Readonly<{ id: string; uses: number; active: number; createdAt: Date; createdBy: string | null }>;

/** Makes a batch of codes. They are given back once: only their hashes are kept. */
export async function createBatch(tx: Queryable, codePepper: Buffer, terms: BatchTerms, createdBy: string): Promise<{ id: string; codes: string[] }> {
  const id = uuidv7();
  const codes = new Set<string>();
  while (codes.size < terms.count) codes.add(generateCode(randomBytes));
  const all = [...codes];
  await tx.query(
    `INSERT INTO redeem_batches (id, name, credit_nano, bucket, lot_ttl_days, codes, max_uses, per_user, starts_at, expires_at, created_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [id, terms.name, terms.creditNano, terms.bucket, terms.lotTtlDays, terms.count, terms.maxUses, terms.perUser, terms.startsAt, terms.expiresAt, createdBy]);
  await tx.query(
    `INSERT INTO redeem_codes (id, batch_id, code_hash, hint, max_uses) SELECT i, $2, decode(h, 'hex'), t, $5 FROM unnest($1::uuid[], $3::text[], $4::text[]) AS x(i, h, t)`,
    [plainArray(all.map(() => uuidv7())), id, plainArray(all.map((code) => codeHash(codePepper, code)!.toString("hex"))), textArray(all.map(hintOf)), terms.maxUses]);
  return { id, codes: all };
}

const VIEW = `
  SELECT b.id, b.name, b.credit_nano AS "creditNano", b.bucket, b.codes AS count, b.max_uses AS "maxUses", b.per_user AS "perUser", b.lot_ttl_days AS "lotTtlDays", b.starts_at AS "startsAt",
         b.expires_at AS "expiresAt", b.created_at AS "createdAt", u.email AS "createdBy", c.uses, c.active
    FROM redeem_batches b LEFT JOIN users u ON u.id = b.created_by
    CROSS JOIN LATERAL (SELECT coalesce(sum(uses), 0)::int AS uses, count(*) FILTER (WHERE status = 'active' AND uses < max_uses)::int AS active FROM redeem_codes WHERE batch_id = b.id) c`;

/** Batches, newest first. */
export async function listBatches(db: Queryable, filter: Readonly<{ q?: string; bucket?: CodeBucket; before?: string; limit: number }>): Promise<BatchView[]> {
  const { rows } = await db.query<BatchView>(
    `${VIEW} WHERE ($1::text IS NULL OR lower(b.name) LIKE $1) AND ($2::text IS NULL OR b.bucket = $2) AND ($3::uuid IS NULL OR b.id < $3) ORDER BY b.id DESC LIMIT $4`,
    [filter.q === undefined ? null : `${filter.q.toLowerCase().replace(/[\\%_]/g, "\\$&")}%`, filter.bucket ?? null, filter.before ?? null, filter.limit]);
  return rows;
}

export async function findBatch(db: Queryable, id: string): Promise<BatchView | undefined> {
  const { rows } = await db.query<BatchView>(`${VIEW} WHERE b.id = $1`, [id]);
  return rows[0];
}

export type BatchCode = Readonly<{ id: string; hint: string; uses: number; maxUses: number; status: "active" | "disabled"; lastBy: string | null; lastAt: Date | null }>;

/** The codes of a batch by their order of making, each with who used it last. */
export async function batchCodes(db: Queryable, batchId: string, filter: Readonly<{ state?: "unused" | "used" | "disabled"; after?: string; limit: number }>): Promise<BatchCode[]> {
  const { rows } = await db.query<BatchCode>(
    `SELECT c.id, c.hint, c.uses, c.max_uses AS "maxUses", c.status, r.email AS "lastBy", r.at AS "lastAt"
       FROM redeem_codes c LEFT JOIN LATERAL (SELECT u.email, r.at FROM redemptions r JOIN users u ON u.id = r.user_id WHERE r.code_id = c.id ORDER BY r.id DESC LIMIT 1) r ON true
      WHERE c.batch_id = $1 AND ($2::uuid IS NULL OR c.id > $2)
        AND CASE $3 WHEN 'unused' THEN c.uses = 0 AND c.status = 'active' WHEN 'used' THEN c.uses > 0 WHEN 'disabled' THEN c.status = 'disabled' ELSE true END
      ORDER BY c.id LIMIT $4`,
    [batchId, filter.after ?? null, filter.state ?? "", filter.limit]);
  return rows;
}

/** Switches off what has not been used up. @returns how many codes that were */
export async function disableBatch(tx: Queryable, batchId: string): Promise<number> {
  const { rowCount } = await tx.query("UPDATE redeem_codes SET status = 'disabled' WHERE batch_id = $1 AND status = 'active' AND uses < max_uses", [batchId]);
  return rowCount ?? 0;
}

/** @returns the code's hint; undefined when there is no such code in the batch, or it is off already */
export async function disableCode(tx: Queryable, batchId: string, id: string): Promise<string | undefined> {
  const { rows } = await tx.query<{ hint: string }>("UPDATE redeem_codes SET status = 'disabled' WHERE id = $2 AND batch_id = $1 AND status = 'active' RETURNING hint", [batchId, id]);
  return rows[0]?.hint;
}
