/** Wire formats. Those of the first two lines are spoken by clients and vendors; the rest by vendors alone. */
export type WireFormat =
  | "openai-chat" | "openai-completions" | "openai-responses" | "anthropic" | "gemini" | "openai-embeddings"
  | "openai-images" | "openai-speech" | "openai-transcriptions" | "openai-moderations" | "rerank"
  | VendorFormat;

/** Those that no client speaks. */
export type VendorFormat =
  | "bedrock-converse" | "cohere" | "ollama"
  | "dashscope-native" | "dify" | "coze" | "spark" | "tencent" | "baidu-v1" | "zhipu-v3" | "deepl"
  | "gemini-embeddings" | "cohere-embeddings" | "voyage-embeddings" | "jina-embeddings" | "dashscope-embeddings" | "ollama-embeddings" | "vertex-embeddings" | "vertex-embed-content"
  | "cohere-rerank" | "voyage-rerank" | "dashscope-rerank" | "deepinfra-rerank"
  | "mistral-moderations"
  | "gemini-images" | "minimax-images" | "dashscope-images" | "ark-images" | "recraft-images" | "stability-images" | "openrouter-images" | "siliconflow-images" | "xai-images"
  | "ideogram-images" | "bfl-images" | "fal-images" | "replicate-images" | "grsai-images"
  | "gemini-speech" | "minimax-speech" | "elevenlabs-speech" | "deepgram-speech" | "azure-speech" | "xai-speech" | "mistral-speech"
  | "deepgram-transcriptions" | "elevenlabs-transcriptions" | "xai-transcriptions" | "cohere-transcriptions" | "workers-ai-transcriptions" | "workers-ai-translations";

/** Those that clients speak. */
export type ClientFormat = Exclude<WireFormat, VendorFormat>;
