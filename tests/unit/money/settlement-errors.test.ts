import { expect, test } from "vitest";
import { failureKind } from "#money/settlement-errors.ts";
import { UnwritableValue } from "#platform/db/copy-rows.ts";

const sql = (code: string, message = ""): Error => Object.assign(new Error(message), { code });

test.each([
  ["a deadlock", sql("40P01"), "conflict"],
  ["a serialisation failure", sql("40001"), "conflict"],
  ["a statement that was prepared on another server", sql("26000"), "conflict"],
  ["a charge that is there", sql("23505"), "duplicate"],
  ["a month without a partition", sql("23514", 'no partition of relation "charges" found for row'), "no-partition"],
  ["a check that does not hold", sql("23514", "violates check constraint"), "refused"],
  ["a number out of range", sql("22003"), "refused"],
  ["a value that no column holds", new UnwritableValue("no"), "refused"],
  ["a lost connection", sql("08006"), "away"],
  ["a shutdown", sql("57P01"), "away"],
  ["a full disk", sql("53100"), "away"],
  ["a standby", sql("25006"), "away"],
  ["a socket's error", sql("ECONNRESET"), "away"],
  ["an error without a code", new Error("Connection terminated"), "away"],
  ["nothing", undefined, "away"],
] as const)("%s", (_what, error, kind) => expect(failureKind(error)).toBe(kind));
