import { expect, test } from "vitest";
import { auditMac, canonicalJson, canonicalRow, CHAIN_START, type AuditRow } from "#accounts/audit.ts";

const row: AuditRow = {
  seq: 1n, at: new Date("2026-01-02T03:04:05.678Z"), actorType: "token", actorId: "scripts", session: null, ip: null, action: "channel.update",
  targetType: "channel", targetId: "main", before: { weight: 1 }, after: { weight: 2, limits: { rpm: 3 } }, reason: null, requestId: null,
};

test("the same row gives the same MAC however its JSON is ordered", () => {
  const key = Buffer.alloc(32, 1);
  const other = { ...row, after: { limits: { rpm: 3 }, weight: 2 } };
  expect(auditMac(key, CHAIN_START, row).equals(auditMac(key, CHAIN_START, other))).toBe(true);
});

test.each([
  ["another action", { action: "channel.remove" }],
  ["another value", { after: { weight: 3, limits: { rpm: 3 } } }],
  ["another time", { at: new Date("2026-01-02T03:04:05.679Z") }],
  ["another place in the chain", { seq: 2n }],
])("%s gives another MAC", (_name, change) => {
  expect(canonicalRow({ ...row, ...change })).not.toBe(canonicalRow(row));
});

test("null and absent members are one", () => {
  expect(canonicalJson({ a: null, b: [1, null] })).toBe('{"b":[1,null]}');
});
