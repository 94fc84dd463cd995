import { createHmac } from "node:crypto";

/** Who did it. `system` = a command on the machine or the machine itself. */
export type AuditActor = Readonly<{ type: "system" | "user" | "token"; id?: string; session?: string; ip?: string }>;

/** One thing that was done. Secrets appear as fingerprints only. */
export type AuditEvent = Readonly<{
  actor: AuditActor;
  /** `channel.update`, `wallet.adjust`: thing, then verb. */
  action: string;
  target?: Readonly<{ type: string; id: string }>;
  before?: unknown;
  after?: unknown;
  reason?: string;
  requestId?: string;
}>;

/** A row as it is chained; `at` to the millisecond, as the column keeps it. */
export type AuditRow = Readonly<{
  seq: bigint;
  at: Date;
  actorType: string;
  actorId: string | null;
  session: string | null;
  ip: string | null;
  action: string;
  targetType: string | null;
  targetId: string | null;
  before: unknown;
  after: unknown;
  reason: string | null;
  requestId: string | null;
}>;

/** What the first row is chained to. */
export const CHAIN_START: Buffer = Buffer.alloc(32);

/** HMAC over the previous row's MAC and this row: a changed, removed or inserted row breaks every one after it. */
export function auditMac(key: Buffer, previous: Buffer, row: AuditRow): Buffer {
  return createHmac("sha256", key).update(previous).update(canonicalRow(row)).digest();
}

/** The row as text that survives a trip through jsonb: keys sorted, absent and null alike. */
export function canonicalRow(row: AuditRow): string {
  const { seq, at, ...rest } = row;
  return canonicalJson({ ...rest, seq: seq.toString(), at: at.toISOString() });
}

/** JSON with sorted keys; null members are left out because jsonb and SQL NULL must not differ here. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined && member !== null)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value) ?? "null";
}
