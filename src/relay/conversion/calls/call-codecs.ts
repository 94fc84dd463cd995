import type { CallCodec } from "#relay/conversion/calls/call-codec.ts";
import { embeddingsCodecs } from "#relay/conversion/embeddings/convert-embeddings.ts";
import { imagesCodecs } from "#relay/conversion/images/convert-images.ts";
import { moderationCodecs } from "#relay/conversion/moderation/convert-moderation.ts";
import { rerankCodecs } from "#relay/conversion/rerank/convert-rerank.ts";
import { speechCodecs } from "#relay/conversion/speech/convert-speech.ts";
import { transcriptionCodecs } from "#relay/conversion/transcription/convert-transcription.ts";
import type { WireFormat } from "#relay/dialects/wire-format.ts";

/** Vendors' own protocols for calls that are no conversation, into which those of OpenAI's form are put. */
export const callCodecs: Readonly<Partial<Record<WireFormat, CallCodec>>> = {
  ...embeddingsCodecs,
  ...rerankCodecs,
  ...moderationCodecs,
  ...imagesCodecs,
  ...speechCodecs,
  ...transcriptionCodecs,
};
