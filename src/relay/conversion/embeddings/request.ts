import { listOf, textOf } from "#relay/dialects/stream-kit/wire.ts";
import type { Wire } from "#relay/dialects/stream-kit/wire.ts";
import { RelayError } from "#relay/errors.ts";

const INPUTS_MAX = 2_048;
/** What OpenAI's embeddings have; anything beyond is said to a vendor that knows it. */
const OWN = new Set(["model", "input", "encoding_format", "dimensions", "user", "input_type", "task", "task_type", "provider", "models", "session_id", "stream"]);

/** Texts to be embedded. */
export type EmbeddingsAsked = Readonly<{
  inputs: readonly string[];
  dimensions: number | undefined;
  /** Floats as base64 instead of numbers. */
  base64: boolean;
  /** What for, in the word of some vendor. */
  task: string | undefined;
  /** Fields that OpenAI does not have. */
  others: Wire;
}>;

/**
 * Reads an embeddings request in OpenAI's form.
 * @throws RelayError unsupported_parameter for token ids, which mean nothing to another vendor's model; invalid_value
 */
export function readEmbeddings(wire: Wire): EmbeddingsAsked {
  const inputs = textsOf(wire.input);
  const { dimensions, encoding_format: format } = wire;
  if (dimensions !== undefined && dimensions !== null && !(Number.isSafeInteger(dimensions) && (dimensions as number) > 0)) throw invalid("dimensions", "a whole number above 0");
  if (format !== undefined && format !== null && format !== "float" && format !== "base64") throw invalid("encoding_format", "'float' or 'base64'");
  return {
    inputs,
    dimensions: (dimensions as number | null | undefined) ?? undefined,
    base64: format === "base64",
    task: [wire.input_type, wire.task, wire.task_type].map(textOf).find((word) => word !== ""),
    others: Object.fromEntries(Object.entries(wire).filter(([name]) => !OWN.has(name))),
  };
}

function textsOf(input: Wire[string] | undefined): readonly string[] {
  if (typeof input === "string") return [input];
  const list = listOf(input);
  if (list.length === 0 || list.length > INPUTS_MAX) throw invalid("input", `a text, or an array of 1 to ${INPUTS_MAX}`);
  if (list.every((one) => typeof one === "string")) return list as readonly string[];
  throw new RelayError("unsupported_parameter", "This model takes texts. Token ids are understood by OpenAI's own models alone.", { param: "input" });
}

const invalid = (param: string, expected: string): RelayError => new RelayError("invalid_value", `Invalid value for '${param}': expected ${expected}.`, { param });
