import type { CompiledPrice } from "#money/price.ts";
import type { Manner } from "#relay/dialects/error-forms.ts";
import { RelayError } from "#relay/errors.ts";
import { offersEndpoint } from "#relay/policy/access.ts";
import { pricingOf } from "#relay/read/pricing.ts";
import type { Model } from "#snapshot/snapshot.ts";

/** A model on offer, with its price of the moment. */
export type Listed = Readonly<{ model: Model; price: CompiledPrice; nowMs: number }>;

/** One model as each family of clients knows it. */
export const MODEL_FORMS: Readonly<Record<Manner, (listed: Listed) => object>> = { openai: openaiModel, anthropic: anthropicModel, gemini: geminiModel };

/** A page of models, in the order of their names. */
export type Page = Readonly<{ items: readonly Listed[]; before: boolean; after: boolean }>;

/** The body of a list. @throws RelayError invalid_value */
export function modelList(manner: Manner, all: readonly Listed[], query: URLSearchParams): object {
  if (manner === "anthropic") return anthropicList(all, query);
  return manner === "gemini" ? geminiList(all, query) : { object: "list", data: all.map(openaiModel) };
}

function openaiModel({ model, price, nowMs }: Listed): object {
  return {
    id: model.name,
    object: "model",
    created: Math.floor(model.createdAtMs / 1000),
    owned_by: model.vendor ?? "modelmart",
    ...(model.contextTokens !== undefined && { context_length: model.contextTokens }),
    ...(model.maxOutputTokens !== undefined && { max_output_tokens: model.maxOutputTokens }),
    ...(model.endpoints.size > 0 && { supported_endpoints: [...model.endpoints] }),
    ...(model.abilities && { architecture: architectureOf(model.abilities), supported_parameters: parametersOf(model.abilities) }),
    pricing: pricingOf(price.card(0, nowMs).prices),
  };
}

type Abilities = NonNullable<Model["abilities"]>;

/** OpenRouter's words, which clients' menus go by. */
const KINDS: Readonly<Record<string, string>> = { pdf: "file" };
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  tools: ["tools", "tool_choice"], structured_output: ["response_format", "structured_outputs"], reasoning: ["reasoning", "reasoning_effort", "include_reasoning"],
};

function architectureOf({ input, output }: Abilities): object {
  const kinds = (words: readonly string[]): readonly string[] => (words.length === 0 ? ["text"] : words.map((word) => KINDS[word] ?? word));
  return { modality: `${kinds(input).join("+")}->${kinds(output).join("+")}`, input_modalities: kinds(input), output_modalities: kinds(output) };
}

/** What is known of the model itself; what its channels refuse beside that is said by the answer. */
const parametersOf = ({ can, output }: Abilities): readonly string[] =>
  [...(output.length === 0 || output.includes("text") ? ["max_tokens"] : []), ...can.flatMap((word) => PARAMETERS[word] ?? [])];

function anthropicModel({ model }: Listed): object {
  return {
    type: "model",
    id: model.name,
    display_name: model.name,
    created_at: new Date(model.createdAtMs).toISOString().replace(/\.\d+Z$/, "Z"),
    max_input_tokens: model.contextTokens ?? null,
    max_tokens: model.maxOutputTokens ?? null,
    capabilities: null,
  };
}

function geminiModel({ model, price, nowMs }: Listed): object {
  const answers = price.card(0, nowMs).prices.output !== undefined;
  const isCallable = model.endpoints.size > 0 ? offersEndpoint(model.endpoints, "gemini") : answers;
  const embeds = model.endpoints.size > 0 ? offersEndpoint(model.endpoints, "embeddings") : !answers;
  return {
    name: `models/${model.name}`,
    baseModelId: model.name,
    version: "1",
    displayName: model.name,
    ...(model.contextTokens !== undefined && { inputTokenLimit: model.contextTokens }),
    ...(model.maxOutputTokens !== undefined && { outputTokenLimit: model.maxOutputTokens }),
    supportedGenerationMethods: [
      ...(isCallable ? ["generateContent", "streamGenerateContent", "countTokens"] : []), ...(embeds ? ["embedContent", "batchEmbedContents"] : []),
    ],
  };
}

const PAGE_MAX = 1_000;
const ANTHROPIC_PAGE = 20;
const GEMINI_PAGE = 50;

function anthropicList(all: readonly Listed[], query: URLSearchParams): object {
  const limit = wholeNumber(query, "limit") ?? ANTHROPIC_PAGE;
  if (limit < 1 || limit > PAGE_MAX) throw badValue("limit", `a whole number of 1 to ${PAGE_MAX}`);
  const { items, before, after } = page(all, limit, query.get("after_id"), query.get("before_id"));
  return {
    data: items.map(anthropicModel),
    // Of the direction in which the list is read.
    has_more: query.get("before_id") !== null && query.get("after_id") === null ? before : after,
    first_id: items.at(0)?.model.name ?? null,
    last_id: items.at(-1)?.model.name ?? null,
  };
}

function geminiList(all: readonly Listed[], query: URLSearchParams): object {
  const size = Math.min(wholeNumber(query, "pageSize", "page_size") || GEMINI_PAGE, PAGE_MAX);
  const token = query.get("pageToken") ?? query.get("page_token");
  const { items, after } = page(all, size, token ? Buffer.from(token, "base64url").toString() : null, null);
  const last = items.at(-1);
  return { models: items.map(geminiModel), ...(after && last && { nextPageToken: Buffer.from(last.model.name).toString("base64url") }) };
}

/** By name and not by place: a model that goes between two pages takes no other with it. */
function page(all: readonly Listed[], size: number, afterName: string | null, beforeName: string | null): Page {
  let start = afterName === null ? 0 : countWhile(all, ({ model }) => model.name <= afterName);
  let end = all.length;
  if (beforeName !== null) end = countWhile(all, ({ model }) => model.name < beforeName);
  if (beforeName !== null && afterName === null) start = Math.max(0, end - size);
  end = Math.max(start, Math.min(end, start + size));
  return { items: all.slice(start, end), before: start > 0, after: end < all.length };
}

function countWhile<Item>(items: readonly Item[], holds: (item: Item) => boolean): number {
  const end = items.findIndex((item) => !holds(item));
  return end < 0 ? items.length : end;
}

function wholeNumber(query: URLSearchParams, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const text = query.get(name);
    if (text === null || text === "") continue;
    if (!/^\d{1,9}$/.test(text)) throw badValue(name, "a whole number");
    return Number(text);
  }
  return undefined;
}

const badValue = (param: string, expected: string): RelayError =>
  new RelayError("invalid_value", `Invalid value for '${param}': expected ${expected}.`, { param });
