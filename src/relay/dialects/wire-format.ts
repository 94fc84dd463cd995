/** Wire formats. The first five are spoken by clients and vendors, embeddings apart; the rest by vendors alone. */
export type WireFormat =
  | "openai-chat" | "openai-completions" | "openai-responses" | "anthropic" | "gemini" | "openai-embeddings"
  | "bedrock-converse" | "cohere" | "ollama";

/** Those that clients speak. */
export type ClientFormat = Exclude<WireFormat, "bedrock-converse" | "cohere" | "ollama">;
