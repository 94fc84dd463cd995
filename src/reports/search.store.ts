import { isUuid, parseRequestId } from "#platform/ids.ts";
import type { Queryable } from "#platform/db/queryable.ts";

export type HitKind = "user" | "key" | "request" | "transaction" | "wallet" | "order" | "model" | "channel" | "group" | "code_batch";

/** Something that was found: `id` is what its page is called by. */
export type Hit = Readonly<{ kind: HitKind; id: string; title: string; note: string | null }>;

const EACH = 5;
const like = (text: string): string => text.replace(/[\\%_]/g, (sign) => `\\${sign}`);

type Query = Readonly<{ sql: string; values: (text: string) => readonly unknown[] | undefined }>;
const starting = (text: string): readonly unknown[] => [`${like(text.toLowerCase())}%`];
const asUuid = (text: string): readonly unknown[] | undefined => (isUuid(text) ? [text] : undefined);
const asWord = (text: string): readonly unknown[] => [`%${like(text.toLowerCase())}%`];
const asRequest = (text: string): readonly unknown[] | undefined => {
  const uuid = parseRequestId(text) ?? (isUuid(text) ? text : undefined);
  return uuid === undefined ? undefined : [uuid];
};

const QUERIES: Readonly<Record<HitKind, Query>> = {
  user: { values: starting, sql: "SELECT id::text, email AS title, name AS note FROM users WHERE email LIKE $1 OR lower(name) LIKE $1 OR id::text LIKE $1 ORDER BY email" },
  key: {
    values: (text) => [`${like(text)}%`, text],
    sql: `SELECT u.id::text, k.name || ' · ' || k.prefix || '…' || k.suffix AS title, u.email AS note FROM api_keys k JOIN users u ON u.id = k.user_id
           WHERE (length($2) >= 4 AND k.prefix LIKE $1) OR k.suffix = $2 OR k.id::text = $2 OR (length($2) > 12 AND starts_with($2, k.prefix) AND right($2, 4) = k.suffix) ORDER BY k.name`,
  },
  request: { values: asRequest, sql: "SELECT c.id::text, c.id::text AS title, m.slug AS note FROM charges c LEFT JOIN models m ON m.id = c.model_id WHERE c.id = $1 AND c.at = mm_uuid_ms($1)" },
  transaction: { values: (text) => [isUuid(text) ? text : null, text], sql: "SELECT id::text, kind AS title, idempotency_key AS note FROM ledger_transactions WHERE id = $1::uuid OR idempotency_key = $2" },
  wallet: { values: asUuid, sql: "SELECT u.id::text, u.email AS title, w.status AS note FROM wallets w JOIN users u ON u.id = w.owner_id WHERE w.id = $1" },
  order: {
    values: (text) => [text, isUuid(text) ? text : null, `${like(text.toUpperCase())}%`],
    sql: `SELECT id::text, number AS title, status AS note FROM orders WHERE id = $2::uuid OR number LIKE $3 OR number = $1 OR provider_session_id = $1 OR provider_payment_id = $1
           UNION SELECT o.id::text, o.number, o.status FROM payments p JOIN orders o ON o.id = p.order_id WHERE p.provider_payment_id = $1`,
  },
  model: { values: asWord, sql: "SELECT slug AS id, slug AS title, name AS note FROM models WHERE lower(slug) LIKE $1 OR lower(name) LIKE $1 ORDER BY length(slug)" },
  channel: { values: asWord, sql: "SELECT id::text, name AS title, provider AS note FROM channels WHERE lower(name) LIKE $1 OR '#' || number LIKE $1 OR id::text LIKE $1 ORDER BY number" },
  group: { values: starting, sql: "SELECT id::text, name AS title, NULL AS note FROM groups WHERE lower(name) LIKE $1 ORDER BY name" },
  code_batch: { values: asWord, sql: "SELECT id::text, name AS title, campaign AS note FROM redeem_batches WHERE lower(name) LIKE $1 OR lower(campaign) LIKE $1 ORDER BY created_at DESC" },
};

/** Looks for an id, an address or the beginning of a name among the given kinds. */
export async function search(db: Queryable, text: string, kinds: readonly HitKind[]): Promise<readonly Hit[]> {
  const asked = text.trim();
  if (asked.length < 2) return [];
  const found = await Promise.all(kinds.map(async (kind): Promise<readonly Hit[]> => {
    const { sql, values } = QUERIES[kind];
    const given = values(asked);
    if (given === undefined) return [];
    const { rows } = await db.query<Omit<Hit, "kind">>(`SELECT * FROM (${sql}) AS found LIMIT ${EACH}`, [...given]);
    return rows.map((row) => ({ kind, ...row }));
  }));
  return found.flat();
}
