import type { JsonObject } from "#relay/providers/provider.ts";
import { at, defined, textAt } from "#relay/tasks/json-path.ts";
import { ratioOf, resolutionOf } from "#relay/tasks/quantities.ts";
import type { TaskProtocol, TaskReport } from "#relay/tasks/task-protocol.ts";
import type { TaskFile, TaskWish } from "#relay/tasks/task.ts";
import { dataOf, imagesOf } from "#relay/tasks/wish-images.ts";

const picture = (url: string | undefined): JsonObject | undefined => {
  const data = url === undefined ? undefined : dataOf(url);
  return data && { bytesBase64Encoded: data.base64, mimeType: data.type };
};

/** What the model makes where nobody says how long. */
export const VEO_SECONDS = 8;

/**
 * What is wanted, in the words that all hosts of the model have.
 *
 * @param own parameters of this host alone
 */
export function veoWish(wish: TaskWish, own: JsonObject = {}): JsonObject {
  const [first, last] = imagesOf(wish);
  const parameters = defined({
    durationSeconds: wish.seconds, aspectRatio: wish.ratio ?? ratioOf(wish.size), resolution: resolutionOf(wish.resolution, wish.size),
    sampleCount: wish.count > 1 ? wish.count : undefined, seed: wish.seed, ...own, ...wish.extra,
  });
  return { instances: [defined({ prompt: wish.prompt, image: picture(first), lastFrame: picture(last) })], parameters };
}

/** How an operation stands, and what came of it. @param made reads the vendor's own list of what was made */
export function veoReport(reply: JsonObject, made: (response: unknown) => Readonly<{ files: readonly TaskFile[]; count: number; reasons: unknown }>): TaskReport | undefined {
  if (textAt(reply, "name") === undefined) return undefined;
  if (reply.done !== true) return { state: "running", files: [] };
  const error = textAt(reply, "error.message");
  if (error !== undefined) return { state: "failed", files: [], errorCode: textAt(reply, "error.status") ?? textAt(reply, "error.code"), errorMessage: error };
  const { files, count, reasons } = made(reply.response);
  // What was made and then held back is not there, and not paid for.
  if (count > 0) return { state: "succeeded", files, count };
  return { state: "failed", files, errorCode: "content_policy_violation", errorMessage: textAt(reasons, "0") ?? "Nothing was made." };
}

/** @see Gemini API, "Generate videos with Veo": a long-running operation, whose files want the key. */
export const veo: TaskProtocol = {
  id: "veo",
  filesNeedKey: true,
  dataOnly: true,
  secondsUsual: VEO_SECONDS,
  // Nobody can have it without.
  sound: { usual: true },
  submit: (wish, model) => ({ method: "POST", path: `/models/${encodeURIComponent(model.replace(/^models\//, ""))}:predictLongRunning`, json: veoWish(wish) }),
  accepted(reply) {
    const name = textAt(reply, "name");
    return name === undefined || !/^[\w./-]+$/.test(name) ? undefined : { upstreamId: name };
  },
  poll: ({ upstreamId }) => ({ method: "GET", path: `/${upstreamId}` }),
  report: (reply) => veoReport(reply, (response) => {
    const made = at(response, "generateVideoResponse"), files = filesOf(made);
    return { files, count: files.length, reasons: at(made, "raiMediaFilteredReasons") };
  }),
};

function filesOf(made: unknown): readonly TaskFile[] {
  const samples = at(made, "generatedSamples") ?? at(made, "generatedVideos");
  if (!Array.isArray(samples)) return [];
  return samples.flatMap((sample: unknown) => {
    const url = textAt(sample, "video.uri");
    return url === undefined ? [] : [{ url, kind: "video" as const }];
  });
}
