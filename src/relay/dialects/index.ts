import type { Dialect, DialectId } from "#relay/dialects/dialect.ts";
import { gemini } from "#relay/dialects/gemini/index.ts";
import { openaiChat } from "#relay/dialects/openai-chat/index.ts";
import { openaiCompletions } from "#relay/dialects/openai-completions/index.ts";
import { openaiEmbeddings } from "#relay/dialects/openai-embeddings/index.ts";
import type { ClientFormat } from "#relay/dialects/wire-format.ts";
import { RelayError } from "#relay/errors.ts";

export const dialects: Readonly<Record<DialectId, Dialect>> = {
  "openai-chat": openaiChat,
  "openai-completions": openaiCompletions,
  "openai-embeddings": openaiEmbeddings,
  gemini,
};

/** @throws RelayError unsupported_endpoint */
export function dialectOf(format: ClientFormat): Dialect {
  const dialect = (dialects as Partial<Record<ClientFormat, Dialect>>)[format];
  if (!dialect) throw new RelayError("unsupported_endpoint", "This address is not offered.");
  return dialect;
}
