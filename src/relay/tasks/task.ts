import type { TokensMost } from "#relay/tasks/text-made.ts";
import type { JsonObject } from "#relay/providers/provider.ts";

/** Where a task stands. The last four are ends, and an end is an end. */
export type TaskState = "queued" | "submitted" | "submitted_unknown" | "running" | "succeeded" | "failed" | "cancelled" | "expired";
export type EndState = "succeeded" | "failed" | "cancelled" | "expired";
export type TaskKind = "video" | "music" | "image" | "text";
/** How its owner speaks of it. */
export type TaskForm = "openai-videos" | "video-generations" | "mj" | "suno" | "kling" | "responses";
/** How its vendor speaks of it. */
export type TaskProtocolId =
  | "openai-videos" | "video-generations" | "kling" | "vidu" | "minimax-video" | "ark-task" | "dashscope-task" | "jimeng" | "veo" | "veo-vertex" | "xai-video" | "runway" | "luma" | "mj-proxy" | "suno" | "openai-responses";

/** A file that the client sent along. */
export type Upload = Readonly<{ name: string; filename: string; type: string; bytes: Buffer }>;

/** What a customer wants, in nobody's words; what is undefined is left to the vendor. */
export type TaskWish = Readonly<{
  form: TaskForm;
  kind: TaskKind;
  /** What of the form's several addresses was called: `generate`, `remix`, `imagine`, `music`, `text2video` … */
  action: string;
  /** As the client names it. */
  model: string;
  prompt?: string | undefined;
  seconds?: number | undefined;
  /** `1280x720`. */
  size?: string | undefined;
  /** `720p`. */
  resolution?: string | undefined;
  /** `16:9`. */
  ratio?: string | undefined;
  seed?: number | undefined;
  /** With sound or without. */
  sound?: boolean | undefined;
  /** How many are to be made. */
  count: number;
  /** Addresses or `data:` URLs, the first frame first. */
  images: readonly string[];
  uploads: readonly Upload[];
  /** The vendor's own parameters, as the client gives them. */
  extra: JsonObject;
  /** The body as it came: passes where the vendor speaks the same. */
  native: JsonObject;
  /** The task that this one goes on from. */
  origin?: TaskOrigin | undefined;
  /** Called at each change of state. */
  notifyHook?: string | undefined;
}>;

/** Who made what is gone on from: nobody else has it. */
export type TaskOrigin = Readonly<{ publicId: string; upstreamId: string; channelId: string; credential?: string | undefined; content: TaskContent }>;

/** One thing that was made. */
export type TaskFile = Readonly<{ url: string; kind: "video" | "image" | "audio" | "thumbnail" }>;

/** What is kept of the words: sealed, and nobody's but the owner's. */
export type TaskContent = Readonly<{
  prompt?: string | undefined;
  seconds?: number | undefined;
  size?: string | undefined;
  resolution?: string | undefined;
  sound?: boolean | undefined;
  count: number;
  originId?: string | undefined;
  notifyHook?: string | undefined;
  files?: readonly TaskFile[];
  /** Of a text: what it can have taken at most. */
  most?: TokensMost | undefined;
  /** The vendor's own last word, for forms that pass it on. */
  told?: JsonObject | undefined;
}>;

/** A task as its row says it. */
export type Task = Readonly<{
  id: string;
  publicId: string;
  userId: string;
  model: string;
  form: TaskForm;
  kind: TaskKind;
  action: string;
  protocol?: TaskProtocolId | undefined;
  channelId?: string | undefined;
  credential?: string | undefined;
  upstreamModel?: string | undefined;
  upstreamId?: string | undefined;
  state: TaskState;
  progress: number;
  content: TaskContent;
  errorCode?: string | undefined;
  errorMessage?: string | undefined;
  polls: number;
  faults: number;
  createdAtMs: number;
  submittedAtMs?: number | undefined;
  startedAtMs?: number | undefined;
  finishedAtMs?: number | undefined;
  deadlineAtMs: number;
}>;
