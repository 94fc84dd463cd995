const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A request's id as customers know it, from the one that the books use. */
export function requestIdOf(uuid: string): string {
  let value = BigInt(`0x${uuid.replaceAll("-", "")}`);
  let text = "";
  for (let i = 0; i < 26; i += 1) {
    text = LETTERS[Number(value & 31n)] + text;
    value >>= 5n;
  }
  return `req_${text}`;
}
