import net from "node:net";

/**
 * What stands for one sender in limits: an IPv4 address, or the /64 that one line gets in IPv6. Undefined for this
 * machine itself, which no limit counts.
 */
export function senderOf(ip: string | undefined): string | undefined {
  const plain = plainAddress(ip);
  if (plain === undefined || plain.startsWith("127.") || plain === "::1") return undefined;
  return net.isIPv4(plain) ? plain : `${groupsOf(plain).slice(0, 4).join(":")}::/64`;
}

/** The network that counts as one household for gifts: /24 in IPv4, /64 in IPv6. */
export function networkOf(ip: string | undefined): string | undefined {
  const sender = senderOf(ip);
  return sender !== undefined && net.isIPv4(sender) ? `${sender.slice(0, sender.lastIndexOf("."))}.0/24` : sender;
}

/** An address as the shop shows it: enough to recognise one's own line. */
const plainAddress = (ip: string | undefined): string | undefined => {
  const plain = ip?.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
  return plain !== undefined && net.isIP(plain) !== 0 ? plain : undefined;
};

/** The eight groups of an IPv6 address in their shortest form. */
function groupsOf(address: string): string[] {
  const [head = "", tail] = address.toLowerCase().split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const missing = tail === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array.from({ length: missing }, () => "0"), ...right].map((group) => group.replace(/^0+(?=.)/, ""));
}
