import { insertMembers, keyRange, removeMembers, spliceBody, type Edit } from "#relay/http/body/splice.ts";
import type { ScannedRequest } from "#relay/http/body/scan.ts";
import type { ProviderFlags } from "#relay/providers/provider.ts";

export type RequestOptions = Readonly<{ upstreamModel: string; maxTokens?: number; flags: ProviderFlags }>;

/** A dearer tier would be paid by the shop, and so would another model than the one that is charged. */
const NEVER = ["service_tier", "models"] as const;
/** What is said to the shop and not to the vendor; strict vendors refuse such members. */
const OURS = ["service_tier", "models", "provider", "session_id"] as const;

const CAPS = ["max_tokens", "max_completion_tokens"] as const;

/**
 * The splices that an OpenAI-shaped vendor's request needs: the model's name, usage in streams, the cap's
 * name and, where money has set one, its value. A dearer tier is left out, as is the choice of other models.
 */
export function spliceRequest(scanned: ScannedRequest, body: Buffer, options: RequestOptions): Buffer[] {
  const edits: Edit[] = [];
  const added: string[] = [];
  const model = scanned.ranges.get("model");
  const name = JSON.stringify(options.upstreamModel);
  if (!model) added.push(`"model":${name}`);
  else if (body.toString("utf8", model[0], model[1]) !== name) edits.push({ start: model[0], end: model[1], text: name });

  const unwanted: Range[] = [];
  for (const member of options.flags.routingFields ? NEVER : OURS) {
    const range = scanned.ranges.get(member);
    if (range) unwanted.push(range);
  }
  askForUsage(scanned, body, options.flags, { edits, added, unwanted });
  writeCap(scanned, body, options, edits, added);
  edits.push(...removeMembers(body, unwanted));
  if (added.length > 0) edits.push(insertMembers(body, added.join(",")));
  return spliceBody(body, edits);
}

type Range = readonly [start: number, end: number];
type Changes = Readonly<{ edits: Edit[]; added: string[]; unwanted: Range[] }>;

function askForUsage(scanned: ScannedRequest, body: Buffer, flags: ProviderFlags, { edits, added, unwanted }: Changes): void {
  const range = scanned.ranges.get("stream_options");
  if (flags.streamOptions === "none" || !scanned.stream) {
    // Refused by such a vendor; and by OpenAI where nothing is streamed.
    if (range && flags.streamOptions === "none") unwanted.push(range);
    return;
  }
  if (scanned.includeUsage) return;
  if (!range) {
    added.push('"stream_options":{"include_usage":true}');
    return;
  }
  const given = (JSON.parse(body.toString("utf8", range[0], range[1])) ?? {}) as object;
  edits.push({ start: range[0], end: range[1], text: JSON.stringify({ ...given, include_usage: true }) });
}

function writeCap(scanned: ScannedRequest, body: Buffer, options: RequestOptions, edits: Edit[], added: string[]): void {
  const wanted = capName(options.flags, options.upstreamModel);
  const given = CAPS.filter((key) => scanned.ranges.has(key));
  if (options.maxTokens !== undefined) {
    if (given.length === 0) added.push(`"${wanted}":${options.maxTokens}`);
    for (const key of given) {
      const [start, end] = scanned.ranges.get(key)!;
      edits.push({ start, end, text: String(options.maxTokens) });
    }
  }
  // OpenAI's reasoning models refuse the old name. Other vendors that know only one of them are told it too.
  const only = given.length === 1 ? given[0]! : undefined;
  if (only === undefined || only === wanted || options.flags.maxTokensName === "max_tokens") return;
  if (options.flags.maxTokensName === "by_model" && wanted === "max_tokens") return;
  const [start, end] = keyRange(body, scanned.ranges.get(only)![0]);
  edits.push({ start, end, text: `"${wanted}"` });
}

/** OpenAI's o-series and GPT-5 on (but for the `-chat` ones) take `max_completion_tokens` alone. */
const NEW_CAP = /^(?:o[1-9]|gpt-(?:[5-9]|[1-9]\d)(?!\.?\d*-chat))/;

/** @returns whether OpenAI's model thinks before it answers, and so refuses what its older ones took */
export const isReasoningModel = (upstreamModel: string): boolean => NEW_CAP.test(upstreamModel);

export function capName(flags: ProviderFlags, upstreamModel: string): "max_tokens" | "max_completion_tokens" {
  if (flags.maxTokensName !== "by_model") return flags.maxTokensName;
  return NEW_CAP.test(upstreamModel) ? "max_completion_tokens" : "max_tokens";
}
