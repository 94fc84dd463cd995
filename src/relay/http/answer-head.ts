import { STATUS_CODES } from "node:http";
import { HeadBytes } from "#platform/http1/head-bytes.ts";

/** Name -> value; what is undefined is not sent. */
export type AnswerHead = Readonly<Record<string, string | undefined>>;

/** One head is written at a time, and is read before the next. */
const out = new HeadBytes();

/**
 * The head of an answer, with the date and what becomes of the connection.
 *
 * @param more whole lines, ends included
 * @param keepAliveMs how long the connection stays; 0 = it ends with the answer
 * @returns memory that the next head overwrites
 * @throws TypeError when a value cannot be sent
 */
export function writeHead(status: number, headers: AnswerHead, more: string, keepAliveMs: number): Buffer {
  out.begin();
  out.add("HTTP/1.1 ");
  out.add(`${status}`);
  out.add(` ${STATUS_CODES[status] ?? ""}\r\n`);
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined && name !== "connection") out.header(name, value);
  }
  out.add(more);
  out.add("date: ");
  out.add(dateText());
  out.add(headers["connection"] === "close" || keepAliveMs === 0 ? "\r\nconnection: close\r\n\r\n" : keepAliveText(keepAliveMs));
  return out.end();
}

function createKeepAliveText(): (ms: number) => string {
  const known = new Map<number, string>();
  return (ms) => {
    let text = known.get(ms);
    if (text === undefined) known.set(ms, (text = `\r\nconnection: keep-alive\r\n${ms >= 1_000 ? `keep-alive: timeout=${Math.floor(ms / 1_000)}\r\n` : ""}\r\n`));
    return text;
  };
}

/** A shop knows one length or two. */
const keepAliveText = createKeepAliveText();

/** The time as HTTP writes it, made once a second. */
function createDateText(): () => string {
  let second = 0;
  let text = "";
  return () => {
    const now = Math.floor(Date.now() / 1_000);
    if (now !== second) {
      second = now;
      text = new Date(now * 1_000).toUTCString();
    }
    return text;
  };
}

const dateText = createDateText();
