import { isIP, type LookupFunction, type OnReadOpts } from "node:net";
import { buildConnector } from "undici";
import { createGuard, hostOf, OutboundRefused, portOf } from "#platform/outbound/guard.ts";
import type { AllowPrivate, Guard, OutboundPolicy, Resolve, VettedAddress } from "#platform/outbound/guard.ts";
import { OriginPool, type Connect } from "#platform/outbound/origin-pool.ts";
import { connectThrough, httpHandshake } from "#platform/outbound/proxied.ts";
import { sharedReads } from "#platform/outbound/shared-reads.ts";
import { socksHandshake, type Login } from "#platform/outbound/socks.ts";

/** Below the 60 s after which many vendors' balancers cut an idle connection. */
const KEEP_ALIVE_MS = 55_000;
/** Each open stream has a connection of its own; beyond this they queue. Files per process end at about 20,000. */
const CONNECTIONS = 8_192;
const DNS_CACHE_MS = 30_000;
const DNS_CACHE_ENTRIES = 1_000;
const POOLS_MAX = 2_000;
const SWEEP_MS = 2_000;

export type OutboundOptions = Readonly<{ allowPrivate: AllowPrivate; resolve?: Resolve; now?: () => number; connections?: number }>;

/** The only way out of this process for addresses that somebody can set. */
export interface Outbound {
  readonly guard: Guard;
  /**
   * A keep-alive pool for the URL's origin whose every connection goes to a vetted address.
   * It knows no time-outs but for connecting: callers watch the clock.
   * @param proxy an HTTP or SOCKS proxy's address, with user and password where it wants them, judged as the URL is; through it names are looked up by the proxy, but for `socks5:`
   * @throws OutboundRefused
   */
  pool(url: URL, policy: OutboundPolicy, connectMs: number, proxy?: string): OriginPool;
  /**
   * Makes one vetted connection to the URL's origin that belongs to no pool: for what lives long.
   * @throws OutboundRefused
   */
  connector(url: URL, policy: OutboundPolicy, connectMs: number, proxy?: string): Connect;
  close(): void;
}

/** @returns pools keyed by policy, origin and connect time-out; the oldest idle one goes when there are too many */
export function createOutbound(options: OutboundOptions): Outbound {
  const guard = createGuard(options.allowPrivate, options.resolve);
  const names = createNameCache(guard, options.now ?? Date.now);
  const pools = new Map<string, OriginPool>();
  const sweeper = setInterval(() => pools.forEach((pool) => pool.sweep()), SWEEP_MS).unref();

  /** @throws OutboundRefused */
  const connector = (url: URL, policy: OutboundPolicy, connectMs: number, proxy: string | undefined, reads?: OnReadOpts): Connect => {
    guard.checkUrl(url, policy);
    if (proxy === undefined) return guardedConnect(guard, names, url, policy, connectMs, reads);
    const way = readProxy(proxy);
    guard.checkUrl(way.through, policy);
    const toProxy = guardedConnect(guard, names, way.through, policy, connectMs);
    const tunnel = (address?: string): Connect => connectThrough(toProxy, url, connectMs, () =>
      (way.kind === "http" ? httpHandshake(url, way.authorization) : socksHandshake({ host: address ?? hostOf(url), port: portOf(url) }, way.login)));
    const byAddress = way.kind === "socks5" && !way.looksUp;
    // Without TLS nothing proves at the far end that it is who was meant: then we look the name up ourselves, whoever else does.
    return url.protocol === "https:" && !byAddress ? tunnel() : (done) => {
      names(hostOf(url), portOf(url), policy, url.protocol === "https:").then(
        (found) => tunnel(byAddress ? (found.find(({ family }) => family === 4) ?? found[0]!).address : undefined)(done), (error: Error) => done(error, null));
    };
  };
  const open = (url: URL, connect: Connect): OriginPool =>
    new OriginPool({
      host: url.host,
      connect,
      connectionsMax: options.connections ?? CONNECTIONS,
      keepMs: KEEP_ALIVE_MS,
      now: () => performance.now(),
    });

  return {
    guard,
    pool(url, policy, connectMs, proxy) {
      const direct = `${policy} ${connectMs} ${url.origin}`, key = proxy === undefined ? direct : `${direct} ${proxy}`;
      const known = pools.get(key);
      if (known) return known;
      const connect = connector(url, policy, connectMs, proxy, sharedReads);
      if (pools.size >= POOLS_MAX) dropOldest(pools);
      const pool = open(url, connect);
      pools.set(key, pool);
      return pool;
    },
    connector,
    close() {
      clearInterval(sweeper);
      for (const pool of pools.values()) pool.destroy();
      pools.clear();
    },
  };
}

/** A proxy by its plain address, with what proves to it who we are. */
export type ProxyWay = Readonly<{ through: URL } & (
  | { kind: "http"; authorization: string | undefined }
  /** `looksUp`: it is told names, else addresses. */
  | { kind: "socks5"; login: Login | undefined; looksUp: boolean }
)>;

const SOCKS_PORT = 1_080;

/** @throws OutboundRefused */
export function readProxy(text: string): ProxyWay {
  const url = URL.parse(text), kind = url && /^(?:(https?)|socks5(h?)):$/.exec(url.protocol);
  if (!url || !kind) throw new OutboundRefused("The proxy's address is none.");
  const user = decodeURIComponent(url.username), password = decodeURIComponent(url.password), isNamed = user !== "" || password !== "";
  if (kind[1] !== undefined) {
    url.username = url.password = "";
    return { kind: "http", through: url, authorization: isNamed ? `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` : undefined };
  }
  // What is said to it is as open as plain HTTP, and is judged so.
  const through = URL.parse(`http://${url.hostname}:${url.port === "" ? SOCKS_PORT : url.port}`);
  if (!through) throw new OutboundRefused("The proxy's address is none.");
  return { kind: "socks5", through, login: isNamed ? { user, password } : undefined, looksUp: kind[2] === "h" };
}

function dropOldest(pools: Map<string, OriginPool>): void {
  for (const [key, pool] of pools) {
    if (pool.busy > 0) continue;
    pools.delete(key);
    pool.destroy();
    return;
  }
}

type NameCache = (hostname: string, port: number, policy: OutboundPolicy, tls: boolean) => Promise<readonly VettedAddress[]>;

/** Vetted answers only: a refusal or a failure is asked again next time. */
function createNameCache(guard: Guard, now: () => number): NameCache {
  const answers = new Map<string, { until: number; addresses: readonly VettedAddress[] }>();
  return async (hostname, port, policy, tls) => {
    const key = `${policy} ${tls} ${port} ${hostname}`;
    const known = answers.get(key);
    if (known && known.until > now()) return known.addresses;
    const addresses = await guard.resolve(hostname, port, policy, tls);
    if (answers.size >= DNS_CACHE_ENTRIES) answers.clear();
    answers.set(key, { until: now() + DNS_CACHE_MS, addresses });
    return addresses;
  };
}

/** Connects to vetted addresses and to nothing else, and looks at the far end once more before a byte is sent. */
function guardedConnect(guard: Guard, names: NameCache, url: URL, policy: OutboundPolicy, connectMs: number, onread?: OnReadOpts): Connect {
  const hostname = hostOf(url), port = portOf(url), tls = url.protocol === "https:";
  const lookup: LookupFunction = (_hostname, options, callback) => {
    names(hostname, port, policy, tls).then(
      (addresses) => {
        const first = addresses[0]!;
        if (options.all) callback(null, addresses.map(({ address, family }) => ({ address, family })));
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, "", 4),
    );
  };
  // Time-out, both address families at once, TLS sessions kept: undici's own, well tried.
  const connect = buildConnector({ timeout: connectMs, allowH2: false, autoSelectFamily: true, lookup, ...(onread && { onread }) } as buildConnector.BuildOptions);
  return (done) => {
    connect({ hostname, host: url.host, protocol: url.protocol, port: String(port), servername: tls && isIP(hostname) === 0 ? hostname : "" }, (error, socket) => {
      if (error || !socket) {
        done(error ?? new Error("No connection was made."), null);
        return;
      }
      const peer = socket.remoteAddress;
      if (peer === undefined || !guard.checkPeer(peer, hostname, port, policy)) {
        socket.destroy();
        done(new OutboundRefused("The connection led to an address that is not allowed."), null);
        return;
      }
      done(null, socket);
    });
  };
}
