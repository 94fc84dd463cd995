import type { PassOptions } from "#relay/dialects/dialect.ts";
import type { OpenAiFacts } from "#relay/dialects/openai-kit/facts.ts";
import { passJsonBody } from "#relay/dialects/openai-kit/pass-body.ts";

type Wire = Record<string, unknown>;

const EMPTY = Buffer.alloc(0);

/** A complete completion as the chunks of a stream, its end left out. Errors are left in `facts`. */
export function burstChat(body: Buffer, options: PassOptions, facts: OpenAiFacts): Buffer {
  const passed = passJsonBody(body, options, "choices", facts);
  if (facts.error) return EMPTY;
  const { choices, usage, ...rest } = JSON.parse(passed.body.toString("utf8")) as Wire & { choices: readonly Wire[] };
  const head = { ...rest, object: "chat.completion.chunk" };
  const chunk = (fields: object): string => `data: ${JSON.stringify({ ...head, ...fields })}\n\n`;
  let out = "";
  for (const { index, message, finish_reason, logprobs } of choices) {
    const { tool_calls, ...said } = (message ?? {}) as Wire;
    const calls = Array.isArray(tool_calls) ? tool_calls.map((call: Wire, at) => ({ index: at, ...call })) : undefined;
    out += chunk({ choices: [{ index, delta: { ...said, ...(calls ? { tool_calls: calls } : {}) }, ...(logprobs ? { logprobs } : {}), finish_reason: null }] });
    out += chunk({ choices: [{ index, delta: {}, finish_reason }] });
  }
  if (options.clientWantsUsage && usage) out += chunk({ choices: [], usage });
  return Buffer.from(out);
}
