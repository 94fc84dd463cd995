/** Wire formats. Those of the first two lines are spoken by clients and vendors; the rest by vendors alone. */
export type WireFormat =
  | "openai-chat" | "openai-completions" | "openai-responses" | "anthropic" | "gemini" | "openai-embeddings"
  | "openai-images" | "openai-speech" | "openai-transcriptions" | "openai-moderations" | "rerank"
  | "bedrock-converse" | "cohere" | "ollama";

/** Those that clients speak. */
export type ClientFormat = Exclude<WireFormat, "bedrock-converse" | "cohere" | "ollama">;
