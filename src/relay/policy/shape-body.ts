import type { Loss } from "#relay/canonical/losses.ts";
import type { Json } from "#channels/override-fields.ts";
import type { WireFormat } from "#relay/dialects/wire-format.ts";
import { insertMembers, removeMembers, spliceBody } from "#relay/http/body/splice.ts";
import type { Edit } from "#relay/http/body/splice.ts";
import { COUNT_NOTHING, JsonWalker, walkTopLevel } from "#relay/http/body/walker.ts";
import { applyConversationRules, touchesConversation } from "#relay/policy/conversation-rules.ts";
import { injectSystem } from "#relay/policy/inject-system.ts";
import { putAt, valueAt } from "#relay/policy/json-pointer.ts";
import type { Tree } from "#relay/policy/json-pointer.ts";
import type { MemberChanges, Peek } from "#relay/policy/model-rules.ts";
import { applyPreset } from "#relay/policy/preset.ts";
import type { PresetMembers } from "#relay/policy/preset.ts";
import type { RoutePolicy } from "#relay/policy/route-policy.ts";

/** What was changed: `warnings` are the client's to know, `changes` the operator's own. */
export type Noted = Readonly<{ warn(code: Loss): void; change(code: string): void }>;

type Range = readonly [start: number, end: number];
type Shaping = Readonly<{
  policy: RoutePolicy;
  protocol: WireFormat;
  /** Whether the vendor is asked for a stream. */
  stream: boolean;
  /** The client wants it the other way. */
  turned?: boolean;
  /** The cap that the money has set: nobody raises it. */
  maxTokens?: number | undefined;
  /** What the model is sold with. */
  preset?: PresetMembers | undefined;
  noted: Noted;
}>;

/**
 * The members that are left out of a request whose bytes pass, where that is all there is to do.
 * @returns their names, possibly none; undefined = the body as it would be sent must be looked at
 */
export function plainDrops({ policy, protocol, stream, turned, noted }: Shaping, body: Buffer, ranges: ReadonlyMap<string, Range>): readonly string[] | undefined {
  if (policy.override || policy.system || turned) return undefined;
  const rules = policy.rules.get(protocol);
  if (!rules) return NONE;
  if (!rules.dropsOnly || touchesConversation(rules, body)) return undefined;
  const { members, codes } = rules.changes(peekAt(body, ranges), stream);
  for (const code of codes) noted.warn(code);
  return [...members.keys()];
}

const NONE: readonly Loss[] = [];

/** The body that would be sent, changed by all that holds for the route: by splices where whole members alone are concerned. */
export function shapeBytes(shaping: Shaping, sent: readonly Buffer[]): Buffer[] {
  const { policy, protocol, stream, maxTokens, noted } = shaping;
  const body = sent.length === 1 ? sent[0]! : Buffer.concat(sent);
  const rules = policy.rules.get(protocol);
  const turn = shaping.turned && protocol !== "gemini" ? turnedMembers(stream) : NO_MEMBERS;
  const ranges = shaping.preset || policy.system || (policy.override && !policy.override.members) || (rules && touchesConversation(rules, body)) ? undefined : topRanges(body);
  if (!ranges) {
    const tree = JSON.parse(body.toString("utf8")) as Tree;
    setMembers(tree, turn);
    if (shaping.preset) applyPreset(tree, shaping.preset);
    shapeTree(shaping, tree);
    return [Buffer.from(JSON.stringify(tree))];
  }
  const { members, codes } = rules?.changes(peekAt(body, ranges), stream) ?? { members: new Map() as MemberChanges, codes: NONE };
  for (const code of codes) noted.warn(code);
  for (const [name, text] of policy.override?.members ?? NO_MEMBERS) {
    if (text === undefined && !ranges.has(name)) continue;
    if (maxTokens !== undefined && CAPS.has(name) && (text === undefined || Number(text) > maxTokens)) continue;
    members.set(name, text);
    noted.change(`${text === undefined ? "delete" : "set"}:/${name}`);
  }
  for (const [name, text] of turn) members.set(name, text);
  return spliceBody(body, memberEdits(body, ranges, members));
}

/** What asks for a stream, or for none. */
const turnedMembers = (stream: boolean): ReadonlyMap<string, string | undefined> =>
  new Map<string, string | undefined>(stream ? [["stream", "true"]] : [["stream", undefined], ["stream_options", undefined]]);

const CAPS: ReadonlySet<string> = new Set(["max_tokens", "max_completion_tokens", "max_output_tokens"]);

const NO_MEMBERS: ReadonlyMap<string, string | undefined> = new Map();

/** The same for a body that is a tree anyway, in place. @throws RelayError where the operator refuses the request */
export function shapeTree({ policy, protocol, stream, maxTokens, noted }: Shaping, tree: Tree): void {
  const rules = policy.rules.get(protocol);
  if (rules) {
    const { members, codes } = rules.changes(peekInto(tree), stream);
    setMembers(tree, members);
    for (const code of [...codes, ...applyConversationRules(rules, tree)]) noted.warn(code);
  }
  if (policy.system && injectSystem(tree, protocol, policy.system)) noted.change("system");
  if (!policy.override) return;
  const capped = maxTokens === undefined ? [] : capsOf(tree);
  for (const code of policy.override.apply(tree, policy.facts)) noted.change(code);
  for (const parts of capped) {
    const value = valueAt(tree, parts);
    if (typeof value !== "number" || value > maxTokens!) putAt(tree, parts, maxTokens!);
  }
}

function setMembers(tree: Tree, members: ReadonlyMap<string, string | undefined>): void {
  for (const [name, text] of members) {
    if (text === undefined) delete tree[name];
    else tree[name] = JSON.parse(text) as Json;
  }
}

const CAP_PLACES: readonly (readonly string[])[] = [...[...CAPS].map((name) => [name]), ["generationConfig", "maxOutputTokens"], ["inferenceConfig", "maxTokens"], ["options", "num_predict"]];
const COUNT_PLACES: readonly (readonly string[])[] = [["n"], ["best_of"], ["generationConfig", "candidateCount"], ["num_generations"]];

const capsOf = (tree: Tree): readonly (readonly string[])[] => CAP_PLACES.filter((parts) => typeof valueAt(tree, parts) === "number");

/** What of a body, in whichever protocol, decides how much an answer can cost. */
export function costFacts(tree: Tree): Readonly<{ maxTokens?: number; candidates: number }> {
  const numbers = (places: readonly (readonly string[])[]): number[] => places.map((parts) => valueAt(tree, parts)).filter((value) => typeof value === "number");
  const caps = numbers(CAP_PLACES);
  return { ...(caps.length > 0 && { maxTokens: Math.max(...caps) }), candidates: Math.max(1, ...numbers(COUNT_PLACES)) };
}

const peekAt = (body: Buffer, ranges: ReadonlyMap<string, Range>): Peek => ({
  text(name) {
    const range = ranges.get(name);
    return range && body.toString("utf8", range[0], range[1]);
  },
  names: () => ranges.keys(),
});

const peekInto = (tree: Tree): Peek => ({
  text: (name) => (Object.hasOwn(tree, name) && tree[name] !== undefined ? JSON.stringify(tree[name]) : undefined),
  names: () => Object.keys(tree),
});

/** @returns undefined where a name stands twice: which one a vendor takes is anybody's guess, so it is written anew */
function topRanges(body: Buffer): Map<string, Range> | undefined {
  const ranges = new Map<string, Range>();
  let members = 0;
  walkTopLevel(new JsonWalker(body), () => COUNT_NOTHING, (key, start, end) => {
    members++;
    ranges.set(key, [start, end]);
  });
  return ranges.size === members ? ranges : undefined;
}

function memberEdits(body: Buffer, ranges: ReadonlyMap<string, Range>, members: MemberChanges): readonly Edit[] {
  const edits: Edit[] = [], gone: Range[] = [], added: string[] = [];
  for (const [name, text] of members) {
    const range = ranges.get(name);
    if (text === undefined) {
      if (range) gone.push(range);
    } else if (range) edits.push({ start: range[0], end: range[1], text });
    else added.push(`${JSON.stringify(name)}:${text}`);
  }
  edits.push(...removeMembers(body, gone));
  if (added.length > 0) edits.push(insertMembers(body, added.join(",")));
  return edits;
}
