import type { Pool } from "pg";
import type { Sealer } from "#platform/crypto/seal.ts";

/** An answer as its owner got it, and all that was said before it. Both are JSON. */
export type StoredResponse = Readonly<{
  response: Readonly<Record<string, unknown>>;
  input: readonly unknown[];
}>;

/** Where an answer is that its vendor keeps; nothing of the answer itself. */
export type PinnedResponse = Readonly<{ pin: Readonly<{ channelId: string; keyId?: string; upstreamId: string; model: string; previousId?: string; background?: boolean }> }>;
type Kept = StoredResponse | PinnedResponse;

/** Answers that customers may look up and go on from. Nobody sees another's: they are not there. */
export type ResponseStore = Readonly<{
  find(responseId: string, userId: string): Promise<Kept | undefined>;
  /** Items of answers by their ids; those that are not there are left out. */
  findItems(itemIds: readonly string[], userId: string): Promise<ReadonlyMap<string, unknown>>;
  /** @param requestId UUID @returns false when it is too large to be kept */
  save(requestId: string, userId: string, stored: StoredResponse): Promise<boolean>;
  savePin(requestId: string, userId: string, responseId: string, pin: PinnedResponse["pin"]): Promise<void>;
  remove(responseId: string, userId: string): Promise<boolean>;
}>;

const KEPT_DAYS = 30;
const BYTES_MAX = 1024 * 1024;
/** Ids are the vendors' words: longer ones than these are not meant to be ids. */
const ID_CHARS_MAX = 200;

/** Where the sealed value stands. @param id of the row */
export const storedResponseAad = (id: string): string => `stored_responses|sealed|${id}|response`;

type Row = Readonly<{ id: string; sealed: Buffer }>;

export function createResponseStore(pool: Pool, sealer: Sealer): ResponseStore {
  const open = ({ id, sealed }: Row): Kept => JSON.parse(sealer.open(sealed, storedResponseAad(id))) as Kept;
  const write = async (requestId: string, userId: string, responseId: string, itemIds: readonly string[], text: string): Promise<void> => {
    // A vendor that gives the same id twice means the later answer.
    await pool.query(
      `INSERT INTO stored_responses (id, user_id, response_id, item_ids, sealed, expires_at) VALUES ($1, $2, $3, $4, $5, now() + make_interval(days => $6))
       ON CONFLICT (user_id, response_id) DO UPDATE SET id = excluded.id, item_ids = excluded.item_ids, sealed = excluded.sealed, expires_at = excluded.expires_at`,
      [requestId, userId, responseId, itemIds, sealer.seal(text, storedResponseAad(requestId)), KEPT_DAYS]);
  };
  return {
    async find(responseId, userId) {
      const { rows: [row] } = await pool.query<Row>(
        "SELECT id, sealed FROM stored_responses WHERE user_id = $1 AND response_id = $2 AND expires_at > now()", [userId, responseId]);
      return row && open(row);
    },
    async findItems(itemIds, userId) {
      const { rows } = await pool.query<Row>(
        "SELECT id, sealed FROM stored_responses WHERE item_ids && $2::text[] AND user_id = $1 AND expires_at > now()", [userId, itemIds]);
      const found = new Map<string, unknown>();
      for (const kept of rows.map(open)) if (!("pin" in kept)) for (const [id, item] of itemsOf(kept)) if (itemIds.includes(id)) found.set(id, item);
      return found;
    },
    async save(requestId, userId, stored) {
      const text = JSON.stringify(stored);
      const responseId = idOf(stored.response);
      if (Buffer.byteLength(text) > BYTES_MAX || responseId === undefined) return false;
      await write(requestId, userId, responseId, [...itemsOf(stored).keys()], text);
      return true;
    },
    savePin: (requestId, userId, responseId, pin) => write(requestId, userId, responseId, [], JSON.stringify({ pin })),
    async remove(responseId, userId) {
      const { rowCount } = await pool.query("DELETE FROM stored_responses WHERE user_id = $1 AND response_id = $2", [userId, responseId]);
      return rowCount === 1;
    },
  };
}

/** Removes what has been kept long enough. @returns how many */
export async function pruneResponses(pool: Pool): Promise<number> {
  const { rowCount } = await pool.query("DELETE FROM stored_responses WHERE expires_at <= now()");
  return rowCount ?? 0;
}

function itemsOf({ response }: StoredResponse): ReadonlyMap<string, unknown> {
  const output = Array.isArray(response.output) ? (response.output as readonly unknown[]) : [];
  return new Map(output.flatMap((item) => {
    const id = idOf(item);
    return id === undefined ? [] : [[id, item] as const];
  }));
}

function idOf(object: unknown): string | undefined {
  const { id } = (object ?? {}) as Readonly<{ id?: unknown }>;
  return typeof id === "string" && id !== "" && id.length <= ID_CHARS_MAX ? id : undefined;
}
