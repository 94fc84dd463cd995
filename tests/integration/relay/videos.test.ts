import { generateKeyPairSync, randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import OpenAI, { toFile } from "openai";
import { ContentRefused } from "#platform/outbound/fetch-content.ts";
import { pruneTasks } from "#reports/index.ts";
import { channelKey, KEY, withWildcard } from "./shop.ts";
import { LATER_MS, openTaskWorld, type Customer, type TaskWorld, type VendorAnswer, type VendorCall } from "./task-shop.ts";

const USD = 1_000_000_000n;
/** $0.10 a second of 720p, $0.20 of anything else. */
const PER_SECOND = { items: { "video_ms:720p": "100000000", video_ms: "200000000" } };
const HOUR_MS = 3_600_000;

let world: TaskWorld;
beforeAll(async () => { world = await openTaskWorld(); });
afterAll(() => world.close());
beforeEach(() => world.reset());

const clientOf = (url: string): OpenAI => new OpenAI({ baseURL: `${url}/v1`, apiKey: KEY, maxRetries: 0 });

/** A vendor that takes a job, and says of it what stands here. */
const job = (status: string, more: object = {}): ((call: VendorCall) => VendorAnswer) => (call) => {
  if (call.method === "POST") return { json: { id: "video_vendor", object: "video", status: "queued" } };
  if (call.path.includes("/content")) return { bytes: Buffer.from("0123456789"), headers: call.headers.range === undefined ? {} : { "content-range": "bytes 0-3/10" } };
  return { json: { id: "video_vendor", object: "video", status, progress: 40, seconds: "8", ...more } };
};

async function setUp(usd = 5, over = {}): Promise<Readonly<{ customer: Customer; client: OpenAI; url: string }>> {
  const customer = await world.customer(usd);
  const shop = await world.open(customer, await world.sell(PER_SECOND), over);
  return { customer, client: clientOf(shop.url), url: shop.url };
}

const create = (client: OpenAI, more: object = {}) => client.videos.create({ model: "gpt-test", prompt: "MARKER waves", seconds: "8", size: "1280x720", ...more });

test("a video from order to file, by OpenAI's own client", async () => {
  const { customer, client } = await setUp();
  world.vendor.answer = job("in_progress");
  const made = await create(client, { input_reference: await toFile(Buffer.from("PNG"), "first.png", { type: "image/png" }) });
  expect(made).toMatchObject({ object: "video", model: "gpt-test", status: "queued", seconds: "8", size: "1280x720", error: null, prompt: "MARKER waves" });
  expect(made.id).toMatch(/^video_[0-9a-f]{32}$/);
  const [call] = world.vendor.calls;
  expect(call).toMatchObject({ method: "POST", path: "/v1/videos" });
  expect(call!.headers["content-type"]).toMatch(/^multipart\/form-data/);
  expect(call!.text).toContain('name="input_reference"; filename="first.png"');
  expect(call!.text).toMatch(/name="model"\r\n\r\nup-model\r\n/);
  expect(await world.wallet(customer)).toEqual({ paid: 5n * USD, leased: 800_000_000n });

  expect(await world.poll(LATER_MS)).toBe(1);
  expect(await client.videos.retrieve(made.id)).toMatchObject({ status: "in_progress", progress: 40 });
  await expect(client.videos.downloadContent(made.id)).rejects.toMatchObject({ status: 404 });
  world.vendor.answer = job("completed");
  await world.poll(2 * LATER_MS);
  expect(await client.videos.retrieve(made.id)).toMatchObject({ status: "completed", progress: 100, seconds: "8" });
  expect(await world.wallet(customer)).toEqual({ paid: 4_200_000_000n, leased: 0n });
  expect(await world.charges(customer)).toEqual([{ charge: 800_000_000n, outcome: "ok", cost: "0" }]);

  const file = await client.videos.downloadContent(made.id);
  expect(await file.text()).toBe("0123456789");
  const polls = world.vendor.calls.length;
  await client.videos.retrieve(made.id);
  expect(world.vendor.calls.length).toBe(polls);
  expect((await client.videos.list()).data.map(({ id }) => id)).toEqual([made.id]);
  expect(await client.videos.delete(made.id)).toEqual({ id: made.id, object: "video.deleted", deleted: true });
  await expect(client.videos.retrieve(made.id)).rejects.toMatchObject({ status: 404 });
  await world.expectSound();
});

test("what was asked for is sealed", async () => {
  const { client } = await setUp();
  world.vendor.answer = job("in_progress");
  await create(client);
  const { rows } = await world.database.pool.query<{ whole: string }>("SELECT row_to_json(t)::text || encode(sealed, 'escape') AS whole FROM tasks t WHERE sealed IS NOT NULL");
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.filter(({ whole }) => whole.includes("MARKER"))).toEqual([]);
});

test("a video that fails costs nothing, and a later success changes nothing", async () => {
  const { customer, client } = await setUp();
  world.vendor.answer = job("failed", { error: { code: "moderation_blocked", message: "The prompt was blocked." } });
  const { id } = await create(client);
  await world.poll(LATER_MS);
  expect(await client.videos.retrieve(id)).toMatchObject({ status: "failed", error: { code: "moderation_blocked", message: "The prompt was blocked." } });
  world.vendor.answer = job("completed");
  expect(await world.poll(2 * LATER_MS)).toBe(0);
  const { rows: [row] } = await world.database.pool.query<{ id: string }>("SELECT id FROM tasks WHERE public_id = $1", [id]);
  expect(await world.store.finish(row!.id, { state: "succeeded", quantities: { request: 1, video_ms: 8_000 } }, Date.now())).toBe(false);
  await expect(world.database.pool.query("UPDATE tasks SET state = 'succeeded' WHERE public_id = $1", [id])).rejects.toThrow(/has ended as failed/);
  expect(await world.states(customer)).toEqual(["failed"]);
  expect(await world.wallet(customer)).toEqual({ paid: 5n * USD, leased: 0n });
  expect(await world.charges(customer)).toEqual([{ charge: 0n, outcome: "upstream_error", cost: "0" }]);
  await world.expectSound();
});

test("of two that look at once only one charges", async () => {
  const { customer, client } = await setUp(1);
  world.vendor.answer = job("in_progress");
  const { id } = await create(client);
  const { rows: [row] } = await world.database.pool.query<{ id: string }>("SELECT id FROM tasks WHERE public_id = $1", [id]);
  const ending = { state: "succeeded", quantities: { request: 1, "video_ms:720p": 5_000, "video:720p": 1 } } as const;
  const done = await Promise.all([1, 2, 3, 4].map(() => world.store.finish(row!.id, ending, Date.now())));
  expect(done.filter(Boolean)).toEqual([true]);
  expect((await Promise.all([world.poll(LATER_MS), world.poll(LATER_MS)])).reduce((a, b) => a + b)).toBe(0);
  expect(await world.charges(customer)).toEqual([{ charge: 500_000_000n, outcome: "ok", cost: "0" }]);
  expect(await world.wallet(customer)).toEqual({ paid: 500_000_000n, leased: 0n });
  await world.expectSound();
});

test("money that is set aside cannot be spent on a second video", async () => {
  const { customer, client } = await setUp(1);
  world.vendor.answer = job("in_progress");
  await create(client);
  await expect(create(client, { seconds: "4" })).rejects.toMatchObject({ status: 402, code: "insufficient_quota" });
  expect(world.vendor.calls.filter(({ method }) => method === "POST").length).toBe(1);
  await world.poll(3 * HOUR_MS);
  expect(await world.states(customer)).toEqual(["expired"]);
  expect(await world.wallet(customer)).toEqual({ paid: USD, leased: 0n });
  // The node hears that the money is free again.
  await expect.poll(() => create(client, { seconds: "4" }).then(({ status }) => status, ({ status }: { status: number }) => status), { timeout: 15_000 }).toBe("queued");
  expect(await world.wallet(customer)).toEqual({ paid: USD, leased: 400_000_000n });
  await world.expectSound();
});

test("a spending limit counts what is set aside", async () => {
  const { customer, client } = await setUp(5, { caller: { keyBudgets: [{ amountNano: USD, per: "day" }] } });
  world.vendor.answer = job("completed", { seconds: "8" });
  await create(client);
  await expect(create(client)).rejects.toMatchObject({ status: 402, code: "budget_exceeded" });
  await world.poll(LATER_MS);
  expect(await world.charges(customer)).toMatchObject([{ charge: 800_000_000n }]);
  const { rows } = await world.database.pool.query("SELECT spent_nano, leased_nano - coalesce((SELECT sum(amount_nano) FROM budget_leases l WHERE l.scope = b.scope AND l.period = b.period), 0) AS held FROM budget_windows b WHERE scope = $1 AND period = 'day'", [`key:${customer.keyId}`]);
  expect(rows).toEqual([{ spent_nano: 800_000_000n, held: "0" }]);
  await expect(create(client, { seconds: "4" })).rejects.toMatchObject({ status: 402 });
  await world.expectSound();
});

test("a submission whose answer never comes is not sent again; its money stays set aside for an hour, then somebody is told", async () => {
  const { customer, client } = await setUp(5, { channels: [{ priority: 1, timeouts: { totalMs: 300 } }, {}] });
  world.vendor.answer = () => "hang";
  expect(await create(client)).toMatchObject({ status: "queued" });
  expect(world.vendor.calls.length).toBe(1);
  expect(await world.states(customer)).toEqual(["submitted_unknown"]);
  await world.poll(30 * 60_000);
  expect(await world.wallet(customer)).toEqual({ paid: 5n * USD, leased: 800_000_000n });
  await world.poll(HOUR_MS + LATER_MS);
  expect(await world.states(customer)).toEqual(["expired"]);
  expect(await world.wallet(customer)).toEqual({ paid: 5n * USD, leased: 0n });
  const { rows } = await world.database.pool.query("SELECT flagged FROM tasks WHERE user_id = $1", [customer.userId]);
  expect(rows).toEqual([{ flagged: true }]);
  await world.expectSound();
});

test("who refuses is passed over, and when nobody takes it the money is free", async () => {
  const two = { channels: [{ priority: 1 }, { priority: 0 }] };
  const { customer, client } = await setUp(5, two);
  world.vendor.answer = (call) => (world.vendor.calls.length === 1 ? { status: 500, json: { error: { message: "trouble" } } } : job("in_progress")(call));
  await create(client);
  expect(world.vendor.calls.length).toBe(2);
  expect(await world.states(customer)).toEqual(["submitted"]);
  world.vendor.answer = () => ({ status: 400, json: { error: { message: "seconds must be 4, 8 or 12", type: "invalid_request_error" } } });
  await expect(create(client)).rejects.toMatchObject({ status: 400 });
  expect(await world.states(customer)).toEqual(["submitted", "failed"]);
  expect(await world.wallet(customer)).toEqual({ paid: 5n * USD, leased: 800_000_000n });
  world.vendor.answer = () => "reset";
  expect(await create(client)).toMatchObject({ status: "queued" });
  await world.expectSound();
});

test("a node that dies before it has sent leaves a task that ends by itself", async () => {
  const { customer, client } = await setUp();
  world.vendor.answer = job("in_progress");
  const { id } = await create(client);
  // As if it had been killed between the row and the vendor.
  await world.database.pool.query("UPDATE tasks SET state = 'queued', upstream_id = NULL, channel_id = NULL, protocol = NULL, next_poll_at = now() + interval '10 minutes' WHERE public_id = $1", [id]);
  expect(await world.poll(LATER_MS)).toBe(0);
  await world.poll(11 * 60_000);
  expect(await world.states(customer)).toEqual(["submitted_unknown"]);
  await world.poll(2 * HOUR_MS);
  expect(await world.states(customer)).toEqual(["expired"]);
  expect(await world.wallet(customer)).toEqual({ paid: 5n * USD, leased: 0n });
  await world.expectSound();
});

test("another customer's videos are not there", async () => {
  const { client } = await setUp();
  world.vendor.answer = job("completed");
  const { id } = await create(client);
  await world.poll(LATER_MS);
  const stranger = await setUp();
  const calls = world.vendor.calls.length;
  const { videos } = stranger.client;
  for (const ask of [() => videos.retrieve(id), () => videos.downloadContent(id), () => videos.delete(id), () => videos.remix(id, { prompt: "x" })]) {
    await expect(ask()).rejects.toMatchObject({ status: 404 });
  }
  expect((await stranger.client.videos.list()).data).toEqual([]);
  expect(world.vendor.calls.length).toBe(calls);
});

test("a remix goes to who made the video, at the video's length", async () => {
  const { customer, client } = await setUp(5, { channels: [{}, {}, {}] });
  world.vendor.answer = job("completed");
  const first = await create(client, { seconds: "12" });
  await world.poll(LATER_MS);
  const remix = await client.videos.remix(first.id, { prompt: "at night" });
  expect(remix).toMatchObject({ remixed_from_video_id: first.id, prompt: "at night", seconds: "8" });
  expect(world.vendor.calls.at(-1)).toMatchObject({ path: "/v1/videos/video_vendor/remix", json: { prompt: "at night" } });
  const { rows } = await world.database.pool.query("SELECT count(DISTINCT channel_id)::int AS channels FROM tasks WHERE user_id = $1", [customer.userId]);
  expect(rows).toEqual([{ channels: 1 }]);
});

test("the same tasks in the words of other shops, with a link that needs no key", async () => {
  const { url } = await setUp();
  world.vendor.answer = job("completed");
  const call = (path: string, body?: object): Promise<Response> => fetch(`${url}${path}`, {
    method: body ? "POST" : "GET", headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" }, ...(body && { body: JSON.stringify(body) }) });
  const made = (await (await call("/v1/video/generations", { model: "gpt-test", prompt: "waves", duration: 8, width: 1280, height: 720 })).json()) as { task_id: string };
  expect(made).toEqual({ task_id: expect.stringMatching(/^video_/), status: "queued" });
  await world.poll(LATER_MS);
  const shown = (await (await call(`/v1/video/generations/${made.task_id}`)).json()) as { url: string };
  expect(shown).toMatchObject({ status: "succeeded", format: "mp4", metadata: { duration: 8, width: 1280, height: 720 } });
  const file = await fetch(shown.url, { headers: { range: "bytes=0-3" } });
  expect([file.status, file.headers.get("content-range")]).toEqual([200, "bytes 0-3/10"]);
  expect(world.vendor.calls.at(-1)!.headers.range).toBe("bytes=0-3");
  expect((await fetch(shown.url.replace(/proof=./, "proof=_"))).status).toBe(404);
  expect((await fetch(shown.url.split("?")[0]!)).status).toBe(401);
});

test("a file that is no picture, sound or film does not run in a browser", async () => {
  const { client, url } = await setUp();
  world.vendor.answer = (call) => (call.path.includes("/content") ? { bytes: Buffer.from("<script>"), headers: { "content-type": "text/html" } } : job("completed")(call));
  const { id } = await create(client);
  await world.poll(LATER_MS);
  const { headers } = await fetch(`${url}/v1/videos/${id}/content`, { headers: { authorization: `Bearer ${KEY}` } });
  expect([headers.get("content-type"), headers.get("x-content-type-options"), headers.get("content-security-policy")]).toEqual(["application/octet-stream", "nosniff", "default-src 'none'; sandbox"]);
  world.vendor.answer = (call) => (call.path.includes("/content") ? { status: 404 } : job("completed")(call));
  await expect(client.videos.downloadContent(id)).rejects.toMatchObject({ status: 404, code: "not_found" });
});

test("after 30 days the words are gone and the charge stays", async () => {
  const { customer, client } = await setUp();
  world.vendor.answer = job("completed");
  const { id } = await create(client);
  await world.poll(LATER_MS);
  await pruneTasks(world.database.pool);
  expect((await client.videos.retrieve(id)).id).toBe(id);
  await world.database.pool.query("UPDATE tasks SET finished_at = now() - interval '31 days' WHERE public_id = $1", [id]);
  expect(await pruneTasks(world.database.pool)).toBe(1);
  await expect(client.videos.retrieve(id)).rejects.toMatchObject({ status: 404 });
  expect(await world.charges(customer)).toMatchObject([{ charge: 800_000_000n }]);
});

test("what cannot be a video is refused before money is set aside", async () => {
  const { customer, client } = await setUp();
  for (const [body, status, code] of [
    [{ model: "gpt-test" }, 400, "missing_required_parameter"], [{ model: "no-such", prompt: "x" }, 404, "model_not_found"], [{ model: "gpt-test", prompt: "x", seconds: "many" }, 400, "invalid_value"],
    [{ model: "gpt-test", prompt: "x", input_reference: { file_id: "file-1" } }, 400, "unsupported_parameter"],
  ] as const) {
    await expect(client.post("/videos", { body })).rejects.toMatchObject({ status, code });
  }
  expect(await world.states(customer)).toEqual([]);
});

/** A cloud that sells tokens, takes films as operations, and hands them out with these. */
const OPERATION = "projects/p-1/locations/us-central1/publishers/google/models/veo-3.1-generate-001/operations/a1b0-7c8e";
const FILMS = ["the first film", "and the second"];
function cloud(response: object): (call: VendorCall) => VendorAnswer {
  return ({ path, headers, json }) => {
    if (path === "/token") return { json: { access_token: "ya29.film", expires_in: 3_600 } };
    if (headers.authorization !== "Bearer ya29.film") return { status: 401, json: { error: { code: 401, message: "no", status: "UNAUTHENTICATED" } } };
    if (path.endsWith(":predictLongRunning")) return { json: { name: OPERATION } };
    const known = path === `/v1/${OPERATION.split("/operations/")[0]}:fetchPredictOperation` && json.operationName === OPERATION;
    return known ? { json: { name: OPERATION, done: true, response: { raiMediaFilteredCount: 0, ...response } } } : { status: 404 };
  };
}

async function openCloud(over: object = {}) {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const secret = JSON.stringify({ type: "service_account", project_id: "p-1", private_key: privateKey.export({ type: "pkcs8", format: "pem" }), client_email: "shop@p-1.example", token_uri: `${world.vendor.url}/token` });
  const keys = [channelKey(randomUUID(), { secret: () => secret })];
  return setUp(20, { provider: "vertex", channels: [{ keys, models: ["veo-3.1-generate-001"], settings: { location: "us-central1" } }], ...over });
}

test("films of Veo at Vertex come out of the operation that made them, and cost the seconds of those that were not held back", async () => {
  const { customer, client, url } = await openCloud();
  world.vendor.answer = cloud({ videos: FILMS.map((film) => ({ bytesBase64Encoded: Buffer.from(film).toString("base64"), mimeType: "video/mp4" })), raiMediaFilteredCount: 1 });
  const body = { model: "gpt-test", prompt: "waves", n: 3, size: "1280x720", metadata: { storageUri: "gs://somebody-elses" } };
  const { id } = await client.post<{ id: string }>("/videos", { body });
  const submitted = world.vendor.calls.at(-1)!;
  expect(submitted.path).toMatch(/^\/v1\/projects\/p-1\/locations\/us-central1\/publishers\/google\/models\/[\w.-]+:predictLongRunning$/);
  expect(submitted.json).toMatchObject({ instances: [{ prompt: "waves" }], parameters: { sampleCount: 3, resolution: "720p", generateAudio: true } });
  expect(submitted.text).not.toContain("somebody-elses");
  await world.poll(LATER_MS);
  expect(await client.videos.retrieve(id)).toMatchObject({ status: "completed", seconds: "8" });
  // Two of eight seconds each, which is how long the vendor makes them where nobody says.
  expect(await world.charges(customer)).toEqual([{ charge: 1_600_000_000n, outcome: "ok", cost: "0" }]);
  const file = await client.videos.downloadContent(id);
  expect([await file.text(), file.headers.get("content-type"), file.headers.get("content-security-policy")]).toEqual([FILMS[0], "video/mp4", "default-src 'none'; sandbox"]);
  const fetched = async (index: number) => (await fetch(`${url}/v1/videos/${id}/content?index=${index}`, { headers: { authorization: `Bearer ${KEY}` } })).text();
  expect(await fetched(1)).toBe(FILMS[1]);
  expect(JSON.parse(await fetched(2))).toMatchObject({ error: { code: "not_found" } });
  await world.expectSound();
});

test("a film that Vertex has held back is a refusal that costs nothing", async () => {
  const { customer, client } = await openCloud();
  world.vendor.answer = cloud({ raiMediaFilteredCount: 1, raiMediaFilteredReasons: ["The prompt violates the guidelines. Support codes: 29310472"] });
  const { id } = await create(client);
  await world.poll(LATER_MS);
  expect(await client.videos.retrieve(id)).toMatchObject({ status: "failed", error: { code: "content_policy_violation", message: expect.stringContaining("violates the guidelines") as unknown } });
  expect(await world.wallet(customer)).toEqual({ paid: 20n * USD, leased: 0n });
  await expect(client.post("/videos", { body: { model: "gpt-test", prompt: "waves", metadata: { durationSeconds: 8 } } })).rejects.toMatchObject({ status: 400, param: "metadata.durationSeconds" });
  expect(await world.wallet(customer)).toEqual({ paid: 20n * USD, leased: 0n });
  await world.expectSound();
});

test("a vendor that takes pictures as data gets the picture itself where a customer names its address, or nothing is made", async () => {
  const fetchContent = (address: string) => (address.endsWith("a.png") ? Promise.resolve({ type: "image/png", data: Buffer.from("PICTURE") }) : Promise.reject(new ContentRefused("it is no picture")));
  const { customer, client } = await openCloud({ fetchContent });
  world.vendor.answer = cloud({});
  const order = (image: string) => client.post("/videos", { body: { model: "gpt-test", prompt: "waves", seconds: "8", image } });
  await order("https://pictures.example.com/a.png");
  expect(world.vendor.calls.at(-1)!.json).toMatchObject({ instances: [{ prompt: "waves", image: { bytesBase64Encoded: Buffer.from("PICTURE").toString("base64"), mimeType: "image/png" } }] });
  const calls = world.vendor.calls.length, before = await world.wallet(customer);
  await expect(order("https://pictures.example.com/b.html")).rejects.toMatchObject({ status: 400, code: "invalid_value" });
  expect([world.vendor.calls.length, await world.wallet(customer)]).toEqual([calls, before]);
});

test("what the price goes by cannot hide among the vendor's own parameters", async () => {
  const { customer, client } = await setUp();
  await expect(create(client, { metadata: { duration: 60 } })).rejects.toMatchObject({ status: 400, param: "metadata.duration" });
  expect(world.vendor.calls).toHaveLength(0);
  expect(await world.wallet(customer)).toEqual({ paid: 5n * USD, leased: 0n });
});

test("below a wildcard a video is made by the rest of the name, also the one that goes on from it; a name that the vendor does not have is free", async () => {
  const { customer, client } = await setUp(5, { alter: withWildcard });
  world.vendor.answer = job("completed");
  const made = await create(client, { model: "openai/sora-9" });
  expect([made.model, /name="model"\r\n\r\nsora-9\r\n/.test(world.vendor.calls[0]!.text)]).toEqual(["openai/sora-9", true]);
  await world.poll(LATER_MS);
  expect(await client.videos.retrieve(made.id)).toMatchObject({ status: "completed", model: "openai/sora-9" });
  expect((await client.videos.remix(made.id, { prompt: "MARKER again" })).model).toBe("openai/sora-9");
  world.vendor.answer = () => ({ status: 404, json: { error: { message: "The model `ghost` does not exist", code: "model_not_found" } } });
  for (let i = 0; i < 3; i++) await expect(create(client, { model: "openai/ghost" })).rejects.toMatchObject({ status: 404, code: "model_not_found" });
  world.vendor.answer = job("in_progress");
  expect((await create(client, { model: "openai/sora-9" })).status).toBe("queued");
  expect((await world.charges(customer)).map(({ charge }) => charge).filter((charge) => charge > 0n)).toEqual([800_000_000n]);
});
