import { canonicalJson } from "#accounts/audit.ts";
import { versionInForce, type LegalPage, type LegalTexts, type LegalVersion } from "#accounts/legal.ts";
import type { Queryable } from "#platform/db/queryable.ts";

const COLUMNS = 'page, version, texts, published_at AS "publishedAt", effective_at AS "effectiveAt"';

/** Every version of the legal pages, or of one of them, newest first. */
export async function listLegalVersions(db: Queryable, page?: LegalPage): Promise<readonly LegalVersion[]> {
  const { rows } = await db.query<LegalVersion>(`SELECT ${COLUMNS} FROM legal_versions WHERE $1::text IS NULL OR page = $1 ORDER BY version DESC`, [page ?? null]);
  return rows;
}

/** Pages that hold now, each with its version; the texts, which are long, are left where they are. */
export async function legalInForce(db: Queryable, nowMs: number): Promise<ReadonlyMap<LegalPage, number>> {
  const { rows } = await db.query<{ page: LegalPage; version: number; written: boolean }>(
    `SELECT DISTINCT ON (page) page, version, texts IS NOT NULL AS written FROM legal_versions WHERE effective_at <= $1 ORDER BY page, version DESC`, [new Date(nowMs)]);
  return new Map(rows.filter(({ written }) => written).map(({ page, version }) => [page, version]));
}

/**
 * Keeps what a legal page says from now on as its next version, in the transaction that saves the setting. The first
 * takes effect at once; later ones after the days of notice that the shop gives; a withdrawal at once.
 *
 * @param texts undefined = the page is withdrawn
 */
export async function recordLegalVersion(tx: Queryable, page: LegalPage, texts: LegalTexts | undefined): Promise<void> {
  // Two people who save at once must not make the same number.
  await tx.query("SELECT pg_advisory_xact_lock(hashtext('modelmart:legal'))");
  const versions = await listLegalVersions(tx, page);
  const [last] = versions;
  if (canonicalJson(last?.texts ?? null) === canonicalJson(texts ?? null)) return;
  const { rows: [now] } = await tx.query<{ at: Date }>("SELECT date_trunc('milliseconds', now()) AS at");
  const noticed = texts !== undefined && versionInForce(versions, now!.at.getTime()) !== undefined;
  await tx.query(
    `INSERT INTO legal_versions (page, version, texts, published_at, effective_at)
     VALUES ($1, $2, $3, $4, $4::timestamptz + make_interval(days => CASE WHEN $5 THEN coalesce((SELECT (value #>> '{}')::int FROM settings WHERE key = 'legal.notice_days'), 0) ELSE 0 END))`,
    [page, (last?.version ?? 0) + 1, texts === undefined ? null : JSON.stringify(texts), now!.at, noticed],
  );
}

/** Notes that somebody agreed to these pages as they stand now. @returns the versions */
export async function agreeToLegal(tx: Queryable, userId: string, pages: readonly LegalPage[], nowMs: number): Promise<Readonly<Record<string, number>>> {
  const inForce = await legalInForce(tx, nowMs);
  const agreed: Record<string, number> = {};
  for (const page of pages) {
    const version = inForce.get(page);
    if (version === undefined) continue;
    await tx.query("INSERT INTO legal_acceptances (user_id, page, version, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING", [userId, page, version, new Date(nowMs)]);
    agreed[page] = version;
  }
  return agreed;
}

export type Agreement = Readonly<{ page: LegalPage; version: number; at: Date }>;

/** What somebody agreed to, newest first. */
export async function listAgreements(db: Queryable, userId: string): Promise<readonly Agreement[]> {
  const { rows } = await db.query<Agreement>("SELECT page, version, at FROM legal_acceptances WHERE user_id = $1 ORDER BY at DESC, page, version DESC", [userId]);
  return rows;
}
