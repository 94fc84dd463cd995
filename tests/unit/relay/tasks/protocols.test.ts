import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "#relay/providers/provider.ts";
import { speaksForm, taskProtocols } from "#relay/tasks/protocols/index.ts";
import type { TaskProtocolId, TaskWish } from "#relay/tasks/task.ts";
import { sharedDir } from "../../../support/shared.ts";

const REF = { upstreamId: "t1", kind: "video", action: "generate", upstreamModel: "m" } as const;
const wish = (over: Partial<TaskWish> = {}): TaskWish => ({
  form: "openai-videos", kind: "video", action: "generate", model: "m", prompt: "waves", seconds: 5, size: "1280x720", count: 1, images: [], uploads: [], extra: {}, native: {}, ...over });
const report = (id: TaskProtocolId, reply: JsonObject) => taskProtocols[id].report(reply, REF);

/** A reply in which a state's word stands where the vendor puts it. */
const SAYS: Readonly<Record<TaskProtocolId, (word: string) => JsonObject>> = {
  "openai-videos": (status) => ({ status }), "video-generations": (status) => ({ status }), kling: (task_status) => ({ code: 0, data: { task_status } }), vidu: (state) => ({ state }),
  "minimax-video": (status) => ({ status, base_resp: { status_code: 0 } }), "ark-task": (status) => ({ status }), "dashscope-task": (task_status) => ({ output: { task_status } }),
  jimeng: (status) => ({ code: 10_000, data: { status } }), veo: (word) => ({ name: "operations/1", done: word === "done" }), "veo-vertex": (word) => ({ name: "o/operations/1", done: word === "done" }), "xai-video": (status) => ({ status }), runway: (status) => ({ status }),
  luma: (state) => ({ state }), "mj-proxy": (status) => ({ status }), suno: (status) => ({ code: "success", data: { status } }),
  "openai-responses": (status) => ({ id: "resp_1", status }),
};

const WORDS: Readonly<Partial<Record<TaskProtocolId, Readonly<Record<string, string>>>>> = {
  "openai-videos": { queued: "queued", pending: "queued", in_progress: "running", processing: "running", completed: "succeeded", failed: "failed", cancelled: "cancelled" },
  "video-generations": { queued: "queued", processing: "running", succeeded: "succeeded", completed: "succeeded", failed: "failed", IN_PROGRESS: "running", SUCCESS: "succeeded", FAILURE: "failed" },
  kling: { submitted: "queued", processing: "running", succeed: "succeeded", failed: "failed" },
  vidu: { created: "queued", queueing: "queued", processing: "running", success: "succeeded", failed: "failed" },
  "minimax-video": { Preparing: "queued", Queueing: "queued", Processing: "running", Success: "succeeded", Fail: "failed" },
  "ark-task": { queued: "queued", pending: "queued", running: "running", processing: "running", succeeded: "succeeded", failed: "failed", cancelled: "cancelled", expired: "failed" },
  "dashscope-task": { PENDING: "queued", RUNNING: "running", SUCCEEDED: "succeeded", FAILED: "failed", CANCELED: "cancelled", UNKNOWN: "failed" },
  jimeng: { in_queue: "queued", generating: "running", done: "succeeded", not_found: "failed", expired: "failed" },
  "xai-video": { pending: "queued", queued: "queued", processing: "running", completed: "succeeded", done: "succeeded", failed: "failed", error: "failed" },
  runway: { PENDING: "queued", THROTTLED: "queued", RUNNING: "running", SUCCEEDED: "succeeded", FAILED: "failed", CANCELLED: "cancelled" },
  luma: { queued: "queued", dreaming: "running", completed: "succeeded", failed: "failed" },
  "mj-proxy": { NOT_START: "queued", SUBMITTED: "queued", IN_PROGRESS: "running", MODAL: "running", SUCCESS: "succeeded", FAILURE: "failed" },
  suno: { NOT_START: "queued", SUBMITTED: "queued", QUEUED: "queued", IN_PROGRESS: "running", SUCCESS: "succeeded", FAILURE: "failed" },
  "openai-responses": { queued: "queued", in_progress: "running", completed: "succeeded", incomplete: "succeeded", failed: "failed", cancelled: "cancelled" },
};

describe.each(Object.entries(WORDS) as [TaskProtocolId, Record<string, string>][])("%s", (id, words) => {
  test("each of its words is one of our states, and one that is not known means running", () => {
    for (const [word, state] of Object.entries(words)) expect([word, report(id, SAYS[id](word))?.state, report(id, SAYS[id](word))?.unknownWord]).toEqual([word, state, undefined]);
    expect(report(id, SAYS[id]("no-such-word"))).toMatchObject({ state: "running", unknownWord: "no-such-word" });
    expect(report(id, { unrelated: true })).toBeUndefined();
  });
});

test("an operation of Veo's is done, refused or made", () => {
  expect(report("veo", { name: "operations/1" })?.state).toBe("running");
  expect(report("veo", { name: "operations/1", done: true, error: { code: 3, message: "no" } })).toMatchObject({ state: "failed", errorMessage: "no" });
  expect(report("veo", { name: "operations/1", done: true, response: { generateVideoResponse: { raiMediaFilteredReasons: ["unsafe"] } } })).toMatchObject({ state: "failed", errorMessage: "unsafe" });
});

const OPERATION = "projects/p-1/locations/us-central1/publishers/google/models/veo-3.1-generate-001/operations/a1b0-7c8e";
const ended = (response: JsonObject) => report("veo-vertex", { name: OPERATION, done: true, response: { raiMediaFilteredCount: 0, ...response } });

test("an operation at Vertex is asked for by its name, and holds its films or says where they lie", () => {
  const vertex = taskProtocols["veo-vertex"], call = vertex.submit(wish({ extra: { storageUri: "gs://anybody", negativePrompt: "rain" } }), "veo-3.1-generate-001");
  expect([call.path, call.json]).toEqual(["/v1/{scope}publishers/google/models/{model}:predictLongRunning", {
    instances: [{ prompt: "waves" }], parameters: { durationSeconds: 5, aspectRatio: "16:9", resolution: "720p", generateAudio: true, negativePrompt: "rain" } }]);
  expect(vertex.submit(wish(), "veo-2.0-generate-001").json).not.toHaveProperty("parameters.generateAudio");
  expect(vertex.submit(wish({ extra: { generateAudio: false } }), "veo-3.1-generate-001").json).toHaveProperty("parameters.generateAudio", false);
  expect(vertex.submit(wish({ extra: { storageUri: "gs://anybody" } }), "veo-3.1-generate-001", "gs://films/shop").json).toHaveProperty("parameters.storageUri", "gs://films/shop");
  expect(vertex.accepted({ name: OPERATION }, call)).toEqual({ upstreamId: OPERATION });
  for (const name of ["operations/1", "../../x/operations/1", "a/../b/operations/1", "a//b/operations/1", "a/operations/1?x"]) expect([name, vertex.accepted({ name }, call)]).toEqual([name, undefined]);
  const poll = vertex.poll({ ...REF, upstreamId: OPERATION });
  expect([poll.method, poll.path, poll.json]).toEqual(["POST", "/v1/projects/p-1/locations/us-central1/publishers/google/models/veo-3.1-generate-001:fetchPredictOperation", { operationName: OPERATION }]);
  expect(report("veo-vertex", { name: OPERATION })?.state).toBe("running");
  expect(ended({ videos: [{ bytesBase64Encoded: "", mimeType: "video/mp4" }, { bytesBase64Encoded: "", mimeType: "video/mp4" }], raiMediaFilteredCount: 2 })).toMatchObject({ state: "succeeded", count: 2, files: [] });
  expect(ended({ videos: [{ gcsUri: "gs://films/2026/a b.mp4", mimeType: "video/mp4" }] })).toMatchObject({
    state: "succeeded", count: 1, files: [{ url: "https://storage.googleapis.com/storage/v1/b/films/o/2026%2Fa%20b.mp4?alt=media", kind: "video" }] });
  expect(ended({ raiMediaFilteredCount: 1, raiMediaFilteredReasons: ["It violates the guidelines."] })).toMatchObject({ state: "failed", errorCode: "content_policy_violation", errorMessage: "It violates the guidelines." });
  expect(report("veo-vertex", { name: OPERATION, done: true, error: { code: 3, message: "an output storage uri is required" } })).toMatchObject({ state: "failed", errorCode: "3" });
});


test.each<[TaskProtocolId, Partial<TaskWish>, string, JsonObject]>([
  ["kling", {}, "/v1/videos/text2video", { model_name: "up", prompt: "waves", duration: "5", aspect_ratio: "16:9" }],
  ["kling", { images: ["data:image/png;base64,AAAA"] }, "/v1/videos/image2video", { model_name: "up", prompt: "waves", duration: "5", aspect_ratio: "16:9", image: "AAAA" }],
  ["kling", { form: "kling", action: "motion-control", native: { image_url: "u", callback_url: "c" } }, "/v1/videos/motion-control", { image_url: "u", model_name: "up" }],
  ["vidu", { images: ["a", "b"] }, "/ent/v2/start-end2video", { model: "up", prompt: "waves", images: ["a", "b"], duration: 5, resolution: "720p" }],
  ["minimax-video", { resolution: "768p" }, "/video_generation", { model: "up", prompt: "waves", duration: 5, resolution: "768P" }],
  ["ark-task", {}, "/contents/generations/tasks", { model: "up", content: [{ type: "text", text: "waves" }], resolution: "720p", ratio: "16:9", duration: 5 }],
  ["dashscope-task", {}, "/services/aigc/video-generation/video-synthesis", { model: "up", input: { prompt: "waves" }, parameters: { size: "1280*720", duration: 5 } }],
  ["jimeng", { seconds: 10 }, "/?Action=CVSync2AsyncSubmitTask&Version=2022-08-31", { req_key: "up", prompt: "waves", seed: -1, aspect_ratio: "16:9", frames: 241 }],
  ["veo", {}, "/models/up:predictLongRunning", { instances: [{ prompt: "waves" }], parameters: { durationSeconds: 5, aspectRatio: "16:9", resolution: "720p" } }],
  ["xai-video", {}, "/videos/generations", { model: "up", prompt: "waves", duration: 5, aspect_ratio: "16:9", resolution: "720p" }],
  ["runway", { images: ["https://h/a.png"] }, "/v1/image_to_video", { model: "up", promptText: "waves", ratio: "1280:720", duration: 5, promptImage: "https://h/a.png" }],
  ["luma", { images: ["https://h/a.png"] }, "/dream-machine/v1/generations/video", {
    model: "up", prompt: "waves", aspect_ratio: "16:9", resolution: "720p", duration: "5s", keyframes: { frame0: { type: "image", url: "https://h/a.png" } } }],
  ["video-generations", { extra: { style: "x" } }, "/video/generations", { model: "up", prompt: "waves", duration: 5, size: "1280x720", width: 1280, height: 720, metadata: { style: "x" } }],
  ["openai-videos", { images: ["https://h/a.png"] }, "/videos", { model: "up", prompt: "waves", seconds: "5", size: "1280x720", input_reference: { image_url: "https://h/a.png" } }],
  ["mj-proxy", { form: "mj", action: "imagine", native: { prompt: "waves", notifyHook: "h" }, extra: { speed: "fast" } }, "/mj-fast/mj/submit/imagine", { prompt: "waves" }],
  ["suno", { form: "suno", action: "music", native: { prompt: "la", mv: "chirp-v4" } }, "/suno/submit/music", { prompt: "la", mv: "chirp-v4" }],
])("%s is asked in its own words (%#)", (id, over, at, json) => {
  const call = taskProtocols[id].submit(wish(over), "up");
  expect([call.method, call.path, call.json]).toEqual(["POST", at, json]);
});

test("a refusal inside a success takes nothing on", () => {
  const call = { method: "POST", path: "/v1/videos/text2video" } as const;
  expect(taskProtocols.kling.accepted({ code: 1_102, message: "no money", data: {} }, call)).toBeUndefined();
  expect(taskProtocols.kling.accepted({ code: 0, data: { task_id: 17 } }, call)).toEqual({ upstreamId: "text2video/17" });
  expect(taskProtocols.kling.poll({ ...REF, upstreamId: "text2video/17" }).path).toBe("/v1/videos/text2video/17");
  expect(taskProtocols["minimax-video"].accepted({ task_id: "", base_resp: { status_code: 1_008 } }, call)).toBeUndefined();
  expect(taskProtocols.suno.accepted({ code: "failed", data: "x" }, call)).toBeUndefined();
  expect(taskProtocols.jimeng.accepted({ code: 50_411, data: { task_id: "1" } }, call)).toBeUndefined();
  expect(taskProtocols["mj-proxy"].accepted({ code: 24, description: "banned", result: "1" }, call)).toBeUndefined();
  expect(taskProtocols["mj-proxy"].accepted({ code: 21, result: "7" }, call)).toMatchObject({ upstreamId: "7", existed: true });
  expect(taskProtocols["mj-proxy"].accepted({ code: 22, result: "8" }, call)).toMatchObject({ upstreamId: "8", told: { code: 22 } });
  expect(taskProtocols.veo.accepted({ name: "../../secret?x" }, call)).toBeUndefined();
});

test("pictures and songs of a form go to whoever speaks it, videos to anybody who makes them", () => {
  expect([speaksForm("mj", "mj-proxy"), speaksForm("mj", "kling"), speaksForm("suno", "suno"), speaksForm("kling", "vidu")]).toEqual([true, false, true, false]);
  expect([speaksForm("openai-videos", "veo"), speaksForm("video-generations", "kling"), speaksForm("openai-videos", "mj-proxy"), speaksForm("video-generations", "suno")]).toEqual([true, true, false, false]);
});

const shared = sharedDir();

describe.skipIf(!shared)("recordings", () => {
  const read = (vendor: string, name: RegExp): JsonObject[] => {
    const folder = path.join(shared!, "fixtures", vendor);
    const found = readdirSync(folder).filter((entry) => name.test(entry)).sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
    return found.map((entry) => JSON.parse(readFileSync(path.join(folder, entry, "response.json"), "utf8")) as JsonObject);
  };
  const call = { method: "POST", path: "/" } as const;

  test("xAI's video", () => {
    const replies = read("xai/video", /can-animate/);
    expect(taskProtocols["xai-video"].accepted(replies[0]!, call)).toEqual({ upstreamId: "c84748c1-5ec7-9c62-b013-dc6e71a83de7" });
    const reports = replies.slice(1).map((reply) => report("xai-video", reply));
    expect(reports.map((each) => each?.progress)).toEqual([18, 56, 94, 100]);
    expect(reports.at(-1)).toMatchObject({ state: "succeeded", seconds: 1, vendorCostNanoUsd: 50_000_000n, files: [{ kind: "video", url: expect.stringContaining("vidgen.x.ai") as unknown }] });
  });

  test("Veo's video", () => {
    const replies = read("google/video", /can-animate/);
    expect(taskProtocols.veo.accepted(replies[0]!, call)?.upstreamId).toMatch(/^models\/veo-3\.1-lite-generate-preview\/operations\//);
    expect(report("veo", replies.at(-1)!)).toMatchObject({ state: "succeeded", count: 1, files: [{ url: expect.stringContaining("/v1beta/files/") as unknown }] });
  });

  test("DashScope's tasks", () => {
    expect(read("alibaba/video", /./).map((reply) => taskProtocols["dashscope-task"].accepted(reply, call)?.upstreamId.length)).toEqual([36, 36, 36, 36]);
    const polled = read("alibaba/tasks", /./).map((reply) => report("dashscope-task", reply));
    expect(new Set(polled.map((each) => each?.state))).toEqual(new Set(["running", "succeeded"]));
    expect(polled.filter((each) => each?.state === "succeeded").every((each) => each!.files.length > 0)).toBe(true);
  });
});
