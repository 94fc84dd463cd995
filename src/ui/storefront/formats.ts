/** Wire formats that people's clients speak; the words of `models[].endpoints` in the store file. */
export type ApiFormat = "chat" | "completions" | "responses" | "messages" | "gemini" | "embeddings" | "images" | "audio" | "moderations" | "rerank";

/** Where each format stands. What is not answered there is not promised anywhere. */
export const FORMAT_PATHS: readonly (readonly [format: ApiFormat, path: string])[] = [
  ["chat", "/v1/chat/completions"],
  ["completions", "/v1/completions"],
  ["responses", "/v1/responses"],
  ["messages", "/v1/messages"],
  ["gemini", "/v1beta/models/any:generateContent"],
  ["embeddings", "/v1/embeddings"],
  ["images", "/v1/images/generations"],
  ["audio", "/v1/audio/speech"],
  ["moderations", "/v1/moderations"],
  ["rerank", "/v1/rerank"],
];

const TEXT: readonly ApiFormat[] = ["chat", "responses", "messages", "gemini"];

type Sold = Readonly<{ endpoints: readonly string[]; items: Readonly<Record<string, unknown>> }>;

/**
 * The formats a model can be called in: what the operator says it serves, else what its prices show it to be, as far
 * as this shop answers in that format.
 */
export function formatsOf({ endpoints, items }: Sold, offered: ReadonlySet<ApiFormat>): readonly ApiFormat[] {
  const wanted: readonly string[] = endpoints.length > 0 ? endpoints : guessed(items);
  return FORMAT_PATHS.map(([format]) => format).filter((format) => offered.has(format) && wanted.includes(format));
}

function guessed(items: Readonly<Record<string, unknown>>): readonly ApiFormat[] {
  const names = Object.keys(items);
  if (names.includes("output")) return TEXT;
  if (names.some((item) => item === "image" || item.startsWith("image:") || item === "output_image")) return ["images"];
  if (names.some((item) => item === "char" || item.endsWith("_ms") || item.endsWith("audio"))) return ["audio"];
  if (names.includes("search_unit")) return ["rerank"];
  return names.includes("input") ? ["embeddings"] : TEXT;
}

/** A model of sound that is sold by what it hears; the others speak. */
export const listens = (items: Readonly<Record<string, unknown>>): boolean => "audio_in_ms" in items || "input_audio" in items;

export const isText = (formats: readonly ApiFormat[]): boolean => formats.some((format) => TEXT.includes(format));
