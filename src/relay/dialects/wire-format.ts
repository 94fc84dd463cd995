/** Wire formats. The first five are spoken by clients and vendors, embeddings apart; the rest by vendors alone. */
export type WireFormat =
  | "openai-chat" | "openai-completions" | "openai-responses" | "anthropic" | "gemini" | "openai-embeddings"
  | VendorFormat;

/** Those that no client speaks. */
export type VendorFormat =
  | "bedrock-converse" | "cohere" | "ollama"
  | "gemini-embeddings" | "cohere-embeddings" | "voyage-embeddings" | "jina-embeddings" | "dashscope-embeddings" | "ollama-embeddings";

/** Those that clients speak. */
export type ClientFormat = Exclude<WireFormat, VendorFormat>;
