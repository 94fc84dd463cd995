import { stringify } from "csv-stringify";
import { stringify as stringifySync } from "csv-stringify/sync";
import type { Readable } from "node:stream";

/** A cell: text is made harmless, numbers and bigints are written as they are, dates in ISO 8601 UTC, nothing is empty. */
export type CsvCell = string | number | bigint | boolean | Date | null | undefined;
export type CsvColumn<Row> = Readonly<{ header: string; value: (row: Row) => CsvCell }>;

const BYTE_ORDER_MARK = "\uFEFF";
/** First characters by which a spreadsheet takes a text for a formula or a command, half and full width. */
const FORMULA = /^[=+\-@|\t\r\n\uFF0B\uFF0D\uFF1D\uFF20\uFF5C]/;
const NUMBER = /^-?\d+(?:\.\d+)?$/;

/** Text that no spreadsheet runs. What reads as a plain number stays one, so that amounts can be summed. */
export const safeText = (text: string): string => (FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text);

function cell(value: CsvCell): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return safeText(value);
  if (value instanceof Date) return value.toISOString();
  return String(value);
}

/** nano-USD with all nine decimals and a plain minus: the form of every money column. */
export function csvUsd(nano: bigint): string {
  const digits = (nano < 0n ? -nano : nano).toString().padStart(10, "0");
  return `${nano < 0n ? "-" : ""}${digits.slice(0, -9)}.${digits.slice(-9)}`;
}

type Options = Readonly<{ bom?: boolean }>;
const DIALECT = { record_delimiter: "windows" } as const;

/** A whole file as text. For lists that are in memory anyway; longer ones are streamed. */
export function csvText<Row>(columns: readonly CsvColumn<Row>[], rows: Iterable<Row>, { bom = false }: Options = {}): string {
  const lines = [columns.map(({ header }) => safeText(header)), ...Array.from(rows, (row) => columns.map(({ value }) => cell(value(row))))];
  return (bom ? BYTE_ORDER_MARK : "") + stringifySync(lines, DIALECT);
}

/**
 * The same as a stream of UTF-8, one row at a time; rows are asked for as fast as they are read.
 *
 * @param bom for Excel, which reads a file without it in the machine's own character set
 */
export function csvStream<Row>(columns: readonly CsvColumn<Row>[], rows: AsyncIterable<Row> | Iterable<Row>, { bom = false }: Options = {}): Readable {
  const out = stringify({ ...DIALECT, bom });
  void feed();
  return out;

  async function feed(): Promise<void> {
    try {
      await write(columns.map(({ header }) => safeText(header)));
      for await (const row of rows) {
        if (out.destroyed) return;
        await write(columns.map(({ value }) => cell(value(row))));
      }
      out.end();
    } catch (error) {
      out.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }

  function write(line: readonly string[]): Promise<void> | void {
    if (out.write(line)) return;
    return new Promise((resolve) => {
      const go = (): void => {
        out.off("drain", go).off("close", go);
        resolve();
      };
      out.once("drain", go).once("close", go);
    });
  }
}

/** Headers of an answer that is such a file. */
export function csvHeaders(name: string): Record<string, string> {
  const plain = name.replace(/[^A-Za-z0-9._-]+/g, "-");
  return {
    "content-type": "text/csv; charset=utf-8",
    "content-disposition": `attachment; filename="${plain}.csv"; filename*=UTF-8''${encodeURIComponent(name)}.csv`,
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
  };
}
