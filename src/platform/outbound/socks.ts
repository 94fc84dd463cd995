import { isIPv4, isIPv6 } from "node:net";
import { proxyFault, type Handshake, type Heard } from "#platform/outbound/proxied.ts";

/** Who asks a proxy that wants to know. */
export type Login = Readonly<{ user: string; password: string }>;
/** Where a tunnel is to lead: a name, or an address that has been looked up. */
export type SocksTarget = Readonly<{ host: string; port: number }>;

const VERSION = 5, LOGIN_VERSION = 1, CONNECT = 1;
const NO_LOGIN = 0, BY_PASSWORD = 2, NOTHING_FITS = 255;
const IPV4 = 1, NAME = 3, IPV6 = 4;
const TEXT_BYTES_MAX = 255;
const WAITS: Heard = { used: 0 };

/** @see RFC 1928, 6: Replies */
const REFUSALS: readonly string[] = [
  "", "it failed", "its rules do not allow it", "the network cannot be reached", "the host cannot be reached", "the host refused the connection", "the time ran out", "it knows no such command",
  "it knows no such kind of address",
];

/**
 * Asks a SOCKS proxy, version 5 (RFC 1928), with user and password (RFC 1929) where it wants them.
 * @throws Error when the name or the login is longer than the protocol can say
 */
export function socksHandshake(target: SocksTarget, login?: Login): Handshake {
  const request = Buffer.concat([Buffer.from([VERSION, CONNECT, 0]), addressOf(target.host), Buffer.from([target.port >> 8, target.port & 255])]);
  const proof = login && Buffer.concat([Buffer.from([LOGIN_VERSION]), text(login.user), text(login.password)]);
  const methods = proof ? [NO_LOGIN, BY_PASSWORD] : [NO_LOGIN];
  let hear: (said: Buffer) => Heard = greeted;

  function greeted(said: Buffer): Heard {
    if (said.length < 2) return WAITS;
    if (said[0] !== VERSION) throw proxyFault("The proxy does not speak SOCKS 5.");
    if (said[1] === NOTHING_FITS || !methods.includes(said[1]!)) throw proxyFault(proof ? "The proxy takes no user and password." : "The proxy wants a user and a password.");
    hear = said[1] === BY_PASSWORD ? proven : reached;
    return { used: 2, say: said[1] === BY_PASSWORD ? proof! : request };
  }
  function proven(said: Buffer): Heard {
    if (said.length < 2) return WAITS;
    if (said[1] !== 0) throw proxyFault("The proxy does not accept the user and password.");
    hear = reached;
    return { used: 2, say: request };
  }
  function reached(said: Buffer): Heard {
    if (said.length < 2) return WAITS;
    if (said[0] !== VERSION) throw proxyFault("The proxy does not speak SOCKS 5.");
    if (said[1] !== 0) throw proxyFault(`The proxy made no tunnel: ${REFUSALS[said[1]!] ?? "it does not say why"}.`);
    if (said.length < 5) return WAITS;
    // Where it goes out from is told, and of no use here.
    const length = said[3] === IPV4 ? 4 : said[3] === IPV6 ? 16 : said[3] === NAME ? 1 + said[4]! : 0;
    if (length === 0) throw proxyFault("The proxy's answer is none.");
    const used = 4 + length + 2;
    return said.length < used ? WAITS : { used, done: true };
  }
  return { hello: Buffer.from([VERSION, methods.length, ...methods]), hear: (said) => hear(said) };
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, "utf8");
  if (bytes.length > TEXT_BYTES_MAX) throw proxyFault("A name or password is longer than a SOCKS proxy can be told.");
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

function addressOf(host: string): Buffer {
  if (isIPv4(host)) return Buffer.from([IPV4, ...host.split(".").map(Number)]);
  return isIPv6(host) ? Buffer.concat([Buffer.from([IPV6]), ipv6Bytes(host)]) : Buffer.concat([Buffer.from([NAME]), text(host)]);
}

/** The sixteen bytes of an address, whose zeros may be left out once and whose end may be written as IPv4. */
function ipv6Bytes(host: string): Buffer {
  const words = (part: string): readonly number[] => part.split(":").filter((word) => word !== "").flatMap((word) => {
    if (!word.includes(".")) return [Number.parseInt(word, 16)];
    const [a, b, c, d] = word.split(".").map(Number) as [number, number, number, number];
    return [(a << 8) | b, (c << 8) | d];
  });
  const [before = "", after = ""] = host.split("%")[0]!.split("::");
  const first = words(before), last = words(after), all = [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
  return Buffer.from(all.flatMap((word) => [word >> 8, word & 255]));
}
