import type { PassOptions } from "#relay/dialects/dialect.ts";
import type { OpenAiFacts } from "#relay/dialects/openai-kit/facts.ts";
import { passJsonBody } from "#relay/dialects/openai-kit/pass-body.ts";

const EMPTY = Buffer.alloc(0);

/** A complete text completion as the chunks of a stream, its end left out. Errors are left in `facts`. */
export function burstCompletion(body: Buffer, options: PassOptions, facts: OpenAiFacts): Buffer {
  const passed = passJsonBody(body, options, "choices", facts);
  if (facts.error) return EMPTY;
  const { usage, ...rest } = JSON.parse(passed.body.toString("utf8")) as Record<string, unknown>;
  const chunk = (fields: object): string => `data: ${JSON.stringify({ ...rest, ...fields })}\n\n`;
  return Buffer.from(chunk({}) + (options.clientWantsUsage && usage ? chunk({ choices: [], usage }) : ""));
}
