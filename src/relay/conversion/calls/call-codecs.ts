import type { CallCodec } from "#relay/conversion/calls/call-codec.ts";
import { embeddingsCodecs } from "#relay/conversion/embeddings/convert-embeddings.ts";
import type { WireFormat } from "#relay/dialects/wire-format.ts";

/** Vendors' own protocols for calls that are no conversation, into which those of OpenAI's form are put. */
export const callCodecs: Readonly<Partial<Record<WireFormat, CallCodec>>> = {
  ...embeddingsCodecs,
};
