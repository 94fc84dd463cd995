import { lookup as systemLookup } from "node:dns/promises";
import { isIP } from "node:net";
import { addressKind, inCidr } from "#platform/outbound/addresses.ts";

/** Who chose the address: the operator (channel, sync, identity), a customer (content), either (webhook). */
export type OutboundPolicy = "channel" | "content" | "webhook" | "identity" | "sync";

/** One entry of `ALLOW_PRIVATE_UPSTREAMS`: a range or a name, on one port or on any. */
export type PrivateEntry = Readonly<{ cidr?: string; host?: string; port?: number }>;
export type AllowPrivate = boolean | readonly PrivateEntry[];

export type VettedAddress = Readonly<{ address: string; family: 4 | 6 }>;
export type Resolve = (hostname: string) => Promise<readonly VettedAddress[]>;

/** The address may not be called. The message names no resolved address: it may reach a log that customers' support reads. */
export class OutboundRefused extends Error {
  override readonly name = "OutboundRefused";
  readonly code = "EGUARD";
}

const DNS_TIMEOUT_MS = 3_000;
const ANSWERS_MAX = 8;
/** Names that mean "inside" on many networks. */
const INSIDE_NAME = /^(localhost|.*\.localhost|.*\.local|.*\.internal|.*\.localdomain)$/;
/** TLS on other ports is common with gateways that operators run. */
const TLS_PORTS: Readonly<Record<OutboundPolicy, readonly number[]>> = {
  channel: [443, 8443], content: [443], webhook: [443, 8443], identity: [443], sync: [443],
};

export const portOf = (url: URL): number => (url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port));
/** Host name as sockets want it: no brackets, no trailing dot. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "").toLowerCase();

export interface Guard {
  /**
   * Judges everything that the URL itself says.
   * @throws OutboundRefused scheme, user info, port, name, literal address
   */
  checkUrl(url: URL, policy: OutboundPolicy): void;
  /**
   * Resolves the name; every address of the answer must be allowed, so that none can be swapped in later.
   * @throws OutboundRefused, or the resolver's own error
   */
  resolve(hostname: string, port: number, policy: OutboundPolicy, tls: boolean): Promise<readonly VettedAddress[]>;
  /** The socket's far end, once more after connecting. */
  checkPeer(address: string, hostname: string, port: number, policy: OutboundPolicy): boolean;
}

/** @param resolve answers of DNS; the system's own by default */
export function createGuard(allowPrivate: AllowPrivate, resolve: Resolve = resolveWithSystem): Guard {
  const opened = (hostname: string, address: string, port: number): boolean =>
    allowPrivate === true || (allowPrivate !== false && allowPrivate.some((entry) => entryMatches(entry, hostname, address, port)));

  const addressAllowed = (address: string, hostname: string, port: number, policy: OutboundPolicy, tls: boolean): boolean => {
    const kind = addressKind(address);
    if (kind === "metadata") return false;
    const open = policy === "channel" && opened(hostname, address, port);
    if (open) return true;
    return kind === "public" && (tls || (policy === "content" && port === 80)) && (!tls || TLS_PORTS[policy].includes(port));
  };

  return {
    checkUrl(url, policy) {
      const tls = url.protocol === "https:";
      if (!tls && url.protocol !== "http:") throw new OutboundRefused("Only http and https addresses can be called.");
      if (url.username !== "" || url.password !== "") throw new OutboundRefused("An address must not hold a user name or a password.");
      const host = hostOf(url), port = portOf(url);
      if (host === "" || host.length > 253) throw new OutboundRefused("The address has no valid host.");
      if (/^metadata(\.|$)/.test(host)) throw new OutboundRefused("This host is never called.");
      if (isIP(host) !== 0 && !addressAllowed(host, host, port, policy, tls)) throw refusal(policy, tls);
      if (INSIDE_NAME.test(host) && (policy !== "channel" || allowPrivate === false)) throw refusal(policy, tls);
      if (!tls && !(policy === "content" && port === 80) && (policy !== "channel" || allowPrivate === false)) throw refusal(policy, tls);
    },
    async resolve(hostname, port, policy, tls) {
      const answers = await resolve(hostname);
      if (answers.length === 0) throw Object.assign(new Error("The name has no address."), { code: "ENOTFOUND" });
      for (const { address } of answers) if (!addressAllowed(address, hostname, port, policy, tls)) throw refusal(policy, tls);
      return answers.slice(0, ANSWERS_MAX);
    },
    checkPeer(address, hostname, port, policy) {
      return addressAllowed(address, hostname, port, policy, true) || addressAllowed(address, hostname, port, policy, false);
    },
  };
}

function refusal(policy: OutboundPolicy, tls: boolean): OutboundRefused {
  const hint = policy === "channel" ? " ALLOW_PRIVATE_UPSTREAMS in the environment can open private addresses." : "";
  return new OutboundRefused(`This ${tls ? "address" : "plain http address"} is not allowed.${hint}`);
}

function entryMatches(entry: PrivateEntry, hostname: string, address: string, port: number): boolean {
  if (entry.port !== undefined && entry.port !== port) return false;
  if (entry.cidr !== undefined) return inCidr(entry.cidr, address);
  return entry.host !== undefined && entry.host.toLowerCase() === hostname;
}

async function resolveWithSystem(hostname: string): Promise<readonly VettedAddress[]> {
  const timeout = new Promise<never>((_resolve, reject) => {
    setTimeout(() => reject(Object.assign(new Error("The name server did not answer in time."), { code: "EAI_AGAIN" })), DNS_TIMEOUT_MS).unref();
  });
  const answers = await Promise.race([systemLookup(hostname, { all: true, order: "verbatim" }), timeout]);
  return answers.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
}
