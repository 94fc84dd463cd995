import { isUtf8 } from "node:buffer";
import type { PassOptions, ReplyFacts } from "#relay/dialects/dialect.ts";
import { OpenAiFacts } from "#relay/dialects/openai-kit/facts.ts";
import { RelayError } from "#relay/errors.ts";
import { COUNT_NOTHING, JsonFault, JsonWalker, walkTopLevel } from "#relay/http/body/walker.ts";

type Range = readonly [start: number, end: number];

/** Members that are looked at; what the answer says (choices, data) is walked as bytes, however large. */
const PARSED = ["id", "usage", "error", "service_tier", "x_groq", "base_resp", "code", "message", "msg", "detail", "type", "status", "error_code", "error_msg", "errors"];

/** Up to here one reading of everything is quicker than one of each member. */
const WHOLE_BYTES_MAX = 8 * 1024;

/**
 * Reads a complete reply of an OpenAI-shaped vendor and puts the public model name in.
 *
 * @param answerKey member that holds the answer: `choices` or `data`
 * @throws RelayError bad_upstream_response when it is no JSON object or holds neither answer nor error
 */
export function passJsonBody(
  body: Buffer,
  options: PassOptions,
  answerKey: "choices" | "data",
  facts = new OpenAiFacts(),
): Readonly<{ facts: ReplyFacts; body: Buffer }> {
  const ranges = topRanges(body);
  const all = body.length <= WHOLE_BYTES_MAX ? (JSON.parse(body.toString()) as Readonly<Record<string, unknown>>) : undefined;
  const wire: Record<string, unknown> = {};
  for (const key of PARSED) {
    const range = ranges.get(key);
    if (range) wire[key] = all ? all[key] : parseRange(body, range);
  }
  const answer = ranges.get(answerKey);
  const isAnswer = answer !== undefined && body[answer[0]] === 91;
  if (answerKey === "choices" && isAnswer) wire.choices = all ? all.choices : parseRange(body, answer);
  if (answerKey === "data" && isAnswer) wire.data = NOT_PARSED;
  facts.take(wire, options.flags);
  if (facts.error) return { facts, body };
  if (!isAnswer) throw new RelayError("bad_upstream_response", "The upstream's reply holds no answer.");

  if (answerKey === "choices") facts.reader.read(body, answer[0], answer[1]);
  else if (answer[1] - answer[0] > 2) facts.markContent();
  facts.complete = true;
  return { facts, body: options.rewriteModel ? rename(body, ranges.get("model"), options.publicModel) : body };
}

const NOT_PARSED: readonly never[] = [];

function topRanges(body: Buffer): ReadonlyMap<string, Range> {
  const ranges = new Map<string, Range>();
  try {
    if (!isUtf8(body)) throw new JsonFault("not UTF-8");
    walkTopLevel(new JsonWalker(body), () => COUNT_NOTHING, (key, start, end) => ranges.set(key, [start, end]));
  } catch (error) {
    if (error instanceof JsonFault) throw new RelayError("bad_upstream_response", "The upstream's reply is not JSON.", { cause: error });
    throw error;
  }
  return ranges;
}

const parseRange = (body: Buffer, [start, end]: Range): unknown => JSON.parse(body.toString("utf8", start, end));

function rename(body: Buffer, range: Range | undefined, publicModel: string): Buffer {
  if (!range || body[range[0]] !== 34) return body;
  const name = Buffer.from(JSON.stringify(publicModel));
  if (body.compare(name, 0, name.length, range[0], range[1]) === 0) return body;
  return Buffer.concat([body.subarray(0, range[0]), name, body.subarray(range[1])]);
}
