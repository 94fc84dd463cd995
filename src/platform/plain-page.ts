import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

/** Pages whose address begins with a language: the public ones. Feeds and twins in Markdown among them are no pages. */
const PUBLIC_PAGE = /^\/[a-z]{2}(?:\/(?!.*\.(?:xml|md)$)[^?]*)?(?:\?|$)/;
const ELEMENT = /<script\b([^>]*)>[\s\S]*?<\/script>|<link\b[^>]*\bas="script"[^>]*>/g;
const OWN = /\btype="application\/ld\+json"|\bsrc="(?!\/_next\/)/;
/** What only the framework in the browser would complete: an error's page, or a part that was still being waited for. */
const UNFINISHED = /<html[^>]*\bid="__next_error__"|<template\b[^>]*\bid="B:/;

/**
 * A page without the framework's scripts and the data that only they read; what the page brings itself stays. A page that
 * needs them to be seen is left as it is.
 */
export const withoutFramework = (html: string): string =>
  UNFINISHED.test(html) ? html : html.replace(ELEMENT, (element, attributes: string | undefined) => (attributes !== undefined && OWN.test(attributes) ? element : ""));

/** Whether a request is for a public page. */
export const asksPublicPage = ({ method, url, headers }: IncomingMessage): boolean =>
  method === "GET" && headers["rsc"] === undefined && PUBLIC_PAGE.test(url ?? "");

const TWIN = /^\/([a-z]{2})\/((?:docs|models|legal)(?:\/[^?]+)?)\.md(?=\?|$)/;

/** Where the Markdown of a public page is made, for its address with `.md`; any other address stays as it is. */
export const twinAddress = (url: string): string => url.replace(TWIN, "/$1/markdown/$2");

type Callback = (error?: Error | null) => void;

/**
 * Lets an answer that is HTML go out without the framework: a public page is a document, complete as the server wrote it,
 * and 130 kB of scripts would only rebuild it. Other answers pass as they come. To be called before the page is asked for.
 */
export function sendPlain(request: IncomingMessage, response: ServerResponse): void {
  const packed = /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""));
  // Compressed bytes could not be read here; it is done at the end instead.
  delete request.headers["accept-encoding"];
  const held: Buffer[] = [];
  const send = { write: response.write.bind(response), end: response.end.bind(response), writeHead: response.writeHead.bind(response) } as const;
  let sending = false;
  const isPage = (): boolean => !response.headersSent && /^text\/html\b/.test(String(response.getHeader("content-type") ?? ""));
  const hold = (chunk: unknown, encoding: unknown): void => {
    if (typeof chunk === "string") held.push(Buffer.from(chunk, typeof encoding === "string" ? (encoding as BufferEncoding) : "utf8"));
    else if (chunk instanceof Uint8Array) held.push(Buffer.from(chunk));
  };
  const last = (args: readonly unknown[]): Callback | undefined => args.find((each): each is Callback => typeof each === "function");
  const flushHeaders = response.flushHeaders.bind(response);

  Object.assign(response, {
    // Whoever writes first may ask for the head without more; a page's is sent with its length, at the end.
    writeHead(...args: unknown[]): ServerResponse {
      if (sending || args.length !== 1 || !isPage()) return Reflect.apply(send.writeHead, response, args) as ServerResponse;
      response.statusCode = args[0] as number;
      return response;
    },
    flushHeaders: () => isPage() || flushHeaders(),
    write(chunk: unknown, ...args: unknown[]): boolean {
      if (!isPage()) return Reflect.apply(send.write, response, [chunk, ...args]) as boolean;
      hold(chunk, args[0]);
      last(args)?.();
      return true;
    },
    end(...args: unknown[]): ServerResponse {
      if (!isPage()) return Reflect.apply(send.end, response, args) as ServerResponse;
      hold(args[0], args[1]);
      void finish(Buffer.from(withoutFramework(Buffer.concat(held).toString())), last(args));
      return response;
    },
  });

  async function finish(body: Buffer, done: Callback | undefined): Promise<void> {
    const bytes = packed ? await promisify(gzip)(body) : body;
    if (response.destroyed) return;
    sending = true;
    if (packed) response.setHeader("content-encoding", "gzip");
    response.setHeader("vary", "Accept-Encoding");
    response.setHeader("content-length", bytes.length);
    send.end(bytes, () => done?.());
  }
}
