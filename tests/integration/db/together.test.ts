import type { PoolClient } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CopyRows, UnwritableValue } from "#platform/db/copy-rows.ts";
import { runTogether, type Step } from "#platform/db/together.ts";
import { uuidv7 } from "#platform/ids.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";

let db: TestDatabase;
let client: PoolClient;
beforeAll(async () => {
  db = await createTestDatabase();
  client = await db.pool.connect();
  await client.query("CREATE TEMP TABLE kinds (n int8, u uuid, b bool, s int2, i int4, l int8, d numeric(30,0), at timestamptz, t text, j jsonb)");
  await client.query("CREATE TEMP TABLE few (id int8 PRIMARY KEY)");
});
afterAll(async () => {
  client.release(true);
  await db.drop();
});

const COPY_KINDS = "COPY kinds FROM STDIN (FORMAT binary)";
const COPY_FEW = "COPY few FROM STDIN (FORMAT binary)";
const copy = (text: string, rows: CopyRows): Step => ({ name: text, text, copy: rows.take() });
const few = (...ids: number[]): CopyRows => ids.reduce((rows, id) => rows.row(1).int8(id), new CopyRows(32));

test("every kind of column reads as it was written, at the ends of its range and NULL", async () => {
  const longs = [0n, 1n, -1n, 9_007_199_254_740_993n, -9_007_199_254_740_993n, 2n ** 63n - 1n, -(2n ** 63n), 4_294_967_296n, -4_294_967_297n];
  const numerics = [0n, 7n, -7n, 9_999n, 10_000n, 100_000_000n, 123_456_789_012_345n, 10n ** 30n - 1n, 10n ** 29n];
  const texts = ["", "plain", "tab\tand\nline", "größe 你好 🙂", "back\\slash \"quotes\"", "長".repeat(70_000), "x".repeat(70_000)];
  const ids = [uuidv7(), "FFFFFFFF-0000-4ABC-8def-0123456789aB", "00000000-0000-0000-0000-000000000000"];
  const instants = [0, 946_684_800_000, 1_763_833_000_123, -1, 4_102_444_799_999];
  const rows = new CopyRows(16 + 16);
  const count = 12;
  for (let n = 0; n < count; n++) {
    rows.row(10).int8(n).uuid(ids[(n >> 1) % 3]).bool(n % 2 === 0).int2([-32_768, 32_767, 0, -1][n % 4]).int4([-2_147_483_648, 2_147_483_647, 0, -1][n % 4])
      .int8(longs[n % longs.length]!).numeric(numerics[n % numerics.length]!).instant(instants[n % instants.length]!).text(texts[n % texts.length])
      .jsonb(JSON.stringify({ said: texts[n % texts.length] }));
  }
  rows.row(10).int8(count).uuid(undefined).null().int2(undefined).int4(undefined).null().null().null().text(undefined).null();
  await runTogether(client, [copy(COPY_KINDS, rows)]);
  const { rows: read } = await client.query<Record<string, unknown>>("SELECT u, b, s, i, l, d, at, t, j FROM kinds ORDER BY n");
  expect(read).toHaveLength(count + 1);
  read.slice(0, count).forEach((row, n) => {
    expect({ ...row, at: (row.at as Date).getTime() }).toEqual({
      u: ids[(n >> 1) % 3]!.toLowerCase(), b: n % 2 === 0, s: [-32_768, 32_767, 0, -1][n % 4], i: [-2_147_483_648, 2_147_483_647, 0, -1][n % 4], l: longs[n % longs.length],
      d: String(numerics[n % numerics.length]), at: instants[n % instants.length], t: texts[n % texts.length], j: { said: texts[n % texts.length] },
    });
  });
  expect(Object.values(read[count]!)).toEqual(Array.from({ length: 9 }, () => null));
});

test("what PostgreSQL cannot hold becomes U+FFFD in a text; a value of the wrong kind is told before anything is sent", async () => {
  const rows = new CopyRows(32);
  rows.row(10).int8(100).null().null().null().null().null().null().null().text("a\0b\ud83dc").null();
  await runTogether(client, [copy(COPY_KINDS, rows)]);
  const { rows: [read] } = await client.query<{ t: string }>("SELECT t FROM kinds WHERE n = 100");
  expect(read).toEqual({ t: "a\uFFFDb\uFFFDc" });
  for (const wrong of [
    (to: CopyRows) => to.uuid("0193-key"), (to: CopyRows) => to.uuid("0193g000-0000-7000-8000-000000000000"), (to: CopyRows) => to.uuid(""),
    (to: CopyRows) => to.int2(32_768), (to: CopyRows) => to.int4(2_147_483_648), (to: CopyRows) => to.int4(0.5), (to: CopyRows) => to.int8(0.5),
    (to: CopyRows) => to.int8(2n ** 63n), (to: CopyRows) => to.int8(Number.NaN), (to: CopyRows) => to.instant(Number.NaN),
  ]) expect(() => wrong(new CopyRows())).toThrow(UnwritableValue);
});

test("steps run in their order and each tells its rows; the second time they are prepared", async () => {
  const steps = (from: number): readonly Step[] => [
    copy(COPY_FEW, few(from, from + 1)),
    { name: "add", text: "INSERT INTO few SELECT unnest($1::int8[]) RETURNING id, NULL", values: [`{${from + 2},${from + 3}}`] },
    { name: "sum", text: "SELECT sum(id), $1::text, $2::text FROM few WHERE id >= 1000", values: ["given", undefined] },
  ];
  expect([...await runTogether(client, steps(1_000))]).toEqual([[COPY_FEW, []], ["add", [["1002", null], ["1003", null]]], ["sum", [["4006", "given", null]]]]);
  expect([...await runTogether(client, steps(2_000))]).toEqual([[COPY_FEW, []], ["add", [["2002", null], ["2003", null]]], ["sum", [["12012", "given", null]]]]);
});

test.each([
  ["a statement", [{ name: "bad", text: "SELECT 1 / $1::int", values: ["0"] }], "22012"],
  ["a text that is no SQL", [{ name: "worse", text: "SELEKT" }], "42601"],
  ["rows that are there already", [copy(COPY_FEW, few(3_000))], "23505"],
  ["rows for no table", [{ name: "none", text: "COPY missing FROM STDIN (FORMAT binary)", copy: few(1).take() }], "42P01"],
  ["rows of another shape", [{ name: COPY_FEW, text: COPY_FEW, copy: new CopyRows().row(2).int8(1).int8(2).take() }], "22P04"],
] as const)("%s that fails ends it: what was before is undone, what was behind never ran, and the connection goes on", async (_what, wrong, code) => {
  await client.query("INSERT INTO few VALUES (3000) ON CONFLICT DO NOTHING");
  await client.query("BEGIN");
  await expect(runTogether(client, [copy(COPY_FEW, few(4_000)), ...wrong, copy(COPY_FEW, few(5_000)), { name: "behind", text: "SELECT pg_sleep(60)" }])).rejects.toMatchObject({ code });
  await client.query("ROLLBACK");
  expect((await client.query("SELECT id FROM few WHERE id >= 4000")).rows).toEqual([]);
  await runTogether(client, [copy(COPY_FEW, few(6_000))]);
  expect((await client.query("DELETE FROM few WHERE id >= 4000 RETURNING id")).rows).toEqual([{ id: 6_000n }]);
});

test("statements that the server has forgotten are prepared anew for the next try", async () => {
  const steps = [{ name: "kept", text: "SELECT 1" }];
  await runTogether(client, steps);
  await client.query("DEALLOCATE ALL");
  await expect(runTogether(client, steps)).rejects.toMatchObject({ code: "26000" });
  expect((await runTogether(client, steps)).get("kept")).toEqual([["1"]]);
});

test("a connection that is lost meanwhile is told, and so is one that is lost already", async () => {
  const lost = await db.pool.connect();
  const { rows: [own] } = await lost.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  const told = expect(runTogether(lost, [{ name: "long", text: "SELECT pg_sleep(60)" }])).rejects.toThrow();
  await client.query("SELECT pg_terminate_backend($1)", [own!.pid]);
  await told;
  await expect(runTogether(lost, [{ name: "one", text: "SELECT 1" }])).rejects.toThrow();
  lost.release(true);
});
