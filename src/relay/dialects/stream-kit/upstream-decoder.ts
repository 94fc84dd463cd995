import type { StreamDecoder } from "#relay/canonical/codec.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import type { JsonStream } from "#relay/dialects/stream-kit/json-stream.ts";
import type { Wire } from "#relay/dialects/stream-kit/wire.ts";
import { RelayError } from "#relay/errors.ts";

/** What makes events of a vendor's objects. */
export type ObjectReader = Readonly<{
  take(wire: Wire): readonly CanonicalEvent[];
  /** No object follows. */
  end?(): readonly CanonicalEvent[];
}>;

/** A vendor's stream: its bytes cut into objects, and these read. */
export const objectDecoder = (stream: JsonStream, reader: ObjectReader, ownFraming = false): StreamDecoder => ({
  ownFraming,
  push: (chunk) => stream.push(chunk).flatMap((wire) => reader.take(wire)),
  end: () => [...stream.end().flatMap((wire) => reader.take(wire)), ...(reader.end?.() ?? [])],
});

/** A whole reply by the way of a stream. @throws RelayError bad_upstream_response when it holds no answer */
export function decodeWhole(body: Buffer, decoder: StreamDecoder): readonly CanonicalEvent[] {
  const events = [...decoder.push(body), ...decoder.end()];
  const last = events.at(-1)?.type;
  if (last !== "end" && last !== "error") throw new RelayError("bad_upstream_response", "The upstream's reply holds no answer.");
  return events;
}
