import type { Queryable } from "#platform/db/queryable.ts";
import { costNano } from "#reports/receipt.ts";

/** Where the first run stands: the newest channel, whether anything is sold through one, and whether customers can pay. */
export type SetupFacts = Readonly<{ channelId: string | null; served: boolean; codes: boolean }>;

export async function readSetupFacts(db: Queryable): Promise<SetupFacts> {
  const { rows: [row] } = await db.query<SetupFacts>(
    `SELECT (SELECT id::text FROM channels WHERE deleted_at IS NULL ORDER BY number DESC LIMIT 1) AS "channelId",
            EXISTS (SELECT 1 FROM models m JOIN channel_models cm ON cm.public_name = m.slug JOIN channels c ON c.id = cm.channel_id
                     WHERE m.enabled AND c.status = 'active' AND EXISTS (SELECT 1 FROM price_versions p WHERE p.model_id = m.id AND p.effective_from <= now())) AS served,
            EXISTS (SELECT 1 FROM redeem_batches) AS codes`,
  );
  return row!;
}

/** A request as the end of the first run shows it: what it brought and what it cost. */
export type FirstSale = Readonly<{ id: string; model: string; outcome: string; chargeNano: bigint; costNano: bigint; marginNano: bigint }>;

/** The first request that this user's wallet paid for, and the newest that failed since; null while there is none. */
export async function readFirstSale(db: Queryable, userId: string): Promise<Readonly<{ sold: FirstSale | null; failed: FirstSale | null }>> {
  const find = async (condition: string, order: "ASC" | "DESC"): Promise<FirstSale | null> => {
    const { rows: [row] } = await db.query<Pick<FirstSale, "id" | "model" | "outcome" | "chargeNano"> & { costPico: string }>(
      `SELECT c.id::text, m.slug AS model, c.outcome, c.charge_nano AS "chargeNano", c.cost_pico::text AS "costPico"
         FROM charges c JOIN models m ON m.id = c.model_id
        WHERE c.wallet_id = (SELECT id FROM wallets WHERE owner_type = 'user' AND owner_id = $1) AND ${condition} ORDER BY c.at ${order} LIMIT 1`,
      [userId],
    );
    if (!row) return null;
    const { costPico, ...sale } = row;
    const cost = costNano(BigInt(costPico));
    return { ...sale, costNano: cost, marginNano: sale.chargeNano - cost };
  };
  const [sold, failed] = [await find("c.outcome = 'ok' AND c.charge_nano > 0", "ASC"), await find("c.outcome NOT IN ('ok', 'client_abort')", "DESC")];
  return { sold, failed: sold ? null : failed };
}
