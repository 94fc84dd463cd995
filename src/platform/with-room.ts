/** These bytes where `more` fit behind the first `used` of them, else a copy of those in memory at least twice as large. */
export function withRoom(bytes: Buffer, used: number, more: number): Buffer {
  const needed = used + more;
  if (needed <= bytes.length) return bytes;
  const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * bytes.length));
  bytes.copy(larger, 0, 0, used);
  return larger;
}
