import { ANTHROPIC_BUDGET, budgetOf, budgetOfEffort, effortOf } from "#relay/canonical/effort.ts";
import type { ChatRequest, Effort, Reasoning } from "#relay/canonical/request.ts";
import type { EncodeContext } from "#relay/dialects/anthropic/encode-context.ts";
import type { Turn } from "#relay/dialects/anthropic/encode-messages.ts";
import type { Wire } from "#relay/dialects/anthropic/wire.ts";

export type Thinking = Readonly<{ on: boolean; thinking?: Wire; effort?: string }>;

/** Thinking as the model sees fit, where the model must be told how much. */
const PRESET: Effort = "medium";
const OFF: Thinking = { on: false };

/** How hard to think, in the words that the model knows. */
export function writeThinking({ reasoning }: ChatRequest, maxTokens: number, turns: readonly Turn[], context: EncodeContext): Thinking {
  if (reasoning === undefined) return OFF;
  const { rules } = context;
  const effort = effortOf(reasoning, maxTokens);
  if (effort === "none") return rules.thinking === "adaptive" ? { on: false, thinking: { type: "disabled" } } : OFF;
  if (rules.thinking === "none") {
    context.lose("reasoning_unsupported", "reasoning_effort");
    return OFF;
  }
  return rules.thinking === "adaptive" ? writeAdaptive(reasoning, effort, context) : writeBudgeted(reasoning, maxTokens, turns, context);
}

function writeAdaptive({ expose }: Reasoning, effort: Effort | undefined, { rules }: EncodeContext): Thinking {
  const word = effort === undefined ? {} : { effort: effortWord(effort, rules.topEffort) };
  return { on: true, thinking: { type: "adaptive", display: expose === "none" ? "omitted" : "summarized" }, ...word };
}

function effortWord(effort: Effort, top: "xhigh" | "max"): string {
  if (effort === "minimal" || effort === "none") return "low";
  return effort === "xhigh" ? top : effort;
}

function writeBudgeted(reasoning: Reasoning, maxTokens: number, turns: readonly Turn[], context: EncodeContext): Thinking {
  if (maxTokens <= ANTHROPIC_BUDGET.min) {
    context.lose("thinking_off_small_max_tokens", "max_tokens");
    return OFF;
  }
  if (turnLacksThought(turns)) {
    // The vendor demands the signed thoughts that led to the calls; a client that does not send them gets none now.
    context.lose("thinking_off_unsigned_history", "messages");
    return OFF;
  }
  const wanted = budgetOf(reasoning, maxTokens, ANTHROPIC_BUDGET);
  const budget_tokens = Math.min(wanted < 0 ? budgetOfEffort(PRESET, maxTokens, ANTHROPIC_BUDGET) : wanted, maxTokens - 1);
  return { on: true, thinking: { type: "enabled", budget_tokens } };
}

/** The results of calls are being handed in, and the turn that made them does not begin with a thought. */
function turnLacksThought(turns: readonly Turn[]): boolean {
  const last = turns.at(-1);
  if (last?.role !== "user" || last.content[0]?.type !== "tool_result") return false;
  const first = turns.findLast(({ role }) => role === "assistant")?.content[0];
  return first?.type !== "thinking" && first?.type !== "redacted_thinking";
}
