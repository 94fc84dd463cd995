import type { JsonObject } from "#relay/providers/provider.ts";
import { at } from "#relay/tasks/json-path.ts";
import { tableProtocol } from "#relay/tasks/task-protocol.ts";
import type { TaskFile } from "#relay/tasks/task.ts";

/** The form in which relays resell Suno's songs. */
export const suno = tableProtocol({
  id: "suno",
  submit(wish) {
    const { notify_hook: _hook, ...native } = wish.native;
    return { method: "POST", path: `/suno/submit/${wish.action}`, json: native };
  },
  idAt: "data",
  refused: ({ code }) => code !== "success",
  poll: ({ upstreamId }) => ({ method: "GET", path: `/suno/fetch/${encodeURIComponent(upstreamId)}` }),
  stateAt: "data.status",
  states: { NOT_START: "queued", SUBMITTED: "queued", QUEUED: "queued", IN_PROGRESS: "running", SUCCESS: "succeeded", FAILURE: "failed" },
  filesAt: [],
  progressAt: "data.progress",
  errorAt: { message: ["data.fail_reason"] },
  also: (reply, report) => ({ ...report, files: songsOf(reply), told: (reply.data as JsonObject | undefined) ?? {} }),
});

const FILES = [["audio_url", "audio"], ["video_url", "video"], ["image_url", "image"], ["image_large_url", "image"]] as const;

/** Lyrics are words: nothing to be fetched. */
function songsOf(reply: JsonObject): readonly TaskFile[] {
  const songs = at(reply, "data.data");
  if (!Array.isArray(songs)) return [];
  return songs.flatMap((song: unknown) => FILES.flatMap(([name, kind]) => {
    const url = at(song, name);
    return typeof url === "string" && /^https?:/i.test(url) ? [{ url, kind }] : [];
  }));
}
