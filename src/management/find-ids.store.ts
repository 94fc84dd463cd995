import { sealedForm } from "#accounts/index.ts";
import { isUuid } from "#platform/ids.ts";
import type { Queryable } from "#platform/db/queryable.ts";

/**
 * The ids behind the words of a filter. Undefined when one of them names nothing: the list is then empty.
 *
 * @param key id, name (of `userId`'s keys, if given) or the secret itself
 */
export async function findIds(
  db: Queryable,
  keyPepper: Buffer,
  words: Readonly<{ key?: string | undefined; model?: string | undefined; channel?: string | undefined; userId?: string | undefined }>,
): Promise<{ keyId?: string; modelId?: string; channelId?: string } | undefined> {
  const one = async (sql: string, values: unknown[]): Promise<string | undefined> => (await db.query<{ id: string }>(sql, values)).rows[0]?.id;
  const found: { keyId?: string; modelId?: string; channelId?: string } = {};
  if (words.key !== undefined) {
    const id = isUuid(words.key)
      ? words.key
      : await one("SELECT id FROM api_keys WHERE (hash = $1 OR name = $2) AND ($3::uuid IS NULL OR user_id = $3::uuid) ORDER BY (hash = $1) DESC, id LIMIT 1",
        [sealedForm(keyPepper, words.key).hash, words.key, words.userId ?? null]);
    if (id === undefined) return undefined;
    found.keyId = id;
  }
  if (words.model !== undefined) {
    const id = await one("SELECT m.id FROM models m LEFT JOIN model_aliases a ON a.model_id = m.id AND a.alias = $1 WHERE m.slug = $1 OR a.alias = $1 ORDER BY (m.slug = $1) DESC LIMIT 1", [words.model]);
    if (id === undefined) return undefined;
    found.modelId = id;
  }
  if (words.channel !== undefined) {
    const id = await one("SELECT id FROM channels WHERE name = $1 OR number::text = $1 ORDER BY (name = $1) DESC LIMIT 1", [words.channel]);
    if (id === undefined) return undefined;
    found.channelId = id;
  }
  return found;
}
