import os from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { Pool } from "pg";

const WAIT_MS = 10_000;
const STEP_MS = 25;

type Node = { id: string; host: string; pid: number };

/**
 * Waits until every live relay node serves revision `rev` and the last of the given prices has begun, by the
 * database's clock. A node that has not been heard of for 15 s, or whose process on this machine is gone, is not live.
 *
 * @returns nodes that did not follow in time
 */
export async function waitUntilLive(pool: Pool, rev: bigint, pricesFrom: readonly Date[]): Promise<string[]> {
  const until = performance.now() + WAIT_MS;
  const latest = pricesFrom.reduce((last, date) => Math.max(last, date.getTime()), 0);
  for (;;) {
    const { rows } = await pool.query<{ waitMs: number; behind: Node[] | null }>(
      `SELECT greatest(0, $2::float8 - extract(epoch FROM clock_timestamp()) * 1000)::float8 AS "waitMs",
              (SELECT json_agg(json_build_object('id', id, 'host', host, 'pid', pid)) FROM relay_nodes
                WHERE snapshot_rev < $1 AND role <> 'web' AND heartbeat_at > now() - interval '15 seconds') AS behind`,
      [rev, latest === 0 ? 0 : latest + 1],
    );
    const { waitMs, behind } = rows[0]!;
    const late = (behind ?? []).filter(isRunning);
    if (waitMs === 0 && late.length === 0) return [];
    if (performance.now() > until) return late.map(({ id, host, pid }) => `${id} (${host}, process ${pid})`);
    await sleep(Math.max(STEP_MS, Math.min(waitMs, 1_000)));
  }
}

function isRunning({ host, pid }: Node): boolean {
  if (host !== os.hostname()) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // somebody else's process, but a live one
  }
}
