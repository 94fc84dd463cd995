import type { Json } from "#relay/canonical/request.ts";

const STRANGE: readonly Json[] = [null, "", "text", 0, -1, 1e300, 1.5, true, false, [], {}, [null], { type: "text" }, "tool_use", "\ud800", [{ type: "thinking" }], "data:image/png;base64,x", "__proto__", { toString: 1 }, [[[[]]]]];

/** The same value with something in it replaced, left out, told twice or put somewhere else. */
export function spoilt(value: Json, random: () => number): Json {
  const pick = <Of>(list: readonly Of[]): Of => list[Math.floor(random() * list.length)]!;
  if (typeof value !== "object" || value === null || random() < 0.02) return pick(STRANGE);
  const fate = random();
  if (Array.isArray(value)) {
    const list = value.slice() as Json[], at = Math.floor(random() * list.length);
    if (fate < 0.2) list.splice(at, 1);
    else if (fate < 0.4) list.splice(at, 0, pick(list) ?? null);
    else list[at] = spoilt(list[at] ?? null, random);
    return list;
  }
  const entries = Object.entries(value as Record<string, Json>);
  if (entries.length === 0) return pick(STRANGE);
  const at = Math.floor(random() * entries.length), [name, member] = entries[at]!;
  if (fate < 0.15) entries.splice(at, 1);
  else if (fate < 0.25) entries[at] = [`${name}_`, member];
  else entries[at] = [name, spoilt(member, random)];
  return Object.fromEntries(entries);
}

/** Bytes with a few of them cut out, doubled, changed, or put in the place of others. */
export function garbled(bytes: Buffer, random: () => number): Buffer {
  const at = Math.floor(random() * bytes.length), length = Math.floor(random() * 40);
  const [before, part, behind] = [bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at + length)];
  const fate = random();
  if (fate < 0.25) return Buffer.concat([before, behind]);
  if (fate < 0.45) return Buffer.concat([before, part, part, behind]);
  if (fate < 0.65) return Buffer.concat([before, Buffer.from(part).reverse(), behind]);
  if (fate < 0.85) return Buffer.concat([before, Buffer.from(Array.from({ length }, () => Math.floor(random() * 256))), behind]);
  return before;
}

/** Cut into pieces, as a network does. */
export function pieces(bytes: Buffer, random: () => number): readonly Buffer[] {
  const out: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const next = at + 1 + Math.floor(random() * 200);
    out.push(bytes.subarray(at, next));
    at = next;
  }
  return out;
}
