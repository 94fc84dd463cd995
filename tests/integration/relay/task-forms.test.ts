import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { PriceDocument } from "#money/price.ts";
import { KEY } from "./shop.ts";
import { LATER_MS, openTaskWorld, type Customer, type ShopOver, type TaskWorld } from "./task-shop.ts";

const USD = 1_000_000_000n;
/** $0.10 a call. */
const PER_CALL = { items: { request: "100000000000" } };

let world: TaskWorld;
beforeAll(async () => { world = await openTaskWorld(); });
afterAll(() => world.close());
beforeEach(() => world.reset());

type Call = (path: string, body?: object, key?: string) => Promise<{ status: number; json: Record<string, never> }>;

async function setUp(over: ShopOver, price: PriceDocument = PER_CALL): Promise<Readonly<{ customer: Customer; call: Call; url: string }>> {
  const customer = await world.customer(1);
  const { url } = await world.open(customer, await world.sell(price), over);
  const call: Call = async (path, body, key = KEY) => {
    const answer = await fetch(`${url}${path}`, { method: body ? "POST" : "GET", headers: { "mj-api-secret": key, "content-type": "application/json" }, ...(body && { body: JSON.stringify(body) }) });
    return { status: answer.status, json: (await answer.json()) as Record<string, never> };
  };
  return { customer, call, url };
}

const midjourney = (model = "mj_imagine"): Promise<Awaited<ReturnType<typeof setUp>>> => setUp({ provider: "midjourney-proxy", model });

test("a picture from prompt to file in the words of Midjourney's clients", async () => {
  const { customer, call } = await midjourney();
  let status = "IN_PROGRESS";
  world.vendor.answer = ({ method, path }) => {
    if (method === "POST") return { json: { code: 1, description: "ok", result: "777", properties: { queue: 1 } } };
    if (path.endsWith(".png")) return { bytes: Buffer.from("PNG") };
    return { json: { id: "777", status, progress: "45%", imageUrl: status === "SUCCESS" ? `${world.vendor.url}/file.png` : "", buttons: [{ customId: "U1" }], promptEn: "cat" } };
  };
  const made = await call("/mj/submit/imagine", { prompt: "cat", notifyHook: "https://example.com" });
  expect(made.json).toMatchObject({ code: 1, result: expect.stringMatching(/^[1-9]\d{15}$/) as unknown });
  const id = String(made.json.result);
  expect(world.vendor.calls[0]).toMatchObject({ path: "/mj/submit/imagine", json: { prompt: "cat" } });
  expect(world.vendor.calls[0]!.json.notifyHook).toBeUndefined();
  await world.poll(LATER_MS);
  expect((await call(`/mj/task/${id}/fetch`)).json).toMatchObject({ id, action: "IMAGINE", status: "IN_PROGRESS", progress: "45%", imageUrl: "", prompt: "cat" });
  status = "SUCCESS";
  await world.poll(2 * LATER_MS);
  const shown = (await call(`/mj/task/${id}/fetch`)).json;
  expect(shown).toMatchObject({ status: "SUCCESS", progress: "100%", buttons: [{ customId: "U1" }], failReason: "" });
  expect(await (await fetch(shown.imageUrl!)).text()).toBe("PNG");
  expect((await call("/mj/task/list-by-condition", { ids: [id, "1"] })).json).toMatchObject([{ id, status: "SUCCESS" }]);
  world.vendor.answer = ({ path }) => (path === "/mj/task/777/image-seed" ? { json: { code: 1, description: "ok", result: "424242", secret: "no" } } : { status: 404 });
  expect((await call(`/mj/task/${id}/image-seed`)).json).toEqual({ code: 1, description: "ok", result: "424242" });
  world.vendor.answer = () => ({ status: 500 });
  expect((await call(`/mj/task/${id}/image-seed`)).status).toBe(502);
  expect(await world.charges(customer)).toMatchObject([{ charge: USD / 10n, outcome: "ok" }]);
  // It was read when it had succeeded: a word that comes late finds an end.
  status = "FAILURE";
  expect(await world.poll(3 * LATER_MS)).toBe(0);
  await world.expectSound();
});

test("a job that is there already is given again and not charged again", async () => {
  const { customer, call } = await midjourney("mj_action");
  await world.reset();
  const imagine = await world.open(customer, await world.sell(PER_CALL), { provider: "midjourney-proxy", model: "mj_imagine" });
  world.vendor.answer = ({ method }) => (method === "POST" ? { json: { code: world.vendor.calls.length === 1 ? 1 : 21, description: "there", result: "888" } } : { json: { status: "SUCCESS", imageUrl: "https://h/x.png" } });
  const ask = async (): Promise<Record<string, unknown>> => (await (await fetch(`${imagine.url}/mj-fast/mj/submit/imagine`, {
    method: "POST", headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" }, body: JSON.stringify({ prompt: "dog" }) })).json()) as Record<string, unknown>;
  const first = await ask(), again = await ask();
  expect(world.vendor.calls[0]!.path).toBe("/mj-fast/mj/submit/imagine");
  expect(again).toMatchObject({ code: 21, result: first.result });
  expect(await world.wallet(customer)).toEqual({ paid: USD, leased: USD / 10n });
  await world.poll(LATER_MS);
  expect((await world.charges(customer)).map(({ charge }) => charge).sort()).toEqual([0n, USD / 10n]);
  expect(await world.wallet(customer)).toEqual({ paid: USD - USD / 10n, leased: 0n });
  expect((await call("/mj/submit/action", { taskId: "1", customId: "U1" })).status).toBe(404);
  await world.expectSound();
});

test("a word that is forbidden is refused, and a failure gives all back", async () => {
  const { customer, call } = await midjourney();
  world.vendor.answer = () => ({ json: { code: 24, description: "banned prompt" } });
  const refused = await call("/mj/submit/imagine", { prompt: "x" });
  expect([refused.status, refused.json.code]).toEqual([400, 4]);
  world.vendor.answer = ({ method }) => (method === "POST" ? { json: { code: 22, description: "queued", result: "1" } } : { json: { status: "FAILURE", failReason: "timed out" } });
  const made = await call("/mj/submit/imagine", { prompt: "x" });
  expect(made.json).toMatchObject({ code: 22, description: "queued" });
  await world.poll(LATER_MS);
  await world.poll(2 * LATER_MS);
  expect((await call(`/mj/task/${String(made.json.result)}/fetch`)).json).toMatchObject({ status: "FAILURE", failReason: "timed out" });
  expect(await world.wallet(customer)).toEqual({ paid: USD, leased: 0n });
  expect(await world.states(customer)).toEqual(["failed", "failed"]);
  expect((await call("/mj/submit/imagine", { prompt: "x" }, "sk-wrong-key-00000000000000000000000000")).json).toMatchObject({ code: 4, type: "key_invalid" });
  expect((await call("/mj/submit/describe-nothing", {})).status).toBe(404);
  await world.expectSound();
});

test("songs in the words of Suno's clients", async () => {
  const { customer, call } = await setUp({ provider: "suno", model: "suno_music" });
  world.vendor.answer = ({ method, path }) => {
    if (method === "POST") return { json: { code: "success", message: "", data: "vendor-id" } };
    if (path.endsWith(".mp3")) return { bytes: Buffer.from("MP3") };
    return { json: { code: "success", data: { status: "SUCCESS", progress: "100%", data: [{ id: "c1", title: "Waves", audio_url: `${world.vendor.url}/a.mp3`, lyric: "la" }] } } };
  };
  const made = await call("/suno/submit/music", { prompt: "la la", mv: "chirp-v4", notify_hook: "https://example.com" });
  expect(made.json).toEqual({ code: "success", message: "", data: expect.stringMatching(/^suno_/) as unknown });
  expect(world.vendor.calls[0]).toMatchObject({ path: "/suno/submit/music", json: { prompt: "la la", mv: "chirp-v4" } });
  await world.poll(LATER_MS);
  const { json } = await call(`/suno/fetch/${String(made.json.data)}`);
  expect(json).toMatchObject({ code: "success", data: { task_id: made.json.data, action: "MUSIC", status: "SUCCESS", progress: "100%", data: [{ title: "Waves", lyric: "la" }] } });
  const [song] = (json.data as unknown as { data: { audio_url: string }[] }).data;
  expect(song!.audio_url).not.toContain(world.vendor.url);
  expect(await (await fetch(song!.audio_url)).text()).toBe("MP3");
  expect((await call("/suno/fetch", { ids: [made.json.data] })).json).toMatchObject({ code: "success", data: [{ status: "SUCCESS" }] });
  expect(await world.charges(customer)).toMatchObject([{ charge: USD / 10n }]);
  expect((await call("/suno/submit/lyrics", {})).json).toMatchObject({ code: "missing_required_parameter", data: null });
});

test("Kling's own form passes to Kling, and OpenAI's is put into its words", async () => {
  const { call, url } = await setUp({ provider: "kling", model: "kling-v2" });
  world.vendor.answer = ({ method }) => ({
    json: { code: 0, message: "SUCCEED", data: method === "POST" ? { task_id: "k1", task_status: "submitted" } : { task_status: "succeed", task_result: { videos: [{ id: "v", url: "https://h/v.mp4", duration: "5.1" }] } } },
  });
  const made = await call("/kling/v1/videos/text2video", { model_name: "kling-v2", prompt: "waves", mode: "pro", camera_control: { type: "simple" } });
  expect(made.json).toMatchObject({ code: 0, data: { task_status: "submitted" } });
  const { task_id: id } = made.json.data as unknown as { task_id: string };
  expect(world.vendor.calls[0]).toMatchObject({ path: "/v1/videos/text2video", json: { model_name: "up-model", mode: "pro", camera_control: { type: "simple" } } });
  await world.poll(LATER_MS);
  expect(world.vendor.calls.at(-1)!.path).toBe("/v1/videos/text2video/k1");
  expect((await call(`/kling/v1/videos/text2video/${id}`)).json).toMatchObject({ data: { task_status: "succeed", task_result: { videos: [{ duration: "5.1", url: expect.stringContaining(url) as unknown }] } } });
  const posted = await fetch(`${url}/v1/videos`, {
    method: "POST", headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" }, body: JSON.stringify({ model: "kling-v2", prompt: "hills", seconds: "5", size: "720x1280" }) });
  expect(posted.status).toBe(200);
  expect(world.vendor.calls.at(-1)).toMatchObject({ path: "/v1/videos/text2video", json: { model_name: "up-model", prompt: "hills", duration: "5", aspect_ratio: "9:16" } });
  expect((await call("/kling/v1/videos/no-such-kind", {})).status).toBe(404);
});

test("a video is paid for as it sounds, and what is held covers both", async () => {
  // $0.02 a second silent, $0.05 with sound.
  const { customer, call } = await setUp({ provider: "kling", model: "kling-v2" }, { items: { "video_ms:std-silent": "20000000", "video_ms:std-sound": "50000000" } });
  world.vendor.answer = ({ method }) => ({
    json: { code: 0, message: "SUCCEED", data: method === "POST" ? { task_id: `k${world.vendor.calls.length}`, task_status: "submitted" } : { task_status: "succeed", task_result: { videos: [{ id: "v", url: "https://h/v.mp4", duration: "5" }] } } },
  });
  const order = (more: object) => call("/v1/videos", { model: "kling-v2", prompt: "waves", seconds: "5", resolution: "std", ...more });
  expect((await order({})).status).toBe(200);
  expect((await world.wallet(customer)).leased).toBe(250_000_000n);
  expect((await order({ sound: true })).status).toBe(200);
  expect((await order({ metadata: { generate_audio: false } })).status).toBe(200);
  expect(world.vendor.calls.map(({ json }) => [json.mode, json.sound, json.generate_audio])).toEqual([["std", undefined, undefined], ["std", "on", undefined], ["std", "off", undefined]]);
  expect((await order({ sound: true, metadata: { generate_audio: false } })).json).toMatchObject({ error: { code: "invalid_value", param: "generate_audio" } });
  await world.poll(LATER_MS);
  expect((await world.charges(customer)).map(({ charge }) => charge).sort()).toEqual([100_000_000n, 100_000_000n, 250_000_000n]);
  await world.expectSound();
});
