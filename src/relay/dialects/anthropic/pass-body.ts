import { isUtf8 } from "node:buffer";
import type { PassOptions, ReplyFacts } from "#relay/dialects/dialect.ts";
import { accumulate } from "#relay/dialects/anthropic/accumulate.ts";
import { AnthropicFacts } from "#relay/dialects/anthropic/facts.ts";
import { readVendorError } from "#relay/dialects/anthropic/vendor-error.ts";
import { asWire, parseWire, type Wire } from "#relay/dialects/anthropic/wire.ts";
import { eventValues, objectsOf } from "#relay/dialects/stream-kit/event-values.ts";
import { RelayError } from "#relay/errors.ts";
import { COUNT_NOTHING, JsonWalker, walkTopLevel } from "#relay/http/body/walker.ts";
import { eventData, looksLikeEvents, SseSplitter } from "#relay/http/sse.ts";

const bad = (message: string): RelayError => new RelayError("bad_upstream_response", message);

/** Reads a complete message and puts the public model name in. @throws RelayError bad_upstream_response */
export function passBody(given: Buffer, options: PassOptions, facts = new AnthropicFacts()): Readonly<{ facts: ReplyFacts; body: Buffer }> {
  const body = looksLikeEvents(given) ? joined(given) : given;
  const message = isUtf8(body) ? parseWire(body.toString("utf8")) : undefined;
  if (message === undefined) throw bad("The upstream's reply is not JSON.");
  const error = readVendorError(message);
  if (error) {
    facts.error = error;
    return { facts, body };
  }
  if (!Array.isArray(message.content)) throw bad("The upstream's reply holds no answer.");
  facts.takeMessage(message);
  return { facts, body: options.rewriteModel ? rename(body, message, options.publicModel) : body };
}

/** The events of a stream that nobody asked for, as one message. */
function joined(stream: Buffer): Buffer {
  const splitter = new SseSplitter();
  const events: Wire[] = [];
  for (const ready of [() => splitter.push(stream), () => splitter.flush()]) {
    if (!ready()) continue;
    let start = 0;
    for (const end of splitter.ends) {
      const data = eventData(splitter.buffer, start, end);
      if (data) events.push(...objectsOf<Wire>(eventValues(data) ?? []));
      start = end;
    }
  }
  const failed = events.find((event) => readVendorError(event) !== undefined);
  const message = failed ?? (events.some(isEnd) ? accumulate(events) : undefined);
  if (message === undefined) throw bad("The upstream's reply is an unfinished stream.");
  return Buffer.from(JSON.stringify(message));
}

const isEnd = ({ type, delta }: Wire): boolean => type === "message_stop" || (type === "message_delta" && typeof asWire(delta).stop_reason === "string");

/** Only the value's bytes change: the rest of the message is the vendor's, byte for byte. */
function rename(body: Buffer, { model }: Wire, publicModel: string): Buffer {
  if (typeof model !== "string" || model === publicModel) return body;
  let range: readonly [number, number] | undefined;
  walkTopLevel(new JsonWalker(body), () => COUNT_NOTHING, (key, start, end) => {
    if (key === "model") range = [start, end];
  });
  return range === undefined ? body : Buffer.concat([body.subarray(0, range[0]), Buffer.from(JSON.stringify(publicModel)), body.subarray(range[1])]);
}
