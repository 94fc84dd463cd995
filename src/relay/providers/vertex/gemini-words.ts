import { isInMemory } from "#platform/outbound/body-part.ts";
import { COUNT_NOTHING, JsonWalker, walkTopLevel } from "#relay/http/body/walker.ts";
import { spliceBody } from "#relay/http/body/splice.ts";
import type { Worded } from "#relay/providers/provider.ts";

type Json = Readonly<Record<string, unknown>>;
const CALLS = ["functionCall", "function_call", "functionResponse", "function_response"] as const;

/**
 * Gemini's words as Vertex takes them: every turn says whose it is, and calls of tools have no ids, which the vendor
 * refuses as unknown. A request that needs neither goes on byte for byte.
 */
export function rewordGemini({ headers, parts }: Worded): Worded {
  const body = Buffer.concat(parts.filter(isInMemory));
  let range: readonly [number, number] | undefined;
  walkTopLevel(new JsonWalker(body), () => COUNT_NOTHING, (key, start, end) => {
    if (key === "contents") range = [start, end];
  });
  if (!range) return { headers, parts: [body] };
  const [start, end] = range, contents = body.subarray(start, end);
  const hasIds = contents.includes('"id"') && CALLS.some((name) => contents.includes(`"${name}"`));
  if (!hasIds && times(contents, '"role"') >= times(contents, '"parts"')) return { headers, parts: [body] };
  const said = JSON.parse(contents.toString("utf8")) as unknown;
  const turns = Array.isArray(said) ? (said as readonly unknown[]) : [said];
  return { headers, parts: spliceBody(body, [{ start, end, text: JSON.stringify(turns.map((turn) => (isObject(turn) ? ownTurn(turn) : turn))) }]) };
}

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

function ownTurn(turn: Json): Json {
  const role = typeof turn.role === "string" && turn.role !== "" ? turn.role : "user";
  return { ...turn, role, ...(Array.isArray(turn.parts) && { parts: turn.parts.map((part: unknown) => (isObject(part) ? ownPart(part) : part)) }) };
}

function ownPart(part: Json): Json {
  const name = CALLS.find((one) => isObject(part[one]));
  if (name === undefined) return part;
  const { id: _unknown, ...call } = part[name] as Json;
  return { ...part, [name]: call };
}

function times(bytes: Buffer, word: string): number {
  let count = 0;
  for (let at = bytes.indexOf(word); at >= 0; at = bytes.indexOf(word, at + word.length)) count++;
  return count;
}
