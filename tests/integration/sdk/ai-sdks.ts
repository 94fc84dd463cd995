import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogle } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, generateText, isStepCount, jsonSchema, Output, streamText, tool, type LanguageModel, type StepResult, type ToolSet } from "ai";
import { KEY, type Shop } from "../relay/shop.ts";
import { ALIASES, MAX_TOKENS, MODEL, PNG, QUESTION, resultOf, SCHEMA, TOOLS, type Ask, type Heard, type Sdk } from "./sdk.ts";

const tools = (): ToolSet => Object.fromEntries(TOOLS.map(({ name, description, schema }) => [
  name, tool({ description, inputSchema: jsonSchema<Record<string, unknown>>(schema as never), execute: () => Promise.resolve(resultOf(name)) }),
]));

function question(model: LanguageModel, ask: Ask) {
  return {
    model, maxRetries: 0, stopWhen: isStepCount(4),
    messages: [{ role: "user" as const, content: [{ type: "text" as const, text: QUESTION }, ...(ask.image ? [{ type: "image" as const, image: PNG, mediaType: "image/png" }] : [])] }],
    ...(ask.tools && { tools: tools() }),
    ...(ask.schema && { output: Output.object({ schema: jsonSchema<{ answer_in_short: string }>(SCHEMA as never) }) }),
    // Google shows thoughts to those who ask to see them.
    ...(ask.think && { reasoning: "high" as const, maxOutputTokens: MAX_TOKENS, providerOptions: { google: { thinkingConfig: { includeThoughts: true, thinkingBudget: MAX_TOKENS / 2 } } } }),
    ...(ask.signal && { abortSignal: ask.signal }),
  };
}

const heard = ({ text, reasoningText, toolCalls, usage }: StepResult<ToolSet>): Heard =>
  ({ text, thought: reasoningText ?? "", calls: toolCalls.map(({ toolName, input }) => [toolName, input] as const), tokens: [usage.inputTokens, usage.outputTokens] });

/** The library goes through calls of tools by itself. */
async function converse(model: LanguageModel, ask: Ask): Promise<readonly Heard[]> {
  if (!ask.stream) return (await generateText(question(model, ask))).steps.map((step) => heard(step as unknown as StepResult<ToolSet>));
  let trouble: unknown;
  const stream = streamText({ ...question(model, ask), onError: ({ error }) => void (trouble = error) });
  for await (const part of stream.stream) {
    if (part.type === "text-delta") ask.onText?.();
    if (part.type === "abort") throw new Error("aborted");
  }
  if (trouble !== undefined) throw trouble;
  return (await stream.steps).map((step) => heard(step as unknown as StepResult<ToolSet>));
}

const statusOf = (error: unknown): number | undefined => (APICallError.isInstance(error) ? error.statusCode : undefined);
const sdk = (name: string, model: (shop: Shop) => LanguageModel): Sdk => ({ name, statusOf, converse: (shop, ask) => converse(model(shop), ask) });

export const AI_SDKS: readonly Sdk[] = [
  sdk("ai-sdk openai", ({ url }) => createOpenAI({ baseURL: `${url}/v1`, apiKey: KEY })(ALIASES.openai)),
  sdk("ai-sdk openai chat", ({ url }) => createOpenAI({ baseURL: `${url}/v1`, apiKey: KEY }).chat(ALIASES.openai)),
  sdk("ai-sdk anthropic", ({ url }) => createAnthropic({ baseURL: `${url}/v1`, apiKey: KEY })(ALIASES.anthropic)),
  sdk("ai-sdk google", ({ url }) => createGoogle({ baseURL: `${url}/v1beta`, apiKey: KEY })(ALIASES.google)),
  sdk("ai-sdk openai-compatible", ({ url }) => createOpenAICompatible({ name: "shop", baseURL: `${url}/v1`, apiKey: KEY, includeUsage: true, supportsStructuredOutputs: true })(MODEL)),
];
