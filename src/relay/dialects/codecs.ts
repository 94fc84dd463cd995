import type { ClientCodec, UpstreamCodec } from "#relay/canonical/codec.ts";
import { anthropicClient, anthropicUpstream } from "#relay/dialects/anthropic/index.ts";
import { baiduUpstream } from "#relay/dialects/baidu-v1/index.ts";
import { bedrockConverseUpstream } from "#relay/dialects/bedrock-converse/index.ts";
import { cohereUpstream } from "#relay/dialects/cohere/index.ts";
import { cozeUpstream } from "#relay/dialects/coze/index.ts";
import { dashscopeNativeUpstream } from "#relay/dialects/openai-chat/dashscope/index.ts";
import { deeplUpstream } from "#relay/dialects/deepl/index.ts";
import { difyUpstream } from "#relay/dialects/dify/index.ts";
import { ollamaUpstream } from "#relay/dialects/ollama/index.ts";
import { geminiClient, geminiUpstream } from "#relay/dialects/gemini/index.ts";
import { openaiChatClient, openaiChatUpstream } from "#relay/dialects/openai-chat/index.ts";
import { openaiCompletionsClient } from "#relay/dialects/openai-completions/index.ts";
import { openaiResponsesClient, openaiResponsesUpstream } from "#relay/dialects/openai-responses/index.ts";
import { sparkUpstream } from "#relay/dialects/spark/index.ts";
import { tencentUpstream } from "#relay/dialects/tencent/index.ts";
import { zhipuUpstream } from "#relay/dialects/zhipu-v3/index.ts";
import type { WireFormat } from "#relay/dialects/wire-format.ts";

/** Dialects whose calls can be answered by a vendor that speaks another one. */
export const clientCodecs: Readonly<Partial<Record<WireFormat, ClientCodec>>> = {
  "openai-chat": openaiChatClient,
  "openai-completions": openaiCompletionsClient,
  "openai-responses": openaiResponsesClient,
  anthropic: anthropicClient,
  gemini: geminiClient,
};

/** Protocols that calls of other dialects can be put into. */
export const upstreamCodecs: Readonly<Partial<Record<WireFormat, UpstreamCodec>>> = {
  "openai-chat": openaiChatUpstream,
  "openai-responses": openaiResponsesUpstream,
  anthropic: anthropicUpstream,
  gemini: geminiUpstream,
  "bedrock-converse": bedrockConverseUpstream,
  cohere: cohereUpstream,
  ollama: ollamaUpstream,
  "dashscope-native": dashscopeNativeUpstream,
  dify: difyUpstream,
  coze: cozeUpstream,
  spark: sparkUpstream,
  tencent: tencentUpstream,
  "baidu-v1": baiduUpstream,
  "zhipu-v3": zhipuUpstream,
  deepl: deeplUpstream,
};
