import { expect, test } from "vitest";
import { RelayError } from "#relay/errors.ts";
import { eventData, SSE_EVENT_BYTES_MAX, SseSplitter } from "#relay/http/sse.ts";

/** Data of all events, and all bytes that came out. */
function split(parts: readonly Buffer[]): { data: string[]; bytes: string } {
  const splitter = new SseSplitter();
  const data: string[] = [];
  let bytes = "";
  const take = (): void => {
    let start = 0;
    for (const end of splitter.ends) {
      const value = eventData(splitter.buffer, start, end);
      if (value) data.push(value.toString());
      bytes += splitter.buffer.toString("latin1", start, end);
      start = end;
    }
  };
  for (const part of parts) if (splitter.push(part)) take();
  if (splitter.flush()) take();
  return { data, bytes };
}

const LINES = ["\uFEFF: hello", "data: {\"a\":1}", "", "event: x", "id: 7", "data:two", "data: lines 😀", "", "", ": only", "", "data", "", "data: last"];
const EXPECTED = ["{\"a\":1}", "two\nlines 😀", "", "last"];

test.each([["LF", "\n"], ["CRLF", "\r\n"], ["CR", "\r"]])("%s: the same events wherever the bytes are cut", (_name, lineEnd) => {
  const bytes = Buffer.from(LINES.join(lineEnd));
  const whole = split([bytes]);
  expect(whole.data).toEqual(EXPECTED);
  expect(whole.bytes).toBe(bytes.toString("latin1"));
  for (let at = 0; at <= bytes.length; at++) expect(split([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(whole);
  expect(split(Array.from(bytes, (_byte, at) => bytes.subarray(at, at + 1)))).toEqual(whole);
});

test("a chunk of whole events is handed on as it is", () => {
  const splitter = new SseSplitter();
  const chunk = Buffer.from("data: 1\n\ndata: 2\n\n");
  expect(splitter.push(chunk)).toBe(true);
  expect(splitter.buffer).toBe(chunk);
  expect(splitter.ends).toEqual([9, 18]);
});

test("an event of 16 MiB passes in time that grows with its length alone; a longer one is refused", () => {
  const piece = Buffer.alloc(64 * 1024, 97);
  const splitter = new SseSplitter();
  splitter.push(Buffer.from("data: "));
  for (let at = 0; at < SSE_EVENT_BYTES_MAX / piece.length - 1; at++) expect(splitter.push(piece)).toBe(false);
  expect(splitter.push(Buffer.from("\n\n"))).toBe(true);

  const tooLong = new SseSplitter();
  expect(() => {
    for (let at = 0; at <= SSE_EVENT_BYTES_MAX / piece.length; at++) tooLong.push(piece);
  }).toThrow(RelayError);
});
