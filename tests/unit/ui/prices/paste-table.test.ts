import { describe, expect, test } from "vitest";
import { readCell, readPastedTable, type PasteTarget } from "#ui/prices/paste-table.ts";

const targets: readonly PasteTarget[] = [
  { id: "1", slug: "gpt-4o", prices: { input: 2_500_000n, output: 10_000_000n } },
  { id: "2", slug: "anthropic/claude", prices: { input: 3_000_000n, output: 15_000_000n, cache_read: 300_000n } },
  { id: "3", slug: "new-model", prices: {} },
];
const read = (text: string, notation: "usd" | "ratio" = "usd") => readPastedTable(text, targets, notation);
const brief = (text: string, notation?: "usd" | "ratio") => read(text, notation).lines.map(({ line, row, items }) => [line, row.slug, items]);

describe("a table from a spreadsheet", () => {
  test("with headings in either language and any order, empty cells left as they are", () => {
    expect(brief("Output ($/M)\tModel\tInput\tCached input\n12\tGPT-4o\t\t1.25\n—\tanthropic/claude\t$3.10\t-")).toEqual([
      [2, "gpt-4o", { output: 12_000_000n, cache_read: 1_250_000n }], [3, "anthropic/claude", { input: 3_100_000n }],
    ]);
    expect(brief("模型,输入价格,输出价格\nnew-model,0.5,1.5")).toEqual([[2, "new-model", { input: 500_000n, output: 1_500_000n }]]);
  });

  test("without headings: model, input, output, whatever separates them", () => {
    for (const by of ["\t", ",", ";"]) expect(brief(["gpt-4o", "3", "11"].join(by))).toEqual([[1, "gpt-4o", { input: 3_000_000n, output: 11_000_000n }]]);
  });

  test("quoted cells, byte order mark, Windows line ends and blank lines, with the spreadsheet's own line numbers", () => {
    expect(brief('\uFEFFmodel,input,output\r\n\r\n"gpt-4o","1,250.50","2,000"\r\n')).toEqual([[3, "gpt-4o", { input: 1_250_500_000n, output: 2_000_000_000n }]]);
  });

  test("what is in force already is counted and changes nothing", () => {
    expect(read("gpt-4o\t2.50\t10\nanthropic/claude\t3\t15.5")).toMatchObject({ same: 1, lines: [{ line: 2, items: { output: 15_500_000n } }] });
  });

  test("ratios count from the input of the same line, else from the one in force", () => {
    expect(brief("model\toutput\tinput\ngpt-4o\t4\t1.5\nanthropic/claude\t6", "ratio")).toEqual([
      [2, "gpt-4o", { input: 3_000_000n, output: 12_000_000n }], [3, "anthropic/claude", { output: 18_000_000n }],
    ]);
    expect(read("model\toutput\nnew-model\t4", "ratio").problems).toEqual([{ line: 2, kind: "no_input", item: "output", text: "4" }]);
  });
});

test("each error is named with its line and cell, and no part of a bad line is taken", () => {
  const { lines, problems, ignored } = read("model\tinput\toutput\tremark\nno-such\t1\t2\tx\ngpt-4o\t0,15\t1e3\t\ngpt-4o\t1\t2\t\n\t5\t6\t\nanthropic/claude\t0.0000001\t\t\nnew-model\t\t\tlater");
  expect(lines).toEqual([]);
  expect(problems).toEqual([
    { line: 2, kind: "unknown_model", text: "no-such" },
    { line: 3, kind: "comma", item: "input", text: "0,15" }, { line: 3, kind: "form", item: "output", text: "1e3" },
    { line: 4, kind: "twice", text: "gpt-4o" },
    { line: 5, kind: "no_model", text: "5  6" },
    { line: 6, kind: "digits", item: "input", text: "0.0000001" },
    { line: 7, kind: "no_price", text: "new-model" },
  ]);
  expect(ignored).toEqual(["remark"]);
});

test("more columns than can be guessed want headings", () => {
  expect(read("gpt-4o\t1\t2\t3")).toMatchObject({ lines: [], problems: [{ line: 1, kind: "no_columns" }] });
  expect(read(" \n\t\n")).toEqual({ lines: [], same: 0, problems: [], ignored: [] });
});

test.each([["1,250", 1_250_000_000n], ["$ 0.15", 150_000n], ["US$3", 3_000_000n], ["0,15", "comma"], ["1,25", "comma"], ["12,345.6", 12_345_600_000n], ["-1", "form"], ["free", "form"]])("the cell %j is %s", (text, expected) => {
  const cell = readCell(text, "input", {}, "usd");
  expect("pico" in cell ? cell.pico : cell.problem).toBe(expected);
});
