import type { RelayState, RequestContext } from "#relay/context.ts";
import { debugHeaders } from "#relay/debug-headers.ts";
import { RelayError } from "#relay/errors.ts";
import type { Route } from "#relay/http/routes.ts";
import type { JsonObject } from "#relay/providers/provider.ts";
import { sendRead } from "#relay/send.ts";
import { taskForms } from "#relay/tasks/forms/index.ts";
import { sunoTask } from "#relay/tasks/forms/suno.ts";
import { taskProtocols } from "#relay/tasks/protocols/index.ts";
import { streamFile } from "#relay/tasks/stream-file.ts";
import { submitTask } from "#relay/tasks/submit-task.ts";
import { addressed, callTaskVendor, type TaskVendor } from "#relay/tasks/task-call.ts";
import type { FileLink } from "#relay/tasks/task-form.ts";
import { isEnd } from "#relay/tasks/task-states.ts";
import type { TaskStore } from "#relay/tasks/task-store.ts";
import { vendorOfTask } from "#relay/tasks/task-vendor.ts";
import type { Task, TaskForm } from "#relay/tasks/task.ts";
import { authorize } from "#relay/upstream/authorize.ts";
import type { Caller } from "#snapshot/snapshot.ts";

export type TaskRoute = Extract<Route, { kind: "task" }>;

const IDS_BYTES_MAX = 64 * 1024;
const IDS_MAX = 100;
const LIST_MAX = 100, LIST_USUAL = 20;
const SEED_MS = 15_000;

/**
 * Long work: taken on, looked up, fetched, forgotten.
 * @throws RelayError
 */
export async function serveTask(state: RelayState, context: RequestContext, route: TaskRoute, caller: Caller): Promise<void> {
  const tasks = storeOf(state);
  const json = (body: unknown): void => sendRead(context, { status: 200, body: Buffer.from(JSON.stringify(body)), headers: debugHeaders(state, context) ?? {} });
  const { form, params } = route;
  const link = linker(state, context, tasks);
  switch (route.verb) {
    case "submit":
      return json(await submitTask(state, tasks, context, caller, { form, action: route.action ?? "generate", originId: params.id, speed: route.speed }));
    case "get":
      return json(taskForms[form].show(await findTask(tasks, params.id!, caller, form), link));
    case "list":
      return json(await listVideos(tasks, context, caller));
    case "many":
      return json(await showMany(tasks, context, caller, form, link));
    case "delete":
      return json(await removeVideo(tasks, params.id!, caller));
    case "seed":
      return json(await imageSeed(state, context, await findTask(tasks, params.id!, caller, form)));
    case "content":
      return sendContent(state, context, await findTask(tasks, params.id!, caller, form));
  }
}

/** A file by a link that the shop itself gave out: programs show pictures without a key. @throws RelayError */
export async function serveLinkedFile(state: RelayState, context: RequestContext, { params, form }: TaskRoute, proof: string): Promise<void> {
  const task = await storeOf(state).findByLink(params.id!, proof);
  if (!task) throw missing(params.id!, form);
  await sendContent(state, context, task);
}

function storeOf({ tasks }: RelayState): TaskStore {
  if (!tasks) throw new RelayError("unsupported_endpoint", "This shop takes no long work.");
  return tasks;
}

const missing = (id: string, form: TaskForm): RelayError =>
  new RelayError("not_found", `${form === "openai-videos" || form === "video-generations" ? "Video" : "Task"} with id '${id.slice(0, 100)}' not found.`, { param: "id" });

/** Both forms of video are the same tasks. */
const SAME: Readonly<Partial<Record<TaskForm, TaskForm>>> = { "openai-videos": "video-generations", "video-generations": "openai-videos" };

async function findTask(tasks: TaskStore, id: string, caller: Caller, form: TaskForm): Promise<Task> {
  const found = await tasks.find(id, caller.userId);
  if (!found || (found.form !== form && SAME[form] !== found.form)) throw missing(id, form);
  return found;
}

const linker = (state: RelayState, { inbound }: RequestContext, tasks: TaskStore): FileLink => fileLinks(state.publicUrl ?? `http://${inbound.headers.host ?? "localhost"}`, tasks);

/** Addresses of files below this one of the shop's. */
export const fileLinks = (base: string, tasks: Pick<TaskStore, "linkProof">): FileLink => ({ publicId, form }, index) => {
  const path = form === "mj" ? `/mj/image/${publicId}` : `/v1/videos/${publicId}/content`;
  return `${base.replace(/\/$/, "")}${path}?${index > 0 ? `index=${index}&` : ""}proof=${tasks.linkProof(publicId)}`;
};

async function listVideos(tasks: TaskStore, { inbound: { query } }: RequestContext, caller: Caller): Promise<JsonObject> {
  const asked = Number(query.get("limit") ?? LIST_USUAL);
  const limit = Number.isInteger(asked) ? Math.max(1, Math.min(LIST_MAX, asked)) : LIST_USUAL;
  const found = await tasks.list(caller.userId, { form: "openai-videos", limit: limit + 1, after: query.get("after") ?? undefined, ascending: query.get("order") === "asc" });
  const data = found.slice(0, limit).map((task) => taskForms["openai-videos"].show(task, () => ""));
  return { object: "list", data, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null, has_more: found.length > limit };
}

async function showMany(tasks: TaskStore, context: RequestContext, caller: Caller, form: TaskForm, link: FileLink): Promise<unknown> {
  const ids = await readIds(context);
  const found = (await tasks.findMany(ids, caller.userId)).filter((task) => task.form === form);
  if (form === "suno") return { code: "success", message: "", data: found.map((task) => sunoTask(task, link)) };
  return found.map((task) => taskForms[form].show(task, link));
}

/** @throws RelayError invalid_json, invalid_value */
async function readIds({ inbound }: RequestContext): Promise<readonly string[]> {
  let body: unknown;
  try {
    body = JSON.parse((await inbound.body(IDS_BYTES_MAX)).toString("utf8"));
  } catch (error) {
    if (error instanceof RelayError) throw error;
    throw new RelayError("invalid_json", "The request body is not valid JSON.");
  }
  const { ids } = (body ?? {}) as Readonly<{ ids?: unknown }>;
  if (!Array.isArray(ids) || ids.length > IDS_MAX || !ids.every((id) => typeof id === "string" || typeof id === "number")) {
    throw new RelayError("invalid_value", `Invalid value for 'ids': expected at most ${IDS_MAX} ids.`, { param: "ids" });
  }
  return ids.map(String);
}

async function removeVideo(tasks: TaskStore, id: string, caller: Caller): Promise<JsonObject> {
  const task = await findTask(tasks, id, caller, "openai-videos");
  if (!isEnd(task.state)) throw new RelayError("invalid_value", "A video that is still being made cannot be deleted.", { param: "id" });
  await tasks.remove(id, caller.userId);
  return { id, object: "video.deleted", deleted: true };
}

/** The one thing that the vendor alone knows and no poll tells. */
async function imageSeed(state: RelayState, context: RequestContext, task: Task): Promise<JsonObject> {
  const vendor = vendorOfTask(context.snapshot.channels.get(task.channelId ?? ""), task);
  if (!vendor || task.upstreamId === undefined || task.state !== "succeeded") throw new RelayError("invalid_value", "The picture is not ready.");
  const answer = await callTaskVendor(state, vendor, { method: "GET", path: `/mj/task/${encodeURIComponent(task.upstreamId)}/image-seed` }, SEED_MS);
  if (answer.kind !== "answer" || answer.status >= 300 || answer.json?.result === undefined) throw new RelayError("bad_upstream_response", "The seed could not be asked for.");
  return { code: answer.json.code ?? 1, description: answer.json.description ?? "", result: answer.json.result };
}

async function sendContent(state: RelayState, context: RequestContext, task: Task): Promise<void> {
  if (task.state !== "succeeded") throw new RelayError("not_found", isEnd(task.state) ? "There is no file: it could not be made." : "The file is not ready yet.");
  const { inbound, snapshot } = context;
  const vendor = vendorOfTask(snapshot.channels.get(task.channelId ?? ""), task);
  const protocol = task.protocol && taskProtocols[task.protocol];
  const range = inbound.headers.range;
  const extra = { "accept-encoding": "identity", accept: "*/*", ...(range !== undefined && { range }) };
  const file = fileOf(task, inbound.query);
  if (file !== undefined) {
    const plain = { method: "GET" as const, url: new URL(file), headers: extra, body: [], connectMs: CONNECT_MS };
    const keyed = protocol?.filesNeedKey && vendor ? { ...plain, headers: { ...extra, ...(await proofOf(state, vendor)) } } : plain;
    // An address of the vendor's choice is a stranger's, unless it is the vendor itself: that is reached as its calls are.
    const own = vendor !== undefined && isVendors(vendor, plain.url, protocol?.filesHost);
    return streamFile(state, context, own ? state.transport : state.downloads ?? state.transport, own ? { ...keyed, proxy: vendor.settings.proxy } : keyed);
  }
  if (!vendor || !protocol?.content || task.upstreamId === undefined) throw new RelayError("not_found", "There is no file to this task.");
  const call = protocol.content({ ...task, upstreamId: task.upstreamId }, inbound.query.get("variant") ?? undefined);
  const inside = call.filesIn === undefined ? undefined : { member: call.filesIn, index: indexOf(inbound.query) };
  return streamFile(state, context, state.transport, addressed(vendor, call, state.clock.now(), await proofOf(state, vendor), inside ? {} : extra), inside);
}

/** @throws RelayError bad_upstream_response */
async function proofOf({ accessTokens }: RelayState, vendor: TaskVendor): Promise<Readonly<Record<string, string>>> {
  try {
    return (await authorize(accessTokens, vendor)).headers;
  } catch (cause) {
    throw new RelayError("bad_upstream_response", "The file could not be fetched.", { cause });
  }
}

const isVendors = ({ baseUrl, provider }: TaskVendor, { host }: URL, filesHost: string | undefined): boolean =>
  host === filesHost || host === URL.parse(baseUrl ?? provider.baseUrl ?? "")?.host;

const indexOf = (query: URLSearchParams): number => Number(query.get("index") ?? 0);

const CONNECT_MS = 10_000;

/** @throws RelayError not_found */
function fileOf({ content: { files = [] } }: Task, query: URLSearchParams): string | undefined {
  if (files.length === 0) return undefined;
  const wanted = query.get("variant") === "thumbnail" ? files.findIndex(({ kind }) => kind === "thumbnail") : indexOf(query);
  const file = files[wanted];
  if (!file || !URL.canParse(file.url)) throw new RelayError("not_found", "There is no such file to this task.");
  return file.url;
}
