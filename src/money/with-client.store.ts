import type { Pool, PoolClient } from "pg";

/** The database did not answer in time; its connection has been cut. */
export class DatabaseSilent extends Error {
  override readonly name = "DatabaseSilent";
}

/**
 * Lends a client of the pool for at most some time. A network that swallows packets gives no error for a quarter of an
 * hour, so the connection is cut here instead: what ran on it fails as after any lost connection.
 *
 * @throws DatabaseSilent, and whatever `work` throws
 */
export async function withClient<T>(pool: Pool, timeoutMs: number, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let released = false;
  const release = (cut: boolean): void => {
    if (released) return;
    released = true;
    client.release(cut);
  };
  let timer: NodeJS.Timeout | undefined;
  const silent = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      release(true);
      reject(new DatabaseSilent(`the database has not answered for ${timeoutMs} ms`));
    }, timeoutMs);
  });
  try {
    const result = await Promise.race([work(client), silent]);
    release(false);
    return result;
  } catch (error) {
    // Refused data leaves the connection as good as it was; anything else may have left it inside a transaction.
    release(!/^(22|23|40)/.test((error as { code?: string }).code ?? ""));
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
