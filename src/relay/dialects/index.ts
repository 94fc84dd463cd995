import { anthropic } from "#relay/dialects/anthropic/index.ts";
import type { Dialect, DialectId } from "#relay/dialects/dialect.ts";
import { gemini } from "#relay/dialects/gemini/index.ts";
import { openaiChat } from "#relay/dialects/openai-chat/index.ts";
import { openaiCompletions } from "#relay/dialects/openai-completions/index.ts";
import { openaiEmbeddings } from "#relay/dialects/openai-embeddings/index.ts";
import { openaiImages, openaiModerations, openaiSpeech, openaiTranscriptions } from "#relay/dialects/openai-media/index.ts";
import { openaiResponses } from "#relay/dialects/openai-responses/index.ts";
import { rerank } from "#relay/dialects/rerank/index.ts";

export const dialects: Readonly<Record<DialectId, Dialect>> = {
  "openai-chat": openaiChat,
  "openai-completions": openaiCompletions,
  "openai-embeddings": openaiEmbeddings,
  "openai-responses": openaiResponses,
  "openai-images": openaiImages,
  "openai-speech": openaiSpeech,
  "openai-transcriptions": openaiTranscriptions,
  "openai-moderations": openaiModerations,
  rerank,
  anthropic,
  gemini,
};
