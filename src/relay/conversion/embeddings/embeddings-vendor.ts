import type { EmbeddingsAsked } from "#relay/conversion/embeddings/request.ts";
import type { Vector } from "#relay/conversion/embeddings/vectors.ts";
import type { Wire } from "#relay/dialects/stream-kit/wire.ts";

/** How one vendor wants to be asked for embeddings. */
export type EmbeddingsVendor = Readonly<{
  /** Inputs that one call takes. */
  most(upstreamModel: string): number;
  /** @param inputs of one call, at most so many */
  request(inputs: readonly string[], asked: EmbeddingsAsked, upstreamModel: string, warn: (code: string) => void): Wire;
  /** The reply has OpenAI's form: where one call is enough, it passes as it is. */
  passes?: boolean;
  /** The action at the end of the address, where it depends on the call. */
  action?(inputs: readonly string[]): string;
  /** Vectors in the order of the inputs, and the tokens where the vendor counts them. @throws RelayError */
  reply(wire: Wire): EmbeddingsReply;
}>;

export type EmbeddingsReply = Readonly<{ vectors: readonly Vector[]; tokens: number | undefined }>;
