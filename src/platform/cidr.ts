import { BlockList, isIP } from "node:net";

/** A set of address ranges. IPv4-mapped IPv6 addresses count as the IPv4 address they carry. */
export type AddressSet = Readonly<{ has(address: string): boolean }>;

/** `::ffff:1.2.3.4` -> `1.2.3.4`; a zone index is cut; anything else unchanged. */
export function plainAddress(address: string): string {
  const bare = address.split("%")[0] ?? address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare);
  return mapped?.[1] ?? bare;
}

/**
 * @param ranges `10.0.0.0/8`, `2001:db8::/32`, or single addresses
 * @throws RangeError naming the range that is not one
 */
export function createAddressSet(ranges: readonly string[]): AddressSet {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", bits] = range.split("/");
    const family = isIP(address);
    const width = bits === undefined ? (family === 4 ? 32 : 128) : Number(bits);
    if (family === 0 || !Number.isInteger(width) || width < 0 || width > (family === 4 ? 32 : 128)) {
      throw new RangeError(`not an address range: ${range}`);
    }
    list.addSubnet(address, width, family === 4 ? "ipv4" : "ipv6");
  }
  return {
    has(address) {
      const plain = plainAddress(address);
      const family = isIP(plain);
      return family !== 0 && list.check(plain, family === 4 ? "ipv4" : "ipv6");
    },
  };
}

const loopback = createAddressSet(["127.0.0.0/8", "::1"]);
export const isLoopback = (address: string): boolean => loopback.has(address);
