import type { Comparison, Condition, Json, ParamOp } from "#channels/override-fields.ts";
import type { ChannelSettings } from "#channels/channel-settings.ts";

export const OPS = ["set", "set_if_absent", "delete", "rename", "copy", "append", "prepend", "replace", "regex_replace", "clamp", "reject"] as const satisfies readonly ParamOp["op"][];
export const COMPARISONS = ["eq", "ne", "prefix", "suffix", "contains", "regex", "gt", "lt", "exists"] as const satisfies readonly Comparison["is"][];

/** A condition as it is typed: none, a plain comparison, or anything else as JSON. */
export type ConditionDraft = Readonly<{ kind: "none" } | { kind: "one"; field: string; is: Comparison["is"]; value: string } | { kind: "json"; text: string }>;

/** A change as it is typed; which of the texts count depends on what it does. */
export type ParamRow = Readonly<{ id: number; op: ParamOp["op"]; path: string; to: string; value: string; find: string; by: string; min: string; max: string; message: string; when: ConditionDraft }>;
export type HeaderRow = Readonly<{ id: number; op: "set" | "remove"; name: string; value: string }>;

export type Draft = Readonly<{ params: readonly ParamRow[]; headers: readonly HeaderRow[]; rest: Omit<ChannelSettings, "params" | "headers"> }>;

/** What of a change is wanted from whoever types it. */
export const FIELDS_OF: Readonly<Record<ParamOp["op"], readonly ("path" | "value" | "to" | "find" | "by" | "min" | "max" | "message")[]>> = {
  set: ["path", "value"], set_if_absent: ["path", "value"], delete: ["path"], rename: ["path", "to"], copy: ["path", "to"], append: ["path", "value"], prepend: ["path", "value"],
  replace: ["path", "find", "by"], regex_replace: ["path", "find", "by"], clamp: ["path", "min", "max"], reject: ["message"],
};

const NO_CONDITION: ConditionDraft = { kind: "none" };

export const emptyParam = (id: number): ParamRow => ({ id, op: "set", path: "", to: "", value: "", find: "", by: "", min: "", max: "", message: "", when: NO_CONDITION });
export const emptyHeader = (id: number): HeaderRow => ({ id, op: "set", name: "", value: "" });

export function draftOf({ params = [], headers = [], ...rest }: ChannelSettings): Draft {
  return { params: params.map(paramRow), headers: headers.map((header, id) => ({ id, op: header.op, name: header.name, value: header.op === "set" ? header.value : "" })), rest };
}

export const paramRow = (op: ParamOp, id: number): ParamRow => ({
  ...emptyParam(id), op: op.op,
  ...(op.op !== "reject" && { path: op.path }),
  ...("to" in op && { to: op.to }),
  ...("value" in op && { value: textOf(op.value) }),
  ...("find" in op && { find: op.find, by: op.with }),
  ...(op.op === "clamp" && { min: op.min === undefined ? "" : String(op.min), max: op.max === undefined ? "" : String(op.max) }),
  ...(op.op === "reject" && { message: op.message }),
  when: op.when === undefined ? NO_CONDITION : conditionDraft(op.when),
});

function conditionDraft(condition: Condition): ConditionDraft {
  return "field" in condition ? { kind: "one", field: condition.field, is: condition.is, value: textOf(condition.value) } : { kind: "json", text: JSON.stringify(condition, null, 2) };
}

/** Text that can be told from JSON is shown without its quotes. */
export function textOf(value: Json): string {
  if (typeof value !== "string") return JSON.stringify(value);
  return readJson(value) === undefined ? value : JSON.stringify(value);
}

/** What is typed is JSON where it can be read as such, and else the text that it is. */
export const valueOf = (text: string): Json => readJson(text.trim()) ?? (text.trim() === "null" ? null : text);

function readJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** The settings that are meant; what is wrong in them is found by the server. */
export function settingsOf({ params, headers, rest }: Draft): Record<string, unknown> {
  return {
    ...rest,
    ...(params.length > 0 && { params: params.map(paramOf) }),
    ...(headers.length > 0 && { headers: headers.map(({ op, name, value }) => ({ op, name: name.trim(), ...(op === "set" && { value }) })) }),
  };
}

export function paramOf(row: ParamRow): Record<string, unknown> {
  const own: Record<string, unknown> = {
    path: row.path.trim(), to: row.to.trim(), value: valueOf(row.value), find: row.find, with: row.by, message: row.message.trim(),
    ...(row.min.trim() !== "" && { min: Number(row.min) }), ...(row.max.trim() !== "" && { max: Number(row.max) }),
  };
  const wanted = FIELDS_OF[row.op].map((field) => (field === "by" ? "with" : field)).filter((field) => field in own);
  const when = conditionOf(row.when);
  return { op: row.op, ...Object.fromEntries(wanted.map((field) => [field, own[field]])), ...(when !== undefined && { when }) };
}

function conditionOf(when: ConditionDraft): unknown {
  if (when.kind === "none") return undefined;
  if (when.kind === "json") return readJson(when.text) ?? when.text;
  const { field, is } = when;
  const value = is === "exists" ? when.value !== "false" : is === "eq" || is === "ne" ? valueOf(when.value) : is === "gt" || is === "lt" ? Number(when.value) : when.value;
  return { field: field.trim(), is, value };
}

export const same = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);

const canonical = (value: unknown): string => JSON.stringify(value, (_name, inner: unknown) =>
  (typeof inner === "object" && inner !== null && !Array.isArray(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner));
