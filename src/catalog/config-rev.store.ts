import { notify } from "#platform/db/listen.ts";
import type { Queryable } from "#platform/db/queryable.ts";

/**
 * Raises the configuration's revision and tells every node, in the transaction of the change itself. Called once
 * by every change to models, prices, groups, channels and settings.
 *
 * @returns the new revision: a node that has reached it shows the change
 */
export async function bumpConfig(tx: Queryable): Promise<bigint> {
  const { rows } = await tx.query<{ rev: bigint }>(
    "INSERT INTO config_rev (id, rev) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET rev = config_rev.rev + 1 RETURNING rev",
  );
  const rev = BigInt(rows[0]!.rev);
  await notify(tx, "config", rev.toString());
  return rev;
}
