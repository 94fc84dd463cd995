import Papa from "papaparse";
import { expect, test } from "vitest";
import { csvHeaders, csvStream, csvText, csvUsd, safeText } from "#reports/csv.ts";

test.each([
  ["=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"], ["+1+2", "'+1+2"], ["-1+2", "'-1+2"], ["@SUM(A1)", "'@SUM(A1)"], ["\tx", "'\tx"], ["\rx", "'\rx"], ["\nx", "'\nx"],
  ["|x", "'|x"], ["＝1", "'＝1"], ["＋1", "'＋1"], ["－1", "'－1"], ["＠x", "'＠x"], ["｜x", "'｜x"],
  ["-1.500000000", "-1.500000000"], ["-3", "-3"], ["-", "'-"], ["-3\n=1", "'-3\n=1"], ["plain", "plain"], ["a=b", "a=b"], ["", ""], ["中文 🙂", "中文 🙂"],
])("%j is written as %j", (text, safe) => expect(safeText(text)).toBe(safe));

test.each([[0n, "0.000000000"], [-1_200_000_000n, "-1.200000000"], [1n, "0.000000001"], [12_345_678_901_234n, "12345.678901234"]])("%s nano is %s", (nano, text) => {
  expect(csvUsd(nano)).toBe(text);
});

type Row = { name: string; count: number; charge: bigint; at: Date | null };
const columns = [
  { header: "name", value: ({ name }: Row) => name },
  { header: "=count", value: ({ count }: Row) => count },
  { header: "charge_usd", value: ({ charge }: Row) => csvUsd(charge) },
  { header: "at", value: ({ at }: Row) => at },
];
const rows: Row[] = [
  { name: 'quote " comma , line\nbreak', count: -3, charge: -5n, at: new Date("2026-11-21T01:02:03.004Z") },
  { name: "=1+1", count: 2, charge: 7_000_000_000n, at: null },
  { name: "  blanks  ", count: 0, charge: 0n, at: null },
];
const expected = [
  ["name", "'=count", "charge_usd", "at"],
  ['quote " comma , line\nbreak', "-3", "-0.000000005", "2026-11-21T01:02:03.004Z"],
  ["'=1+1", "2", "7.000000000", ""],
  ["  blanks  ", "0", "0.000000000", ""],
];
const read = (text: string): string[][] => Papa.parse<string[]>(text, { skipEmptyLines: true }).data;

test("another CSV reader finds every cell as it was meant", () => {
  const text = csvText(columns, rows);
  expect(read(text)).toEqual(expected);
  expect(text).toContain("\r\n");
  expect(csvText(columns, rows, { bom: true })).toBe(`\uFEFF${text}`);
});

test("the streamed file is the same file, however many rows", async () => {
  async function* many() {
    for (let i = 0; i < 5_000; i++) yield rows[i % rows.length]!;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of csvStream(columns, many(), { bom: true })) chunks.push(Buffer.from(chunk as Uint8Array));
  const text = Buffer.concat(chunks).toString("utf8");
  expect(text.charCodeAt(0)).toBe(0xfeff);
  expect(read(text.slice(1))).toHaveLength(5_001);
  expect(text.slice(1)).toBe(csvText(columns, Array.from({ length: 5_000 }, (_, i) => rows[i % rows.length]!)));
});

test("a file without rows still has its heads", async () => {
  const chunks: string[] = [];
  for await (const chunk of csvStream(columns, [])) chunks.push(String(chunk));
  expect(read(chunks.join(""))).toEqual([expected[0]]);
});

test("an error of the source breaks the file off instead of ending it", async () => {
  async function* failing() {
    yield rows[0]!;
    throw new Error("the database left");
  }
  await expect(async () => {
    for await (const chunk of csvStream(columns, failing())) expect(chunk).toBeDefined();
  }).rejects.toThrow("the database left");
});

test("a reader that leaves stops the source", async () => {
  let asked = 0;
  async function* endless() {
    for (;;) {
      asked++;
      yield rows[0]!;
    }
  }
  const stream = csvStream(columns, endless());
  for await (const chunk of stream) {
    expect(chunk).toBeDefined();
    break;
  }
  await new Promise((resolve) => setImmediate(resolve));
  const then = asked;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(asked).toBe(then);
});

test("file names cannot break out of their header", () => {
  const { "content-disposition": disposition } = csvHeaders('usage "11"\r\nx: 用量');
  expect(disposition).toBe("attachment; filename=\"usage-11-x-.csv\"; filename*=UTF-8''usage%20%2211%22%0D%0Ax%3A%20%E7%94%A8%E9%87%8F.csv");
});
