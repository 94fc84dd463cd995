import { RelayError } from "#relay/errors.ts";
import type { JsonObject } from "#relay/providers/provider.ts";
import type { TaskBody } from "#relay/tasks/task-body.ts";
import type { Task, TaskForm, TaskWish } from "#relay/tasks/task.ts";

/** The address of the n-th file of a task, for its owner's programs. */
export type FileLink = (task: Task, index: number) => string;

/** How clients of one kind ask for long work, and what they are told of it. */
export interface TaskFormCodec {
  readonly id: TaskForm;
  /** A new id in the form that these clients know. @param uuid of the request */
  publicId(uuid: string): string;
  /**
   * @param action what of the form's addresses was called
   * @throws RelayError
   */
  read(body: TaskBody, action: string): WishRead;
  /** What a submission is answered with. @param told what the vendor said of it */
  submitted(task: Task, told: JsonObject | undefined): JsonObject;
  /** What a look-up is answered with. */
  show(task: Task, link: FileLink): JsonObject;
  /** An error of these clients' own kind; left out: OpenAI's. */
  error?(error: RelayError, requestId: string): JsonObject;
}

/** A wish, and the id of the task that it goes on from. */
export type WishRead = Readonly<{ wish: TaskWish; originId?: string | undefined }>;

const PROMPT_CHARS_MAX = 100_000;
const IMAGES_MAX = 16;
const COUNT_MAX = 16;
const SECONDS_MAX = 600;

const invalid = (param: string, wanted: string): RelayError => new RelayError("invalid_value", `Invalid value for '${param}': expected ${wanted}.`, { param });

/** A text member; undefined when it is not there. @throws RelayError invalid_value */
export function textOf(fields: JsonObject, name: string, charsMax = 1_000): string | undefined {
  const value = fields[name];
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value !== "string" || value.length > charsMax) throw invalid(name, `a text of at most ${charsMax} characters`);
  return value;
}

export const promptOf = (fields: JsonObject): string | undefined => textOf(fields, "prompt", PROMPT_CHARS_MAX);

/** @throws RelayError missing_required_parameter */
export function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new RelayError("missing_required_parameter", `Missing required parameter: '${name}'.`, { param: name });
  return value;
}

/** A number, written as one or as text. @throws RelayError invalid_value */
export function numberOf(fields: JsonObject, name: string, most: number): number | undefined {
  const value = fields[name];
  if (value === undefined || value === null || value === "") return undefined;
  const number = typeof value === "string" ? Number(value.replace(/s$/i, "")) : value;
  if (typeof number !== "number" || !Number.isFinite(number) || number < 0 || number > most) throw invalid(name, `a number from 0 to ${most}`);
  return number;
}

/** One length under any of these names. Two that differ are refused: one of them would be priced, the other made. @throws RelayError invalid_value */
export function secondsOf(fields: JsonObject, ...names: readonly string[]): number | undefined {
  const said = names.map((name) => numberOf(fields, name, SECONDS_MAX)).filter((seconds) => seconds !== undefined && seconds > 0);
  if (new Set(said).size > 1) throw invalid(names[1]!, `the same as '${names[0]}'`);
  return said[0];
}

export const countOf = (fields: JsonObject): number => Math.max(1, Math.floor(numberOf(fields, "n", COUNT_MAX) ?? 1));

export const seedOf = (fields: JsonObject): number | undefined => numberOf(fields, "seed", Number.MAX_SAFE_INTEGER);

/** Addresses and `data:` URLs in members that hold one or several. @throws RelayError invalid_value */
export function picturesOf(fields: JsonObject, ...names: readonly string[]): readonly string[] {
  const found = names.flatMap((name) => {
    const value = fields[name];
    const list: readonly unknown[] = value === undefined || value === null || value === "" ? [] : Array.isArray(value) ? value : [value];
    return list.map((entry) => {
      const url = typeof entry === "object" && entry !== null ? ((entry as JsonObject).image_url ?? (entry as JsonObject).url) : entry;
      if (typeof url !== "string" || url === "") throw invalid(name, "an address or a data URL");
      return url;
    });
  });
  if (found.length > IMAGES_MAX) throw invalid(names[0]!, `at most ${IMAGES_MAX} pictures`);
  return found;
}

/** An object, or its JSON where a form carries it. @throws RelayError invalid_value */
export function objectOf(fields: JsonObject, name: string): JsonObject {
  const value = fields[name];
  if (value === undefined || value === null || value === "") return {};
  const parsed = typeof value === "string" ? parseJson(value) : value;
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw invalid(name, "an object");
  return parsed as JsonObject;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export const seconds = (ms: number | undefined): number | null => (ms === undefined ? null : Math.floor(ms / 1_000));

/** Has it ended otherwise than well? */
export const hasFailed = ({ state }: Task): boolean => state === "failed" || state === "cancelled" || state === "expired";

/** `9f8a…` of a request's id. */
export const hex = (uuid: string): string => uuid.replaceAll("-", "");

/** Why it failed, in words for its owner. */
export const reasonOf = ({ errorMessage, state }: Task): string => errorMessage ?? (state === "expired" ? "It was not ready in time." : "It could not be made.");
