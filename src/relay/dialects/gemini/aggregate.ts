import { plainText } from "#relay/canonical/plain.ts";
import { ObjectStream } from "#relay/dialects/gemini/object-stream.ts";
import { laterUsage } from "#relay/dialects/gemini/usage.ts";
import { isWire, wireOf, wiresOf, type Wire } from "#relay/dialects/gemini/wire.ts";

/** Puts the objects of a stream together to one body, for vendors that stream although nobody asked them to. */
export function aggregateStream(stream: Buffer): Buffer {
  const objects = new ObjectStream();
  const replies = [...objects.push(stream), ...objects.end()]
    .flatMap(({ value }) => (Array.isArray(value) ? (value as readonly unknown[]) : [value])).filter(isWire);
  let head: Wire = {};
  let usage: Wire | undefined;
  const candidates = new Map<number, { fields: Wire; parts: Wire[] }>();
  for (const { candidates: some, usageMetadata, ...rest } of replies) {
    head = { ...head, ...rest };
    if (isWire(usageMetadata)) usage = laterUsage(usage, usageMetadata);
    for (const candidate of wiresOf(some)) add(candidates, candidate);
  }
  const list = [...candidates.entries()].toSorted(([a], [b]) => a - b)
    .map(([, { fields, parts }]) => ({ ...fields, content: { ...wireOf(fields.content), parts } }));
  return Buffer.from(JSON.stringify({ ...(list.length > 0 ? { candidates: list } : {}), ...head, ...(usage ? { usageMetadata: usage } : {}) }));
}

function add(candidates: Map<number, { fields: Wire; parts: Wire[] }>, candidate: Wire): void {
  const number = typeof candidate.index === "number" ? candidate.index : 0;
  const known = candidates.get(number) ?? { fields: {}, parts: [] };
  candidates.set(number, known);
  known.fields = { ...known.fields, ...candidate };
  for (const part of wiresOf(wireOf(candidate.content).parts)) {
    const last = known.parts.at(-1);
    if (last && goesOn(last, part)) known.parts[known.parts.length - 1] = { ...last, ...part, text: `${plainText(last.text)}${plainText(part.text)}` };
    else known.parts.push(part);
  }
}

/** Text of one kind is one part, unless it was signed before. */
const goesOn = (last: Wire, part: Wire): boolean =>
  typeof last.text === "string" && typeof part.text === "string" && last.thought === part.thought && last.thoughtSignature === undefined;
