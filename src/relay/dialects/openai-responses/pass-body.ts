import type { PassOptions, ReplyFacts } from "#relay/dialects/dialect.ts";
import { editsOf, memberRanges, responseEdits } from "#relay/dialects/openai-responses/response-edits.ts";
import { ResponsesFacts } from "#relay/dialects/openai-responses/responses-facts.ts";
import { withItems } from "#relay/dialects/openai-responses/usage.ts";
import { readError } from "#relay/dialects/openai-responses/vendor-error.ts";
import { asObject, asText, parseWire } from "#relay/dialects/openai-responses/wire.ts";
import type { Wire } from "#relay/dialects/openai-responses/wire.ts";
import { eventValues, objectsOf } from "#relay/dialects/stream-kit/event-values.ts";
import { RelayError } from "#relay/errors.ts";
import { spliceBody } from "#relay/http/body/splice.ts";
import { eventData, looksLikeEvents, SseSplitter } from "#relay/http/sse.ts";

/**
 * Reads a whole response and puts the public model name in.
 * @throws RelayError bad_upstream_response when it holds neither answer nor error
 */
export function passBody(given: Buffer, options: PassOptions, facts = new ResponsesFacts()): Readonly<{ facts: ReplyFacts; body: Buffer; wire: Wire }> {
  const body = looksLikeEvents(given) ? lastResponse(given) : given;
  const wire = parseWire(body);
  const ranges = wire && memberRanges(body);
  if (!wire || !ranges) throw new RelayError("bad_upstream_response", "The upstream's reply is not JSON.");
  if (!Array.isArray(wire.output) || wire.status === "failed" || wire.status === "cancelled") {
    if (!Array.isArray(wire.output) && wire.status !== "failed" && !readError(wire)) throw new RelayError("bad_upstream_response", "The upstream's reply holds no answer.");
    facts.fail(wire);
    return { facts, body, wire };
  }
  const output = ranges.get("output")!;
  facts.reader.read(body, output[0], output[1]);
  if (wire.output.length > 0) facts.markContent();
  facts.finishWith(wire, options.flags);
  const edits = responseEdits(body, ranges, editsOf(options));
  return { facts, body: edits.length === 0 ? body : Buffer.concat(spliceBody(body, edits)), wire };
}

/** The response that a stream ends with, for vendors that stream although nobody asked them to. */
function lastResponse(stream: Buffer): Buffer {
  const splitter = new SseSplitter();
  const items: Wire[] = [];
  let last: Wire | undefined;
  for (const ready of [() => splitter.push(stream), () => splitter.flush()]) {
    if (!ready()) continue;
    let start = 0;
    for (const end of splitter.ends) {
      const data = eventData(splitter.buffer, start, end);
      start = end;
      for (const wire of objectsOf<Wire>((data && eventValues(data)) ?? [])) {
        const type = asText(wire.type) ?? "error";
        if (type === "error" && readError(wire)) return Buffer.from(JSON.stringify(wire));
        if (type === "response.output_item.done") items.push(asObject(wire.item));
        if (/^response\.(?:completed|incomplete|done|failed|cancelled)$/.test(type)) last = { ...(type === "response.incomplete" && { status: "incomplete" }), ...asObject(wire.response) };
      }
    }
  }
  if (!last) throw new RelayError("bad_upstream_response", "The upstream's reply has no end.");
  return Buffer.from(JSON.stringify(withItems(last, items)));
}
