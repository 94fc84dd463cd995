import type { Target } from "#relay/canonical/codec.ts";
import type { ChatRequest, Reasoning } from "#relay/canonical/request.ts";
import { upstreamCodecs } from "#relay/dialects/codecs.ts";
import type { WireFormat } from "#relay/dialects/wire-format.ts";
import type { Tree } from "#relay/policy/json-pointer.ts";
import type { ModelPreset } from "#snapshot/snapshot.ts";

/**
 * A request for a model that is another one with parameters set. How hard it thinks is what the model is sold as;
 * everything else is only said where the client has said nothing.
 */
export function withPreset(request: ChatRequest, preset: ModelPreset): ChatRequest {
  const reasoning = reasoningOf(preset, request.reasoning);
  const { sampling } = request;
  return {
    ...request,
    ...(reasoning && { reasoning }),
    ...(request.maxOutputTokens === undefined && preset.maxTokens !== undefined && { maxOutputTokens: preset.maxTokens }),
    sampling: {
      ...sampling,
      ...(sampling.temperature === undefined && preset.temperature !== undefined && { temperature: preset.temperature }),
      ...(sampling.topP === undefined && preset.topP !== undefined && { topP: preset.topP }),
    },
  };
}

function reasoningOf({ reasoning }: ModelPreset, given: Reasoning | undefined): Reasoning | undefined {
  if (reasoning === undefined) return undefined;
  const { effort: _effort, budget: _budget, adaptive: _adaptive, ...shown } = given ?? { expose: "full" as const };
  return { ...shown, ...(typeof reasoning === "number" ? { budget: reasoning } : { effort: reasoning }) };
}

/** What a preset comes to in a protocol: members that are set, and members that are set where there are none. */
export type PresetMembers = Readonly<{ forced: Tree; preset: Tree }>;

/**
 * The members that a preset adds to a body whose bytes pass, found by writing the same short request with and without it.
 *
 * @param maxTokens the client's cap, which thinking must leave room in
 */
export function presetMembers(preset: ModelPreset, protocol: WireFormat, target: Pick<Target, "upstreamModel" | "flags" | "maxOutputTokens">, maxTokens: number | undefined): PresetMembers {
  const codec = upstreamCodecs[protocol];
  if (!codec) return { forced: {}, preset: {} };
  const write = (request: ChatRequest): Tree => codec.encodeRequest(request, { ...target, strict: false, warn: () => undefined }).body as Tree;
  const bare: ChatRequest = { ...STUB, ...(maxTokens !== undefined && { maxOutputTokens: maxTokens }) };
  const { reasoning, ...others } = preset;
  const plain = write(bare);
  return {
    forced: reasoning === undefined ? {} : added(plain, write(withPreset(bare, { model: preset.model, reasoning }))),
    preset: added(plain, write(withPreset(bare, others))),
  };
}

const STUB: ChatRequest = {
  origin: "openai-chat", model: "", stream: false, system: [], messages: [{ role: "user", parts: [{ type: "text", text: "." }] }], tools: [], output: { format: "text" },
  modalities: ["text"], sampling: {}, candidates: 1, includeUsage: false, cache: {}, metadata: {}, betas: [], extra: {},
};

function added(before: Tree, after: Tree): Tree {
  const more: Tree = {};
  for (const name of Object.keys(after)) {
    const [was, is] = [before[name], after[name]];
    if (JSON.stringify(was) === JSON.stringify(is)) continue;
    more[name] = isTree(was) && isTree(is) ? added(was, is) : is!;
  }
  return more;
}

const isTree = (value: unknown): value is Tree => typeof value === "object" && value !== null && !Array.isArray(value);

/** Puts the members into a body, in place. */
export function applyPreset(body: Tree, { forced, preset }: PresetMembers): void {
  merge(body, preset, false);
  merge(body, forced, true);
}

function merge(into: Tree, members: Tree, over: boolean): void {
  for (const [name, value] of Object.entries(members)) {
    const there = into[name];
    if (isTree(there) && isTree(value)) {
      const inner = { ...there };
      merge(inner, value, over);
      into[name] = inner;
    } else if (over || there === undefined || there === null) into[name] = value;
  }
}
