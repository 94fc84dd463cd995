import type { Loss } from "#relay/canonical/losses.ts";
import type { Json } from "#channels/override-fields.ts";
import type { WireFormat } from "#relay/dialects/wire-format.ts";
import { MODEL_RULES } from "#relay/policy/model-rule-table.ts";
import type { ModelRule } from "#relay/policy/model-rule-table.ts";

/** The whole members of a body, wherever they lie: in a parsed tree, or in the bytes as they came. */
export type Peek = Readonly<{
  /** The member's JSON; undefined = it isn't there. */
  text(name: string): string | undefined;
  names(): Iterable<string>;
}>;

/** Whole members to be set to JSON texts, or, undefined, to be left out. */
export type MemberChanges = Map<string, string | undefined>;

/** All that holds for one model behind one protocol. */
export type ModelRules = Readonly<{
  /** What must change, and what is told of it. `stream` = whether the vendor is asked for a stream. */
  changes(peek: Peek, stream: boolean): Readonly<{ members: MemberChanges; codes: readonly Loss[] }>;
  /** Nothing but leaving out members of these names can be the outcome. */
  dropsOnly?: readonly string[];
  streamOnly: boolean;
  /** Changes within the conversation. */
  alternate: boolean;
  echo?: "always" | "asked";
  shortIds: boolean;
  messageMembers?: NonNullable<ModelRule["messageMembers"]>;
  documentUrls: boolean;
  systemRole: boolean;
}>;

/** The rules for a model by its vendor's name; undefined = it keeps to its protocol. */
export function rulesFor(provider: string, upstreamModel: string, protocol: WireFormat): ModelRules | undefined {
  const name = plainName(upstreamModel);
  const rules = MODEL_RULES.filter((rule) => rule.protocols.includes(protocol) && rule.providers?.includes(provider) !== false && rule.match.some((glob) => fits(glob, name)) && rule.except?.some((glob) => fits(glob, name)) !== true);
  if (rules.length === 0) return undefined;
  const echo = rules.find((rule) => rule.echo !== undefined)?.echo;
  const messageMembers = rules.find((rule) => rule.messageMembers !== undefined)?.messageMembers;
  const plain = rules.every((rule) => Object.keys(rule).every((member) => DROPPING.has(member)));
  return {
    changes: (peek, stream) => changesOf(rules, peek, stream),
    ...(plain && { dropsOnly: rules.flatMap(({ drop = [], either = [] }) => [...drop, ...either]) }),
    streamOnly: rules.some((rule) => rule.streamOnly === true),
    alternate: rules.some((rule) => rule.alternate === true),
    ...(echo && { echo }),
    shortIds: rules.some((rule) => rule.shortIds === true),
    ...(messageMembers && { messageMembers }),
    documentUrls: rules.some((rule) => rule.documentUrls === true),
    systemRole: rules.some((rule) => rule.systemRole === true),
  };
}

const DROPPING: ReadonlySet<string> = new Set(["providers", "protocols", "match", "except", "drop", "usual", "dropUnlessIdle", "either", "systemRole"]);

/** `anthropic/claude-opus-4.7` is `claude-opus-4-7`. */
const plainName = (name: string): string => name.slice(name.lastIndexOf("/") + 1).toLowerCase().replaceAll(/(\d)\.(?=\d)/g, "$1-");

/** `*` = any letters, `?` = one. */
export function fits(glob: string, name: string): boolean {
  const parts = glob.split("*");
  if (parts.length === 1) return matchesAt(glob, name, 0) && glob.length === name.length;
  const first = parts[0]!, last = parts.at(-1)!;
  if (!matchesAt(first, name, 0) || name.length < first.length + last.length || !matchesAt(last, name, name.length - last.length)) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    while (at + part.length <= name.length - last.length && !matchesAt(part, name, at)) at++;
    if (at + part.length > name.length - last.length) return false;
    at += part.length;
  }
  return true;
}

function matchesAt(part: string, name: string, at: number): boolean {
  for (let index = 0; index < part.length; index++) if (at + index >= name.length || (part[index] !== "?" && part[index] !== name[at + index])) return false;
  return true;
}

function changesOf(rules: readonly ModelRule[], given: Peek, stream: boolean): Readonly<{ members: MemberChanges; codes: readonly Loss[] }> {
  const members: MemberChanges = new Map(), codes: Loss[] = [];
  // A row sees what those before it have made of the request.
  const peek: Peek = {
    text: (name) => present(members.has(name) ? members.get(name) : given.text(name)),
    names: () => new Set([...given.names(), ...members.keys()]),
  };
  for (const rule of rules) applyRule(rule, peek, stream, members, codes);
  return { members, codes };
}

function applyRule(rule: ModelRule, peek: Peek, stream: boolean, members: MemberChanges, codes: Loss[]): void {
  const drop = (name: string, code: Loss): void => {
    members.set(name, undefined);
    codes.push(code);
  };
  if (rule.drop && !(rule.dropUnlessIdle && isIdle(peek, rule.dropUnlessIdle))) {
    for (const name of rule.drop) {
      const text = peek.text(name);
      if (text !== undefined && (rule.usual?.[name] === undefined || Number(text) !== rule.usual[name])) drop(name, `${name}_dropped`);
    }
  }
  const [first, second] = rule.either ?? [];
  if (first && second && peek.text(first) !== undefined && peek.text(second) !== undefined) drop(second, `${second}_dropped`);
  for (const [from, to] of Object.entries(rule.rename ?? {})) {
    const text = peek.text(from);
    if (text === undefined) continue;
    members.set(from, undefined);
    if (peek.text(to) === undefined) members.set(to, text);
  }
  for (const [name, [min, max]] of Object.entries(rule.clamp ?? {})) {
    const value = Number(peek.text(name) ?? Number.NaN), within = Math.min(Math.max(value, min), max);
    if (Number.isNaN(value) || within === value) continue;
    members.set(name, String(within));
    codes.push(`${name}_clamped`);
  }
  for (const [name, value] of Object.entries({ ...rule.default, ...(stream ? {} : rule.defaultWhole) } as Record<string, Json>)) {
    if (peek.text(name) === undefined) members.set(name, JSON.stringify(value));
  }
  if (!rule.known) return;
  for (const name of peek.names()) if (!rule.known.includes(name) && peek.text(name) !== undefined) drop(name, `unknown:${name}`);
}

/** JSON null says as much as nothing. */
const present = (text: string | undefined): string | undefined => (text === "null" ? undefined : text);

/** The model is not asked to think. */
function isIdle(peek: Peek, unlessSaid: "asked" | "default"): boolean {
  const effort = effortOf(peek);
  return effort === undefined ? unlessSaid === "default" : effort === "none";
}

function effortOf(peek: Peek): string | undefined {
  const plain = peek.text("reasoning_effort");
  if (plain !== undefined) return wordOf(JSON.parse(plain));
  const nested = peek.text("reasoning");
  return nested === undefined ? undefined : wordOf((JSON.parse(nested) as { effort?: unknown } | null)?.effort);
}

const wordOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
