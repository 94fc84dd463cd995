import type { TaskVerb } from "#relay/http/routes.ts";
import { KLING_ACTIONS } from "#relay/tasks/forms/kling.ts";
import { MJ_ACTIONS } from "#relay/tasks/forms/mj.ts";
import { SUNO_ACTIONS } from "#relay/tasks/forms/suno.ts";
import type { TaskForm } from "#relay/tasks/task.ts";

type How = Readonly<{ verb: TaskVerb; action?: string; speed?: string }>;

/** What an address of long work is about, by the methods that it takes. */
export type TaskTarget = Readonly<{ form: TaskForm; id?: string; methods: Readonly<Partial<Record<"GET" | "POST" | "DELETE", How>>> }>;

const ID = "([\\w-]{1,80})";

/** @param rest behind `/v1/` */
export function findVideo(rest: string): TaskTarget | undefined {
  if (rest === "videos") return { form: "openai-videos", methods: { POST: { verb: "submit", action: "generate" }, GET: { verb: "list" } } };
  if (rest === "video/generations") return { form: "video-generations", methods: { POST: { verb: "submit", action: "generate" } } };
  const [, root, id, part] = VIDEO.exec(rest) ?? [];
  if (id === undefined) return undefined;
  if (root === "video/generations") return part === undefined ? { form: "video-generations", id, methods: { GET: { verb: "get" } } } : undefined;
  if (part === undefined) return { form: "openai-videos", id, methods: { GET: { verb: "get" }, DELETE: { verb: "delete" } } };
  if (part === "content") return { form: "openai-videos", id, methods: { GET: { verb: "content" } } };
  return part === "remix" ? { form: "openai-videos", id, methods: { POST: { verb: "submit", action: "remix" } } } : undefined;
}

const VIDEO = new RegExp(`^(videos|video/generations)/${ID}(?:/([a-z]+))?$`);

/** `/mj-fast/mj/submit/imagine`, with or without the second part. */
export function findMidjourney(path: string): TaskTarget | undefined {
  const [, speed, rest = ""] = /^\/mj(?:-(fast|turbo|relax))?(?:\/mj)?\/(.+)$/.exec(path) ?? [];
  const submit = /^submit\/([a-z-]+)$/.exec(rest)?.[1];
  if (submit !== undefined) {
    return MJ_ACTIONS.has(submit) ? { form: "mj", methods: { POST: { verb: "submit", action: submit, ...(speed !== undefined && { speed }) } } } : undefined;
  }
  if (rest === "task/list-by-condition") return { form: "mj", methods: { POST: { verb: "many" } } };
  const [, id, part] = MJ_TASK.exec(rest) ?? [];
  if (id !== undefined) return { form: "mj", id, methods: { GET: { verb: part === "fetch" ? "get" : "seed" } } };
  const image = MJ_IMAGE.exec(rest)?.[1];
  return image === undefined ? undefined : { form: "mj", id: image, methods: { GET: { verb: "content" } } };
}

const MJ_TASK = new RegExp(`^task/${ID}/(fetch|image-seed)$`);
const MJ_IMAGE = new RegExp(`^image/${ID}$`);

export function findSuno(path: string): TaskTarget | undefined {
  const submit = /^\/suno\/submit\/([a-z]+)$/i.exec(path)?.[1]?.toLowerCase();
  if (submit !== undefined) return SUNO_ACTIONS.has(submit) ? { form: "suno", methods: { POST: { verb: "submit", action: submit } } } : undefined;
  if (path === "/suno/fetch") return { form: "suno", methods: { POST: { verb: "many" } } };
  const id = SUNO_TASK.exec(path)?.[1];
  return id === undefined ? undefined : { form: "suno", id, methods: { GET: { verb: "get" } } };
}

const SUNO_TASK = new RegExp(`^/suno/fetch/${ID}$`);

export function findKling(path: string): TaskTarget | undefined {
  const [, action = "", id] = KLING.exec(path) ?? [];
  if (!KLING_ACTIONS.has(action)) return undefined;
  return id === undefined ? { form: "kling", methods: { POST: { verb: "submit", action } } } : { form: "kling", id, methods: { GET: { verb: "get" } } };
}

const KLING = new RegExp(`^/kling/v1/videos/([a-z0-9-]+)(?:/${ID})?$`);
