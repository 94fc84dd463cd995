import type { JsonObject } from "#relay/providers/provider.ts";
import { at, defined, textAt } from "#relay/tasks/json-path.ts";
import { ratioOf, resolutionOf } from "#relay/tasks/quantities.ts";
import type { TaskProtocol, TaskReport } from "#relay/tasks/task-protocol.ts";
import type { TaskFile } from "#relay/tasks/task.ts";
import { dataOf, imagesOf } from "#relay/tasks/wish-images.ts";

const picture = (url: string | undefined): JsonObject | undefined => {
  const data = url === undefined ? undefined : dataOf(url);
  return data && { bytesBase64Encoded: data.base64, mimeType: data.type };
};

/** @see Gemini API, "Generate videos with Veo": a long-running operation, whose files want the key. */
export const veo: TaskProtocol = {
  id: "veo",
  filesNeedKey: true,
  submit(wish, model) {
    const [first, last] = imagesOf(wish);
    const parameters = defined({
      durationSeconds: wish.seconds, aspectRatio: wish.ratio ?? ratioOf(wish.size), resolution: resolutionOf(wish.resolution, wish.size),
      sampleCount: wish.count > 1 ? wish.count : undefined, seed: wish.seed, ...wish.extra,
    });
    return {
      method: "POST", path: `/models/${encodeURIComponent(model.replace(/^models\//, ""))}:predictLongRunning`,
      json: { instances: [defined({ prompt: wish.prompt, image: picture(first), lastFrame: picture(last) })], parameters },
    };
  },
  accepted(reply) {
    const name = textAt(reply, "name");
    return name === undefined || !/^[\w./-]+$/.test(name) ? undefined : { upstreamId: name };
  },
  poll: ({ upstreamId }) => ({ method: "GET", path: `/${upstreamId}` }),
  report(reply): TaskReport | undefined {
    if (textAt(reply, "name") === undefined) return undefined;
    if (reply.done !== true) return { state: "running", files: [] };
    const error = textAt(reply, "error.message");
    if (error !== undefined) return { state: "failed", files: [], errorCode: textAt(reply, "error.status") ?? textAt(reply, "error.code"), errorMessage: error };
    const files = filesOf(reply);
    if (files.length > 0) return { state: "succeeded", files, count: files.length };
    return { state: "failed", files, errorCode: "content_policy_violation", errorMessage: textAt(reply, "response.generateVideoResponse.raiMediaFilteredReasons.0") ?? "Nothing was made." };
  },
};

function filesOf(reply: JsonObject): readonly TaskFile[] {
  const made = at(reply, "response.generateVideoResponse");
  const samples = at(made, "generatedSamples") ?? at(made, "generatedVideos");
  if (!Array.isArray(samples)) return [];
  return samples.flatMap((sample: unknown) => {
    const url = textAt(sample, "video.uri");
    return url === undefined ? [] : [{ url, kind: "video" as const }];
  });
}
