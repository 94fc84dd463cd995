/** What can be asked of a vendor. Conversations have several formats, the others one each. */
export type Operation =
  | "chat" | "completions" | "embeddings"
  | "images" | "image-edits" | "image-variations" | "speech" | "transcriptions" | "translations" | "moderations" | "rerank";

/** Answers with text that is counted in tokens while it comes; the others know beforehand what they can cost. */
export const writesText = (operation: Operation): boolean => operation === "chat" || operation === "completions";

/** Comes with a file, as a form; edits of pictures may come as one. */
export const wantsForm = (operation: Operation): boolean => operation === "transcriptions" || operation === "translations" || operation === "image-variations";

/** Pictures, sound, verdicts and scores: whatever is neither a conversation nor an embedding. */
export const isMedia = (operation: Operation): boolean => !writesText(operation) && operation !== "embeddings";
