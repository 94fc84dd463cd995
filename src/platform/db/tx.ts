import { setTimeout as sleep } from "node:timers/promises";
import type { Pool, PoolClient } from "pg";
import { TRANSACTION_TRIES } from "#config/defaults.ts";

export type TransactionOptions = Readonly<{
  isolation?: "READ COMMITTED" | "REPEATABLE READ" | "SERIALIZABLE";
  readOnly?: boolean;
  /** How often `work` is run anew after a deadlock or serialization failure; 0 = never. */
  retries?: number;
}>;

/**
 * Runs `work` in a transaction: commits when it resolves, rolls back when it throws.
 *
 * `work` runs again when PostgreSQL ended it because of another transaction, so everything it does outside the
 * database must be repeatable. A commit whose answer was lost is not repeated: it may have happened.
 *
 * @throws whatever `work` throws, and errors of the database
 */
export async function withTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
  const { retries = TRANSACTION_TRIES - 1 } = options;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await runOnce(pool, work, options);
    } catch (error) {
      if (attempt >= retries || !isConflict(error)) throw error;
      // Spread out, so that two that met do not meet again.
      await sleep(Math.random() * 10 * 2 ** attempt);
    }
  }
}

async function runOnce<T>(pool: Pool, work: (client: PoolClient) => Promise<T>, { isolation = "READ COMMITTED", readOnly = false }: TransactionOptions): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(`BEGIN ISOLATION LEVEL ${isolation}${readOnly ? " READ ONLY" : ""}`);
    const result = await work(client);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    broken = await client.query("ROLLBACK").then(() => undefined, (failure: Error) => failure);
    throw error;
  } finally {
    client.release(broken);
  }
}

/** 40001 serialization failure, 40P01 deadlock. */
export const isConflict = (error: unknown): boolean => ["40001", "40P01"].includes((error as { code?: string } | undefined)?.code ?? "");
