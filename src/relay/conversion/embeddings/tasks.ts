import type { Loss } from "#relay/canonical/losses.ts";

/** What a text is embedded for. */
export type EmbeddingTask = "query" | "document" | "classification" | "clustering" | "similarity" | "question" | "fact" | "code";

/** A vendor's words for it; what is not named has none. */
export type TaskWords = Readonly<Partial<Record<EmbeddingTask, string>>>;

export const GEMINI_TASKS: TaskWords = {
  query: "RETRIEVAL_QUERY", document: "RETRIEVAL_DOCUMENT", classification: "CLASSIFICATION", clustering: "CLUSTERING",
  similarity: "SEMANTIC_SIMILARITY", question: "QUESTION_ANSWERING", fact: "FACT_VERIFICATION", code: "CODE_RETRIEVAL_QUERY",
};
export const COHERE_TASKS: TaskWords = { query: "search_query", document: "search_document", classification: "classification", clustering: "clustering" };
export const VOYAGE_TASKS: TaskWords = { query: "query", document: "document" };
export const JINA_TASKS: TaskWords = {
  query: "retrieval.query", document: "retrieval.passage", classification: "classification", clustering: "separation", similarity: "text-matching",
};

const KNOWN = new Map<string, EmbeddingTask>(
  [GEMINI_TASKS, COHERE_TASKS, VOYAGE_TASKS, JINA_TASKS].flatMap((words) => Object.entries(words).map(([task, word]) => [word.toLowerCase(), task as EmbeddingTask] as const)),
);

/**
 * The word of a vendor for what a caller said in the word of any of them. A word that nobody knows goes along as it is:
 * the vendor may know more than this table.
 */
export function taskFor(said: string | undefined, words: TaskWords, warn: (code: Loss) => void): string | undefined {
  if (said === undefined) return undefined;
  const task = KNOWN.get(said.toLowerCase());
  if (task === undefined) return said;
  if (words[task] === undefined) warn("input_type_dropped");
  return words[task];
}
