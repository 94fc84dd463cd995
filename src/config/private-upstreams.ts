import net from "node:net";

/** An inside address that channels may point at: a range or a host name, on one port or on all. */
export type PrivateUpstream = Readonly<
  | { cidr: string; host?: undefined; port?: number }
  | { host: string; cidr?: undefined; port?: number }
>;

const OTHER_ANSWERS: ReadonlySet<string> = new Set(["yes", "no", "on", "off", "y", "n", "all", "none", "any"]);

/**
 * Parses `true`, `false`, or a list such as `10.1.2.0/24:8000,127.0.0.1:11434,[fd00::/8]:8000,ollama.lan`.
 * @returns undefined when the text is none of these
 */
export function parsePrivateUpstreams(text: string): true | false | readonly PrivateUpstream[] | undefined {
  const word = text.trim().toLowerCase();
  if (word === "true") return true;
  if (word === "false") return false;
  // Meant as an answer, they would be taken for the name of a host, and nobody would learn why it does not work.
  if (OTHER_ANSWERS.has(word)) return undefined;
  const entries = text.split(",").map((entry) => parseEntry(entry.trim()));
  return entries.every((entry) => entry !== undefined) ? entries : undefined;
}

function parseEntry(entry: string): PrivateUpstream | undefined {
  const { address, port: portText } = splitPort(entry);
  const port = portText === undefined ? undefined : parsePort(portText);
  if (portText !== undefined && port === undefined) return undefined;
  const cidr = parseCidr(address);
  const withPort = port === undefined ? {} : { port };
  if (cidr) return { cidr, ...withPort };
  return isHostName(address) ? { host: address.toLowerCase(), ...withPort } : undefined;
}

function splitPort(entry: string): { address: string; port?: string } {
  const bracketed = /^\[([^\]]+)\](?::(.*))?$/.exec(entry);
  if (bracketed) return { address: bracketed[1]!, ...(bracketed[2] === undefined ? {} : { port: bracketed[2] }) };
  const parts = entry.split(":");
  return parts.length === 2 ? { address: parts[0]!, port: parts[1]! } : { address: entry };
}

function parsePort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}

/**
 * `10.0.0.0/8`, or an address alone (then /32 or /128 is added).
 * @returns undefined when it is neither
 */
export function parseCidr(text: string): string | undefined {
  const [address = "", prefix, ...rest] = text.split("/");
  const family = net.isIP(address);
  if (family === 0 || rest.length > 0 || address.includes("%")) return undefined;
  const bitsMax = family === 4 ? 32 : 128;
  if (prefix === undefined) return `${address}/${bitsMax}`;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= bitsMax ? text : undefined;
}

/** Letters, digits, dashes and dots; an all-numeric name would be an address in disguise. */
const isHostName = (text: string): boolean =>
  text.length <= 253 && /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/i.test(text) && !/^[\d.]+$/.test(text);

/** Loopback and private ranges, for addresses that must not be public. Host names are not looked up: only `localhost` counts. */
export function isPrivateHost(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, "");
  if (bare === "localhost") return true;
  const family = net.isIP(bare);
  return family !== 0 && PRIVATE.check(bare, family === 4 ? "ipv4" : "ipv6");
}

const PRIVATE = new net.BlockList();
PRIVATE.addSubnet("127.0.0.0", 8);
PRIVATE.addSubnet("10.0.0.0", 8);
PRIVATE.addSubnet("172.16.0.0", 12);
PRIVATE.addSubnet("192.168.0.0", 16);
PRIVATE.addAddress("::1", "ipv6");
PRIVATE.addSubnet("fc00::", 7, "ipv6");
