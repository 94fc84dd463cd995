import type { Usage } from "#money/usage.ts";
import type { JsonObject } from "#relay/providers/provider.ts";
import { at, textAt } from "#relay/tasks/json-path.ts";
import type { SoundWord } from "#relay/tasks/sound.ts";
import type { Task, TaskFile, TaskProtocolId, TaskWish, Upload } from "#relay/tasks/task.ts";

/** One call to a vendor, below the base of its endpoint. */
export type TaskCall = Readonly<{
  method: "GET" | "POST";
  /** A query may follow. */
  path: string;
  headers?: Readonly<Record<string, string>>;
  json?: JsonObject;
  /** Sent as a form in place of JSON. */
  form?: Readonly<{ fields: Readonly<Record<string, string>>; uploads: readonly Upload[] }>;
  /** Texts under this name in the answer hold whole files as base64: who reads it as JSON finds them empty. */
  filesIn?: string;
}>;

/** How a task stands by its vendor's word. */
export type TaskReport = Readonly<{
  state: "queued" | "running" | "succeeded" | "failed" | "cancelled";
  /** A word for a state that is not known here: taken for running. */
  unknownWord?: string | undefined;
  progress?: number | undefined;
  files: readonly TaskFile[];
  seconds?: number | undefined;
  count?: number | undefined;
  tokens?: number | undefined;
  /** Of a text. */
  usage?: Usage | undefined;
  vendorCostNanoUsd?: bigint | undefined;
  errorCode?: string | undefined;
  errorMessage?: string | undefined;
  /** The file must be asked for by this call before the task has succeeded. */
  fileCall?: TaskCall | undefined;
  /** The vendor's object, for forms that pass it on. */
  told?: JsonObject | undefined;
}>;

/** What a vendor says to a submission. */
export type Accepted = Readonly<{
  upstreamId: string;
  /** It has been there before: nothing new is made, and nothing is to be paid. */
  existed?: boolean;
  /** What the form's answer repeats of it. */
  told?: JsonObject;
}>;

export type TaskRef = Readonly<Pick<Task, "kind" | "action" | "upstreamModel"> & { upstreamId: string }>;

/** How a vendor is asked for long work, and how it tells of it. */
export interface TaskProtocol {
  readonly id: TaskProtocolId;
  /** @param bucket where the channel wants files to be put @throws RelayError when it cannot be said to this vendor */
  submit(wish: TaskWish, upstreamModel: string, bucket?: string): TaskCall;
  /** @returns undefined when the reply, of whatever status, is a refusal */
  accepted(reply: JsonObject, call: TaskCall): Accepted | undefined;
  poll(task: TaskRef): TaskCall;
  /** @returns undefined when the reply tells nothing of the task */
  report(reply: JsonObject, task: TaskRef): TaskReport | undefined;
  /** The address of the file in the answer to `fileCall`. */
  fileOf?(reply: JsonObject): string | undefined;
  /** Where the vendor itself hands the file out, instead of an address for anybody; with `filesIn` as base64 in JSON. */
  content?(task: TaskRef, variant: string | undefined): TaskCall;
  /** Files are fetched with the channel's key. */
  filesNeedKey?: boolean;
  /** Where the vendor keeps files, if that is not where it is called. */
  filesHost?: string;
  /** Pictures must come as data, not by their address. */
  dataOnly?: boolean;
  /** How long a video is where nobody says. */
  secondsUsual?: number;
  sound?: SoundWord;
}

type States = Readonly<Record<string, TaskReport["state"]>>;

/** A protocol that can be told by where things stand in its JSON. */
export type ProtocolTable = Readonly<{
  id: TaskProtocolId;
  submit: TaskProtocol["submit"];
  idAt: string;
  /** Stands before the vendor's id where that alone does not tell where to ask. */
  idPrefix?: (call: TaskCall) => string;
  /** Replies of status 200 that are refusals all the same. */
  refused?: (reply: JsonObject) => boolean;
  poll: TaskProtocol["poll"];
  stateAt: string;
  states: States;
  /** Each may lead to a text, a list of texts, or a list of objects with `url`. */
  filesAt: readonly string[];
  fileKind?: TaskFile["kind"];
  progressAt?: string;
  secondsAt?: string;
  tokensAt?: string;
  countAt?: string;
  errorAt?: Readonly<{ code?: readonly string[]; message: readonly string[] }>;
  /** What else is to be said of a report. */
  also?: (reply: JsonObject, report: TaskReport) => TaskReport;
}> & Pick<TaskProtocol, "fileOf" | "content" | "filesNeedKey" | "sound">;

/** Makes a protocol of its table. */
export function tableProtocol(table: ProtocolTable): TaskProtocol {
  const { id, submit, idAt, idPrefix, refused, poll, fileOf, content, filesNeedKey, sound } = table;
  return {
    id, submit, poll,
    accepted(reply, call) {
      if (refused?.(reply)) return undefined;
      const found = textAt(reply, idAt);
      return found === undefined || found === "" ? undefined : { upstreamId: (idPrefix?.(call) ?? "") + found };
    },
    report: (reply) => readReport(table, reply),
    ...(fileOf && { fileOf }), ...(content && { content }), ...(filesNeedKey && { filesNeedKey }), ...(sound && { sound }),
  };
}

function readReport(table: ProtocolTable, reply: JsonObject): TaskReport | undefined {
  const word = textAt(reply, table.stateAt);
  if (word === undefined) return undefined;
  const state = table.states[word];
  const first = (paths: readonly string[] | undefined): string | undefined => paths?.map((path) => textAt(reply, path)).find((text) => text !== undefined && text !== "");
  const report: TaskReport = {
    state: state ?? "running",
    ...(state === undefined && { unknownWord: word }),
    progress: table.progressAt === undefined ? undefined : percent(at(reply, table.progressAt)),
    files: table.filesAt.flatMap((path) => filesIn(at(reply, path), table.fileKind ?? "video")),
    seconds: numberAt(reply, table.secondsAt),
    tokens: numberAt(reply, table.tokensAt),
    count: numberAt(reply, table.countAt),
    errorCode: first(table.errorAt?.code),
    errorMessage: first(table.errorAt?.message),
  };
  return table.also?.(reply, report) ?? report;
}

/** `45`, `"45%"` or 0.45 as a whole number of percent. */
export function percent(value: unknown): number | undefined {
  const number = typeof value === "string" ? Number.parseFloat(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number)) return undefined;
  const scaled = typeof value === "number" && value > 0 && value < 1 ? value * 100 : number;
  return Math.max(0, Math.min(100, Math.round(scaled)));
}

function numberAt(reply: JsonObject, path: string | undefined): number | undefined {
  const value = path === undefined ? undefined : at(reply, path);
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) && number >= 0 ? number : undefined;
}

const isAddress = (text: string): boolean => /^https?:\/\//i.test(text);

function filesIn(value: unknown, kind: TaskFile["kind"]): readonly TaskFile[] {
  if (typeof value === "string") return isAddress(value) ? [{ url: value, kind }] : [];
  if (Array.isArray(value)) return value.flatMap((entry: unknown) => filesIn(entry, kind));
  return typeof value === "object" && value !== null ? filesIn((value as JsonObject).url, kind) : [];
}
