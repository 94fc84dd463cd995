import { IncomingMessage, ServerResponse, type OutgoingHttpHeaders } from "node:http";
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

/** Whether the framework left the words of a 404 to the browser, which on a public page has nothing to write them with. */
const isUnwritten = (html: string): boolean => /<html[^>]*\bid="__next_error__"/.test(html);

/** Whether a request is for a public page. */
export const asksPublicPage = ({ method, url, headers }: IncomingMessage): boolean =>
  method === "GET" && headers["rsc"] === undefined && PUBLIC_PAGE.test(url ?? "");

const TWIN = /^\/([a-z]{2})\/((?:docs|models|legal)(?:\/[^?]+)?)\.md(?=\?|$)/;

/** Where the Markdown of a public page is made, for its address with `.md`; any other address stays as it is. */
export const twinAddress = (url: string): string => url.replace(TWIN, "/$1/markdown/$2");

/** An address of one word: a page of its own, or a slip of the keyboard that reads as a language the shop does not have. */
const ONE_WORD = /^\/[^/?.]+(?:\?|$)/;

/** Whether an answer to this request is to be looked at before it is sent. */
export const asksDocument = (request: IncomingMessage): boolean =>
  asksPublicPage(request) || (request.method === "GET" && request.headers["rsc"] === undefined && ONE_WORD.test(request.url ?? ""));

type Callback = (error?: Error | null) => void;

/**
 * Lets a public page go out without the framework: it is a document, complete as the server wrote it, and 130 kB of
 * scripts would only rebuild it. Other answers pass as they come. To be called before the page is asked for.
 *
 * @param missing writes the words of a page that is not there: the framework answers such an address with an empty document
 */
export function sendPlain(request: IncomingMessage, response: ServerResponse, missing: () => Promise<Written>): void {
  const packed = /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""));
  const isPublic = asksPublicPage(request);
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
      void complete(Buffer.concat(held).toString()).then((html) => finish(Buffer.from(isPublic ? withoutFramework(html) : html), last(args)));
      return response;
    },
  });

  /** Its own words for an empty 404, with the policy that their nonce belongs to. */
  async function complete(html: string): Promise<string> {
    if (response.statusCode !== 404 || !isUnwritten(html)) return html;
    try {
      const written = await missing();
      // What the head names was meant for the empty document.
      response.removeHeader("link");
      response.setHeader("content-security-policy", written.headers["content-security-policy"] ?? "default-src 'self'");
      return withoutFramework(written.html);
    } catch {
      // Without them the status still tells.
      return html;
    }
  }

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

/** A page as it was written, with its head. */
export type Written = Readonly<{ html: string; headers: OutgoingHttpHeaders }>;

/** Has a page of another address written for the same reader, aside from the answer to him. */
export async function writeAside(request: IncomingMessage, url: string, handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>, headers: Readonly<Record<string, string>>): Promise<Written> {
  const inner = new IncomingMessage(request.socket);
  Object.assign(inner, { method: "GET", url, httpVersion: request.httpVersion, httpVersionMajor: 1, httpVersionMinor: 1, complete: true });
  inner.headers = { ...request.headers, ...headers };
  inner.push(null);
  const answer = new ServerResponse(inner);
  const held: Buffer[] = [];
  const done = Promise.withResolvers<void>();
  const keep = (chunk: unknown): void => {
    if (typeof chunk === "string" || chunk instanceof Uint8Array) held.push(Buffer.from(chunk as Uint8Array));
  };
  Object.assign(answer, {
    writeHead(status: number): ServerResponse {
      answer.statusCode = status;
      return answer;
    },
    flushHeaders: () => undefined,
    write(chunk: unknown): boolean {
      keep(chunk);
      return true;
    },
    end(chunk?: unknown): ServerResponse {
      keep(chunk);
      done.resolve();
      return answer;
    },
  });
  await handle(inner, answer);
  await done.promise;
  return { html: Buffer.concat(held).toString(), headers: answer.getHeaders() };
}
