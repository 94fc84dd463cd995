import type { Pool, PoolClient } from "pg";
import { writeAudit, type AuditActor } from "#accounts/index.ts";
import { bumpConfig, type Trace } from "#catalog/index.ts";
import { withTransaction } from "#platform/db/tx.ts";

/** Who acts, and what the audit log is sealed with. */
export type StaffMember = Readonly<{ actor: AuditActor; auditKey: Buffer; nowMs: number }>;

/**
 * One act on what the shop sells, in one transaction: the change, the new revision that tells every node, and the
 * audit log's lines. All or nothing.
 */
export function staffAct<T>(pool: Pool, by: StaffMember, work: (tx: PoolClient) => Promise<Readonly<{ result: T; traces: readonly Trace[] }>>): Promise<T> {
  return withTransaction(pool, async (tx) => {
    const { result, traces } = await work(tx);
    await bumpConfig(tx);
    await writeAudit(tx, by.auditKey, new Date(by.nowMs), traces.map((trace) => ({ ...trace, actor: by.actor })));
    return result;
  });
}

/** The same for an act that may turn out to change nothing: then nothing is written down. @returns whether it did */
export function staffActOrNothing(pool: Pool, by: StaffMember, work: (tx: PoolClient) => Promise<Trace | undefined>): Promise<boolean> {
  return withTransaction(pool, async (tx) => {
    const trace = await work(tx);
    if (trace === undefined) return false;
    await bumpConfig(tx);
    await writeAudit(tx, by.auditKey, new Date(by.nowMs), [{ ...trace, actor: by.actor }]);
    return true;
  });
}
