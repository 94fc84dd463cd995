import { at, textAt } from "#relay/tasks/json-path.ts";
import { VEO_SECONDS, veoReport, veoWish } from "#relay/tasks/protocols/veo.ts";
import type { TaskCall, TaskProtocol, TaskRef } from "#relay/tasks/task-protocol.ts";
import type { TaskFile } from "#relay/tasks/task.ts";

/** A whole operation's name: below its model, below a project's place. */
const OPERATION = /^((?:[\w.:@-]+\/)+[\w.@-]+)\/operations\/[\w-]+$/;
/** Of Cloud Storage. */
const STORAGE = "storage.googleapis.com";
const INLINE = "bytesBase64Encoded";
/** The first two of the family are silent, and refuse to be told whether to sound. */
const isSilent = (model: string): boolean => /veo-[12]\b/.test(model);

/** Asked again for the file itself, for the vendor hands it out with the operation. */
const fetchOperation = ({ upstreamId }: Pick<TaskRef, "upstreamId">): TaskCall => ({
  method: "POST", path: `/v1/${OPERATION.exec(upstreamId)?.[1] ?? ""}:fetchPredictOperation`, json: { operationName: upstreamId }, filesIn: INLINE,
});

/**
 * @see Vertex AI, "Veo on Vertex AI API": an operation that is asked for by a call of its own, and whose answer holds
 * the files themselves, or says where in a bucket they lie. The bucket is the operator's matter, never a customer's.
 */
export const veoVertex: TaskProtocol = {
  id: "veo-vertex",
  filesNeedKey: true,
  filesHost: STORAGE,
  dataOnly: true,
  secondsUsual: VEO_SECONDS,
  sound: { name: "generateAudio", on: true, off: false, usual: true },
  submit(wish, model, bucket) {
    const { storageUri: _bucket, ...extra } = wish.extra;
    const own = { ...(!isSilent(model) && { generateAudio: true }), ...(bucket !== undefined && { storageUri: bucket }) };
    return { method: "POST", path: "/v1/{scope}publishers/google/models/{model}:predictLongRunning", json: veoWish({ ...wish, extra }, own) };
  },
  accepted(reply) {
    const name = textAt(reply, "name");
    return name === undefined || !OPERATION.test(name) || name.includes("..") ? undefined : { upstreamId: name };
  },
  poll: fetchOperation,
  report: (reply) => veoReport(reply, (response) => {
    const videos: readonly unknown[] = Array.isArray(at(response, "videos")) ? (at(response, "videos") as readonly unknown[]) : [];
    const files = videos.flatMap((video) => inBucket(textAt(video, "gcsUri")));
    const inline = videos.filter((video) => textAt(video, INLINE) !== undefined).length;
    return { files, count: files.length > 0 ? files.length : inline, reasons: at(response, "raiMediaFilteredReasons") };
  }),
  content: fetchOperation,
};

/** Where a bucket's file is had with the account's token. */
function inBucket(address: string | undefined): readonly TaskFile[] {
  const [, bucket, name] = /^gs:\/\/([a-z0-9][\w.-]+)\/(.+)$/.exec(address ?? "") ?? [];
  if (bucket === undefined || name === undefined) return [];
  return [{ url: `https://${STORAGE}/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}?alt=media`, kind: "video" }];
}
