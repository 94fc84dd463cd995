import type { Nano } from "#money/amount.ts";
import { normalCode } from "#payments/code-form.ts";
import { hmac } from "#platform/crypto/hash.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { updateRow } from "#platform/db/update-row.ts";
import { uuidv7 } from "#platform/ids.ts";

/** `lots`: promotional credit, may expire. `paid`: the code was sold. */
export type CodeBucket = "lots" | "paid";

export type CodeTerms = Readonly<{
  amountNano: Nano;
  /** How often the code can be redeemed in all, and by one user. */
  uses: number;
  perUser: number;
  bucket?: CodeBucket;
  /** End of the code, and of promotional credit that came from it. */
  expiresAt?: Date | null;
}>;

export type CodeView = Readonly<{
  id: string;
  batchId: string;
  batchName: string;
  hint: string;
  hash: Buffer;
  amountNano: Nano;
  bucket: CodeBucket;
  uses: number;
  used: number;
  perUser: number;
  status: "active" | "disabled";
  expiresAt: Date | null;
  /** How long a gift lasts from its redemption on; null = as long as the code. */
  lotTtlDays: number | null;
  createdAt: Date;
}>;

/** HMAC under which a code is stored; undefined when the text cannot be a code. */
export function codeHash(codePepper: Buffer, text: string): Buffer | undefined {
  const normal = normalCode(text);
  return normal === undefined ? undefined : hmac(codePepper, normal);
}

/** Stores one code, as a batch of one. Throws on a code that is taken (23505). */
export async function createCode(
  tx: Queryable,
  code: CodeTerms & Readonly<{ hash: Buffer; hint: string; name: string; createdBy?: string }>,
): Promise<string> {
  const batchId = uuidv7();
  const id = uuidv7();
  await tx.query(
    `INSERT INTO redeem_batches (id, name, credit_nano, bucket, codes, max_uses, per_user, expires_at, created_by)
     VALUES ($1, $2, $3, $4, 1, $5, $6, $7, $8)`,
    [batchId, code.name, code.amountNano, code.bucket ?? "lots", code.uses, code.perUser, code.expiresAt ?? null, code.createdBy ?? null],
  );
  await tx.query(
    "INSERT INTO redeem_codes (id, batch_id, code_hash, hint, max_uses) VALUES ($1, $2, $3, $4, $5)",
    [id, batchId, code.hash, code.hint, code.uses],
  );
  return id;
}

/** Changes the terms of a code that is a batch of one; what has been redeemed stays. */
export async function updateCode(
  tx: Queryable,
  code: Pick<CodeView, "id" | "batchId">,
  patch: Partial<CodeTerms> & Readonly<{ status?: CodeView["status"] }>,
): Promise<void> {
  await updateRow(tx, "redeem_codes", code.id, { max_uses: patch.uses, status: patch.status });
  await updateRow(tx, "redeem_batches", code.batchId, {
    credit_nano: patch.amountNano,
    max_uses: patch.uses,
    per_user: patch.perUser,
    bucket: patch.bucket,
    expires_at: patch.expiresAt,
  });
}

const VIEW = `
  SELECT c.id, c.batch_id AS "batchId", b.name AS "batchName", c.hint, c.code_hash AS hash, b.credit_nano AS "amountNano", b.bucket,
         c.max_uses AS uses, c.uses AS used, b.per_user AS "perUser", c.status, b.expires_at AS "expiresAt", b.lot_ttl_days AS "lotTtlDays", b.created_at AS "createdAt"
    FROM redeem_codes c JOIN redeem_batches b ON b.id = c.batch_id`;

export async function findCode(db: Queryable, hash: Buffer): Promise<CodeView | undefined> {
  const { rows } = await db.query<CodeView>(`${VIEW} WHERE c.code_hash = $1`, [hash]);
  return rows[0];
}

/** Codes, newest first; `afterId` is the last one of the page before. */
export async function listCodes(db: Queryable, limit: number, afterId?: string): Promise<CodeView[]> {
  const { rows } = await db.query<CodeView>(
    `${VIEW} WHERE $2::uuid IS NULL OR c.id < $2::uuid ORDER BY c.id DESC LIMIT $1`,
    [limit, afterId ?? null],
  );
  return rows;
}

/** Codes that stand alone (not printed in batches): what a store file can name. */
export async function listSingleCodes(db: Queryable): Promise<CodeView[]> {
  const { rows } = await db.query<CodeView>(`${VIEW} WHERE b.codes = 1 ORDER BY c.id`);
  return rows;
}

