import { z } from "zod";

const words = z.array(z.string().max(40)).max(40).catch([]);
const text = z.string().max(4_000).optional().catch(undefined);

const schema = z.object({
  input: words, output: words, can: words,
  released: text, knowledge: text,
  open: z.boolean().optional().catch(undefined),
  description: z.union([z.string().max(4_000), z.record(z.string(), z.string().max(4_000))]).optional().catch(undefined),
});

/** What is known of a model beside its price; everything may be missing, and what is missing is not shown. */
export type ModelFacts = Readonly<{
  /** Kinds of input and output: text, image, audio, video, pdf. */
  input: readonly string[];
  output: readonly string[];
  /** tools, structured_output, reasoning */
  can: readonly string[];
  /** Dates as far as they are known: 2025, 2025-07, 2025-07-14. */
  released: string | undefined;
  knowledge: string | undefined;
  /** Weights are public. */
  open: boolean | undefined;
  description: string | Readonly<Record<string, string>> | undefined;
}>;

/** Facts as they are stored; what does not fit is left out. */
export function readFacts(json: unknown): ModelFacts {
  const { released, knowledge, open, description, ...lists } = schema.parse(typeof json === "object" && json !== null ? json : {});
  return { ...lists, released, knowledge, open, description };
}
