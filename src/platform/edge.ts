import { isIP } from "node:net";
import { createAddressSet, isLoopback, plainAddress } from "#platform/cidr.ts";

/** What Node's parser hands over, and nothing more, so that rules can be tested on plain objects. */
export type RawRequest = Readonly<{
  method: string;
  url: string;
  httpVersion: string;
  /** Name, value, name, value … as they came. */
  rawHeaders: readonly string[];
  /** Address of the socket's other end. */
  peer: string;
  encrypted: boolean;
}>;

/** Who asks, by which scheme, for which host: decided once, in front of everything. */
export type EdgeFacts = Readonly<{
  clientIp: string;
  proto: "http" | "https";
  /** Host with port as the client asked for it, lower case; empty for HTTP/1.0 without one. */
  host: string;
  /** Path and query in origin form. */
  target: string;
  path: string;
}>;

export type Rejection = Readonly<{ status: 400 | 414 | 421 | 431 | 501; reason: string }>;
export type EdgeOptions = Readonly<{ trustedProxies: readonly string[] }>;

/** Kept below the parser's own maximum, so that the answer is ours and says what is wrong. */
export const EDGE_LIMITS = { targetBytesMax: 16_384, headerBytesMax: 32_768, headersMax: 100 } as const;

const HOST = /^(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/;
/** Headers that only our own processes and Next's own code may set; `x-mm: 1` is the browser's own mark on mutations. */
const INTERNAL = /^(?:x-mm-.*|x-middleware-.*|x-nextjs-.*|x-invoke-.*|x-forwarded-.*|x-real-ip|forwarded)$/;
/** Meant for one connection (RFC 9110, 7.6.1), so never passed on. */
const HOP_BY_HOP = new Set(["connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade"]);

export interface Edge {
  /** Reads a request's facts, or says why it is refused; a refused connection is to be closed. */
  inspect(request: RawRequest): EdgeFacts | Rejection;
  /** The headers for the web half: internal and hop-by-hop ones out, ours in. */
  forwardHeaders(request: RawRequest, facts: EdgeFacts, requestId: string): string[];
}

export const isRejection = (result: EdgeFacts | Rejection): result is Rejection => "reason" in result;

/** @throws RangeError when a trusted range is not one */
export function createEdge({ trustedProxies }: EdgeOptions): Edge {
  const trusted = createAddressSet(trustedProxies);
  const isTrusted = (address: string): boolean => trusted.has(address);
  const peers = new Map<string, Peer>();
  const peerOf = (raw: string): Peer => {
    let peer = peers.get(raw);
    if (!peer) {
      const address = plainAddress(raw);
      peer = { address, trusted: isTrusted(address) };
      if (peers.size >= PEERS_MAX) peers.clear();
      peers.set(raw, peer);
    }
    return peer;
  };
  let lastHost = ""; // nearly every request asks for the same well-formed one
  return {
    inspect(request) {
      const heads = readHeads(request.rawHeaders);
      const refused = refuse(request, heads);
      if (refused) return refused;
      const { address: peer, trusted: proxied } = peerOf(request.peer);
      const target = originForm(request, heads.host);
      if (typeof target !== "string") return target;
      const host = ((proxied && lastOf(request, "x-forwarded-host")) || heads.host || "").toLowerCase();
      if (host !== "" && host !== lastHost) {
        if (!HOST.test(host)) return { status: 400, reason: "malformed host" };
        lastHost = host;
      }
      const forwardedProto = proxied ? lastOf(request, "x-forwarded-proto") : undefined;
      const query = target.indexOf("?");
      return {
        clientIp: proxied ? clientBehind(values(request, "x-forwarded-for"), peer, isTrusted) : peer,
        proto: request.encrypted || forwardedProto === "https" ? "https" : "http",
        host,
        target,
        path: query < 0 ? target : target.slice(0, query),
      };
    },

    forwardHeaders(request, facts, requestId) {
      const named = new Set(values(request, "connection").flatMap((value) => value.toLowerCase().split(/[\s,]+/)));
      const headers: string[] = [];
      for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
        const name = (request.rawHeaders[i] ?? "").toLowerCase();
        if (INTERNAL.test(name) || HOP_BY_HOP.has(name) || named.has(name)) continue;
        headers.push(name, request.rawHeaders[i + 1] ?? "");
      }
      headers.push(
        "x-mm-client-ip", facts.clientIp,
        "x-mm-proto", facts.proto,
        "x-mm-host", facts.host,
        "x-mm-request-id", requestId,
        "x-forwarded-for", facts.clientIp,
        "x-forwarded-proto", facts.proto,
        "x-forwarded-host", facts.host,
      );
      return headers;
    },
  };
}

type Peer = Readonly<{ address: string; trusted: boolean }>;

/** Known peers beyond which all are forgotten. */
const PEERS_MAX = 10_000;

/** What every request is judged by, from one walk over its headers. */
type Heads = { bytes: number; hosts: number; host: string | undefined; lengths: number; codings: number; coding: string };

function readHeads(rawHeaders: readonly string[]): Heads {
  const heads: Heads = { bytes: 0, hosts: 0, host: undefined, lengths: 0, codings: 0, coding: "" };
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    const value = rawHeaders[i + 1]!;
    heads.bytes += name.length + value.length; // the parser gives one letter a byte
    // Most names differ in length from those that matter.
    if (name.length === 4 && name.toLowerCase() === "host") {
      heads.hosts += 1;
      heads.host ??= value;
    } else if (name.length === 14 && name.toLowerCase() === "content-length") heads.lengths += 1;
    else if (name.length === 17 && name.toLowerCase() === "transfer-encoding") {
      heads.codings += 1;
      heads.coding = value;
    }
  }
  return heads;
}

/** Everything by which one parser could be made to see another request than the next (RFC 9112, 11.2). */
function refuse(request: RawRequest, { bytes, hosts, lengths, codings, coding }: Heads): Rejection | undefined {
  if (request.url.length > EDGE_LIMITS.targetBytesMax || Buffer.byteLength(request.url) > EDGE_LIMITS.targetBytesMax) return { status: 414, reason: "address too long" };
  if (request.rawHeaders.length / 2 > EDGE_LIMITS.headersMax) return { status: 431, reason: "too many headers" };
  if (bytes > EDGE_LIMITS.headerBytesMax) return { status: 431, reason: "headers too large" };

  if (hosts > 1) return { status: 400, reason: "repeated host" };
  if (lengths > 1) return { status: 400, reason: "repeated content-length" };
  if (codings === 0) return undefined;
  if (lengths > 0) return { status: 400, reason: "content-length beside transfer-encoding" };
  if (request.httpVersion === "1.0") return { status: 400, reason: "transfer-encoding in HTTP/1.0" };
  if (codings > 1 || coding.trim().toLowerCase() !== "chunked") return { status: 501, reason: "unknown transfer coding" };
  return undefined;
}

/** Absolute-form targets are allowed for our own host only; `*` and authority form are proxies' business. */
function originForm(request: RawRequest, host: string | undefined): string | Rejection {
  if (request.url.startsWith("/")) return request.url;
  if (!/^https?:\/\//i.test(request.url) || !URL.canParse(request.url)) return { status: 400, reason: "malformed request target" };
  const url = new URL(request.url);
  if (url.host !== (host ?? "").toLowerCase()) return { status: 400, reason: "request target of another host" };
  return `${url.pathname}${url.search}`;
}

/** Walks X-Forwarded-For from the right to the first address that is no proxy of ours: what stands left of it anyone can write. */
function clientBehind(headers: readonly string[], peer: string, isTrusted: (address: string) => boolean): string {
  const chain = headers.flatMap((value) => value.split(",")).map((part) => bareAddress(part.trim()));
  let client = peer;
  for (const address of chain.reverse()) {
    if (isIP(address) === 0) break;
    client = address;
    if (!isTrusted(address)) break;
  }
  return client;
}

/** Some proxies write `1.2.3.4:5678` or `[::1]:5678`. */
function bareAddress(text: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1];
  const withPort = /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1];
  return plainAddress(bracketed ?? withPort ?? text);
}

function values(request: RawRequest, name: string): string[] {
  const found: string[] = [];
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    if (request.rawHeaders[i]?.toLowerCase() === name) found.push(request.rawHeaders[i + 1] ?? "");
  }
  return found;
}

const lastOf = (request: RawRequest, name: string): string | undefined =>
  values(request, name).at(-1)?.split(",").at(-1)?.trim().toLowerCase() || undefined;

export type HostRule = Readonly<{
  /** The shop's public address, where one is configured. */
  publicUrl: string | undefined;
  port: number;
  /** This machine's own addresses; loopback need not be among them. */
  addresses: readonly string[];
}>;

/**
 * May pages be asked for under this Host? With a public address: that one, and loopback names with our port (so that
 * an operator reaches his own machine; no other site can point a browser there under such a name). Without one:
 * every loopback name and every address of this machine with our port.
 */
export function hostAllowed(host: string, rule: HostRule): boolean {
  if (rule.publicUrl !== undefined && host === new URL(rule.publicUrl).host) return true;
  const { name, port } = splitHost(host);
  if (port !== rule.port) return false;
  if (name === "localhost" || name.endsWith(".localhost") || isLoopback(name)) return true;
  return rule.publicUrl === undefined && rule.addresses.includes(name);
}

function splitHost(host: string): { name: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d+))?$/.exec(host);
  return { name: plainAddress(match?.[1] ?? match?.[2] ?? ""), port: Number(match?.[3] ?? 80) };
}

/** 127.0.0.1 stands for the addresses that mean "all". */
export function readyUrl(host: string, port: number): string {
  const name = host === "0.0.0.0" || host === "::" || host === "" ? "127.0.0.1" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}
