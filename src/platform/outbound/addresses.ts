import { BlockList, isIP } from "node:net";

/** Ranges that are not the public internet (IANA special-purpose registries, RFC 6890 and successors). */
const PRIVATE_V4 = [
  "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
  "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
] as const;
const PRIVATE_V6 = [
  "::/128", "::1/128", "::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
] as const;

/** Where clouds hand out credentials to whoever asks from inside; refused whatever the operator allows. */
const METADATA = new Set(["169.254.169.254", "169.254.170.2", "100.100.100.200", "fd00:ec2::254"]);

const blocked = new BlockList();
for (const range of PRIVATE_V4) addRange(blocked, range);
for (const range of PRIVATE_V6) addRange(blocked, range);

function addRange(list: BlockList, cidr: string): void {
  const [address, bits] = cidr.split("/") as [string, string];
  list.addSubnet(address, Number(bits), isIP(address) === 6 ? "ipv6" : "ipv4");
}

/**
 * The IPv4 address that an IPv6 one stands for: mapped (`::ffff:a.b.c.d`), NAT64 (`64:ff9b::/96`), 6to4 (`2002::/16`).
 * Such addresses are judged by what they lead to.
 */
export function innerIpv4(address: string): string | undefined {
  const groups = expand(address);
  if (!groups) return undefined;
  const v4 = (high: number, low: number): string => `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  const zero = (from: number, to: number): boolean => groups.slice(from, to).every((group) => group === 0);
  if (zero(0, 5) && groups[5] === 0xffff) return v4(groups[6]!, groups[7]!);
  if (groups[0] === 0x64 && groups[1] === 0xff9b && zero(2, 6)) return v4(groups[6]!, groups[7]!);
  if (groups[0] === 0x2002) return v4(groups[1]!, groups[2]!);
  return undefined;
}

/** The eight groups of an IPv6 address; undefined when it is none. */
function expand(address: string): readonly number[] | undefined {
  if (isIP(address) !== 6 || address.includes("%")) return undefined;
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const text = dotted
    ? `${dotted[1]}${((Number(dotted[2]) << 8) | Number(dotted[3])).toString(16)}:${((Number(dotted[4]) << 8) | Number(dotted[5])).toString(16)}`
    : address;
  const [head = "", tail] = text.split("::");
  const parse = (part: string): number[] => (part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16)));
  const left = parse(head), right = tail === undefined ? [] : parse(tail);
  return tail === undefined ? left : [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
}

export type AddressKind = "public" | "private" | "metadata";

/** What a literal address leads to. Zone ids and anything that is no address count as private. */
export function addressKind(address: string): AddressKind {
  const family = isIP(address);
  if (family === 0 || address.includes("%")) return "private";
  const inner = family === 6 ? innerIpv4(address) : undefined;
  if (inner !== undefined) return addressKind(inner);
  if (METADATA.has(canonical(address))) return "metadata";
  return blocked.check(address, family === 6 ? "ipv6" : "ipv4") ? "private" : "public";
}

const canonical = (address: string): string =>
  isIP(address) === 6 ? new URL(`http://[${address}]/`).hostname.slice(1, -1) : address;

/** Does the range hold the address? IPv4-mapped addresses are taken for what they map. */
export function inCidr(cidr: string, address: string): boolean {
  const plain = innerIpv4(address) ?? address;
  const slash = cidr.indexOf("/");
  const base = slash < 0 ? cidr : cidr.slice(0, slash);
  const family = isIP(base);
  if (family === 0 || isIP(plain) !== family) return false;
  const list = new BlockList();
  const bits = slash < 0 ? (family === 6 ? 128 : 32) : Number(cidr.slice(slash + 1));
  if (!Number.isInteger(bits) || bits < 0 || bits > (family === 6 ? 128 : 32)) return false;
  list.addSubnet(base, bits, family === 6 ? "ipv6" : "ipv4");
  return list.check(plain, family === 6 ? "ipv6" : "ipv4");
}

/** An address of this machine's loopback interface, in any spelling. */
export const isLoopback = (address: string): boolean => inCidr("127.0.0.0/8", address) || address === "::1";

/** What one customer is counted by: an IPv4 address, or the /64 that a single IPv6 customer has. */
export function networkOf(address: string): string {
  const inner = innerIpv4(address);
  return inner ?? expand(address)?.slice(0, 4).map((group) => group.toString(16)).join(":") ?? address;
}
