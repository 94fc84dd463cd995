import { isUtf8 } from "node:buffer";
import type { PassOptions, ReplyFacts } from "#relay/dialects/dialect.ts";
import { memberRange, type Range } from "#relay/dialects/openai-kit/content-reader.ts";
import { OpenAiFacts } from "#relay/dialects/openai-kit/facts.ts";
import { RelayError } from "#relay/errors.ts";
import { COUNT_NOTHING, JsonFault, JsonWalker, walkTopLevel } from "#relay/http/body/walker.ts";

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
  const { wire, answer, model } = body.length <= WHOLE_BYTES_MAX ? readWhole(body, answerKey, options.publicModel) : readParts(body, answerKey);
  facts.take(wire, options.flags);
  if (facts.error) return { facts, body };
  if (!answer) throw new RelayError("bad_upstream_response", "The upstream's reply holds no answer.");

  const list = wire[answerKey] as readonly unknown[];
  if (answerKey === "choices") facts.answeredBy(body, answer);
  if (answerKey === "choices" ? list.some(isPlainText) : list.length > 0) facts.markContent();
  facts.complete = true;
  return { facts, body: options.rewriteModel ? rename(body, model, options.publicModel) : body };
}

/** What a reply says, and how to find the list that answers, and where the model's name stands where it is another than ours. */
type Read = Readonly<{ wire: Wire; answer: ((body: Buffer) => Range | undefined) | undefined; model: Range | undefined }>;

function readWhole(body: Buffer, answerKey: "choices" | "data", publicModel: string): Read {
  const all = isUtf8(body) ? parsed(body.toString()) : undefined;
  if (typeof all !== "object" || all === null || Array.isArray(all)) throw notJson();
  const reply = all as Wire, answer = reply[answerKey], isAnswer = Array.isArray(answer);
  // By their names, in one go: a loop over the names looks each one up anew.
  const wire: Wire = {
    id: reply.id, usage: reply.usage, error: reply.error, service_tier: reply.service_tier, x_groq: reply.x_groq, base_resp: reply.base_resp,
    code: reply.code, message: reply.message, msg: reply.msg, detail: reply.detail, type: reply.type, status: reply.status,
    error_code: reply.error_code, error_msg: reply.error_msg, errors: reply.errors,
    choices: isAnswer && answerKey === "choices" ? answer : undefined, data: isAnswer && answerKey === "data" ? answer : undefined,
  };
  return { wire, answer: isAnswer ? choicesIn : undefined, model: reply.model === publicModel ? undefined : memberRange(body, "model") };
}

function readParts(body: Buffer, answerKey: "choices" | "data"): Read {
  const ranges = topRanges(body);
  const wire: Record<string, unknown> = {};
  for (const key of PARSED) {
    const range = ranges.get(key);
    if (range) wire[key] = parseRange(body, range);
  }
  const answer = ranges.get(answerKey), isAnswer = answer !== undefined && body[answer[0]] === 91;
  // Vectors are many and long: that there are some is enough.
  if (isAnswer) wire[answerKey] = answerKey === "choices" ? parseRange(body, answer) : answer[1] - answer[0] > 2 ? SOME : NONE;
  return { wire, answer: isAnswer ? () => answer : undefined, model: ranges.get("model") };
}

type Wire = Readonly<Record<string, unknown>>;

const SOME: readonly unknown[] = [undefined], NONE: readonly unknown[] = [];

const choicesIn = (body: Buffer): Range | undefined => memberRange(body, "choices");

type Choice = Readonly<{ message?: Readonly<{ content?: unknown }> | null; text?: unknown }> | null;

/** Does a choice plainly say something? Where it does not, the reader of its text knows. */
function isPlainText(choice: unknown): boolean {
  const said = (choice as Choice)?.message?.content ?? (choice as Choice)?.text;
  return typeof said === "string" && said !== "";
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw notJson(error);
  }
}

const notJson = (cause?: unknown): RelayError => new RelayError("bad_upstream_response", "The upstream's reply is not JSON.", { cause });

function topRanges(body: Buffer): ReadonlyMap<string, Range> {
  const ranges = new Map<string, Range>();
  try {
    if (!isUtf8(body)) throw new JsonFault("not UTF-8");
    walkTopLevel(new JsonWalker(body), () => COUNT_NOTHING, (key, start, end) => ranges.set(key, [start, end]));
  } catch (error) {
    throw error instanceof JsonFault ? notJson(error) : error;
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
