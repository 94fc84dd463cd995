import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { createOutbound } from "#platform/outbound/agent.ts";
import { createHttpTransport, previewRequest } from "#relay/index.ts";
import { probeChannel } from "#relay/probe.ts";
import { signV4 } from "#relay/providers/kit/sigv4.ts";
import type { ChannelSettings } from "#channels/channel-settings.ts";
import { chunkFrame, invokeEvents, PROJECT, startBedrock, startGoogle } from "./cloud-vendors.ts";
import { channelKey, KEY, openShop, priceOf, until, type Shop, type ShopOptions } from "./shop.ts";
import { frame, vendorSpeaks } from "./vendor-protocols.ts";
import { json } from "./vendor.ts";

const google = await startGoogle(), bedrock = await startBedrock(), usualBedrock = bedrock.script;
const BEDROCK = new URL(bedrock.url).origin;
const shops: Shop[] = [];

beforeEach(() => {
  bedrock.calls.length = bedrock.raw.length = 0;
  bedrock.script = usualBedrock;
  google.tokens.answer = google.answers.say = undefined;
  google.tokens.lifeS = 3_600;
});
afterEach(async () => {
  for (const shop of shops.splice(0)) {
    await until(() => shop.billing.open.size === 0);
    await shop.close();
  }
});
afterAll(() => Promise.all([google.close(), bedrock.close()]));

async function open(options: ShopOptions) {
  const shop = await openShop(options);
  shops.push(shop);
  return { shop, anthropic: new Anthropic({ baseURL: shop.url, apiKey: KEY, maxRetries: 0 }), openai: new OpenAI({ baseURL: `${shop.url}/v1`, apiKey: KEY, maxRetries: 0 }) };
}
const onVertex = (upstreamModel: string, { secret = google.file(), settings = {}, ...more }: { secret?: string; settings?: ChannelSettings } & Partial<ShopOptions> = {}) =>
  open({ channels: [{ provider: "google-vertex", baseUrl: google.origin, keys: [channelKey("k0", { secret: () => secret })], settings }], upstreamModel, ...more });
const onBedrock = (upstreamModel: string, more: Partial<ShopOptions> = {}) =>
  open({ channels: [{ provider: "bedrock", baseUrl: BEDROCK, keys: [channelKey("k0", { secret: () => "AKIA1|secret|eu-west-1" })] }], upstreamModel, ...more });

const SAY = [{ role: "user" as const, content: "Say hello" }];
const ASK = { model: "gpt-test", max_tokens: 500, messages: SAY };
const CLAUDE = "claude-sonnet-4-5@20250929", GEMINI = "gemini-2.5-flash";
const pathOf = (publisher: string, model: string, action: string, location = "global"): string => `/v1/projects/${PROJECT}/locations/${location}/publishers/${publisher}/models/${model}:${action}`;
const lastOfGoogle = () => google.calls().at(-1)!;

test("Anthropic's SDK and Claude on Vertex: whole and streamed, the edition in the body, one token for both", async () => {
  const asked = google.asked();
  const { shop, anthropic } = await onVertex(CLAUDE);
  const whole = await anthropic.beta.messages.create({ ...ASK, betas: ["interleaved-thinking-2025-05-14"] }, { query: { beta: "true" } });
  expect(whole).toMatchObject({ model: "gpt-test", content: [{ type: "text", text: "Hello there" }], stop_reason: "end_turn", usage: { input_tokens: 10, output_tokens: 5 } });
  expect(lastOfGoogle()).toMatchObject({ path: pathOf("anthropic", encodeURIComponent(CLAUDE), "rawPredict"), body: { anthropic_version: "vertex-2023-10-16", max_tokens: 500 } });
  expect(lastOfGoogle().body).not.toHaveProperty("model");
  expect(lastOfGoogle().headers).toMatchObject({ authorization: expect.stringMatching(/^Bearer ya29\./) as string, "anthropic-beta": "interleaved-thinking-2025-05-14" });
  expect(lastOfGoogle().headers["anthropic-version"]).toBeUndefined();

  const streamed = await anthropic.messages.stream(ASK).finalMessage();
  expect(streamed).toMatchObject({ model: "gpt-test", content: [{ type: "text", text: "Hello there" }], usage: { output_tokens: 5 } });
  expect(lastOfGoogle()).toMatchObject({ path: pathOf("anthropic", encodeURIComponent(CLAUDE), "streamRawPredict"), body: { stream: true, anthropic_version: "vertex-2023-10-16" } });
  expect(google.asked() - asked).toBe(1);
  await until(() => shop.billing.records.length === 2);
  // 10 + 900 + 40 of input at their prices, 5 of output: the same for both.
  for (const record of shop.billing.records) expect(record).toMatchObject({ outcome: "ok", usageSource: "upstream", quantities: { input: 10, cache_read: 900, cache_write_5m: 40, output: 5 } });
  expect(new Set(shop.billing.records.map(({ chargeNano }) => chargeNano)).size).toBe(1);
});

test("OpenAI's SDK and Gemini on Vertex, in the places that the channel names", async () => {
  const { shop, openai } = await onVertex(GEMINI, { settings: { project: "other-project", location: "us-east5", locations: { [GEMINI]: "europe-west4" } } });
  const whole = await openai.chat.completions.create({ ...ASK });
  expect(whole.choices[0]!.message.content).toBe("Hello there");
  expect(lastOfGoogle().path).toBe(`/v1/projects/other-project/locations/europe-west4/publishers/google/models/${GEMINI}:generateContent`);
  const stream = await openai.chat.completions.create({ ...ASK, stream: true, stream_options: { include_usage: true } });
  let text = "", usage: OpenAI.CompletionUsage | null | undefined;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? "";
    usage = chunk.usage ?? usage;
  }
  expect(lastOfGoogle().path).toBe(`/v1/projects/other-project/locations/europe-west4/publishers/google/models/${GEMINI}:streamGenerateContent?alt=sse`);
  const call = { id: "call_1", type: "function" as const, function: { name: "look", arguments: '{"id":7}' } };
  await openai.chat.completions.create({ ...ASK, messages: [...SAY, { role: "assistant", tool_calls: [call] }, { role: "tool", tool_call_id: "call_1", content: "a clock tower" }] });
  expect(lastOfGoogle().body.contents).toMatchObject([{}, { parts: [{ functionCall: { name: "look", args: { id: 7 } } }] }, { parts: [{ functionResponse: { name: "look" } }] }]);
  expect(JSON.stringify(lastOfGoogle().body)).not.toContain("call_1");
  expect(text).toBe("Hello there");
  expect(usage).toMatchObject({ prompt_tokens: 10, completion_tokens: 5 });
  await until(() => shop.billing.records.length === 3);
  // 10 × 1,000 and 5 × 2,000 nano-USD.
  for (const record of shop.billing.records) expect(record).toMatchObject({ chargeNano: 20_000n, quantities: { input: 10, output: 5 } });
});

test("OpenAI's SDK and Claude on Vertex; a partner's model by OpenAI's own words; an API key needs no project", async () => {
  const claude = await onVertex(CLAUDE);
  expect((await claude.openai.chat.completions.create(ASK)).choices[0]!.message.content).toBe("Hello there");
  expect(lastOfGoogle()).toMatchObject({ path: pathOf("anthropic", encodeURIComponent(CLAUDE), "rawPredict"), body: { anthropic_version: "vertex-2023-10-16" } });

  const partner = await onVertex("meta/llama-4-maverick-17b-128e-instruct-maas");
  expect((await partner.openai.chat.completions.create(ASK)).choices[0]!.message.content).toBe("Hello there");
  expect(lastOfGoogle()).toMatchObject({ path: `/v1/projects/${PROJECT}/locations/global/endpoints/openapi/chat/completions`, body: { model: "meta/llama-4-maverick-17b-128e-instruct-maas" } });

  const asked = google.asked();
  const express = await onVertex(GEMINI, { secret: "AIza-express-key" });
  expect((await express.openai.chat.completions.create(ASK)).choices[0]!.message.content).toBe("Hello there");
  expect(lastOfGoogle().path).toBe(`/v1/publishers/google/models/${GEMINI}:generateContent`);
  expect(lastOfGoogle().headers.authorization).toBeUndefined();
  expect(google.asked()).toBe(asked);
});

test("Imagen on Vertex: by OpenAI's words and by Google's own, pictures by instances and parameters", async () => {
  google.answers.say = (call) => json(call, 200, { predictions: [{ mimeType: "image/png", bytesBase64Encoded: "QUJD" }, { mimeType: "image/png", bytesBase64Encoded: "REVG" }] });
  const model = "imagen-4.0-generate-001";
  const { shop, openai } = await onVertex(model, { price: priceOf({ image: "40000000000" }) });
  const made = await openai.images.generate({ model: "gpt-test", prompt: "a cat", n: 2, size: "1536x1024" });
  expect(made.data!.map(({ b64_json: data }) => data)).toEqual(["QUJD", "REVG"]);
  expect(lastOfGoogle()).toMatchObject({ path: pathOf("google", model, "predict"), body: { instances: [{ prompt: "a cat" }], parameters: { sampleCount: 2 } } });
  const own = await fetch(`${shop.url}/v1beta/models/gpt-test:predict`, { method: "POST", headers: { "x-goog-api-key": KEY }, body: JSON.stringify({ instances: [{ prompt: "a cat" }], parameters: { sampleCount: 2, aspectRatio: "16:9" } }) });
  expect(((await own.json()) as { predictions: unknown[] }).predictions).toHaveLength(2);
  expect(lastOfGoogle()).toMatchObject({ path: pathOf("google", model, "predict"), body: { parameters: { sampleCount: 2, aspectRatio: "16:9" } } });
  await until(() => shop.billing.records.length === 2);
  expect(shop.billing.records.map(({ chargeNano }) => chargeNano)).toEqual([80_000_000n, 80_000_000n]);
});

test("embeddings on Vertex: texts as instances, of the newer models one at a time, tokens added up", async () => {
  const vectorOf = (text: string): number[] => [text.length, 0.5];
  google.answers.say = (call) => {
    const { instances, content } = call.body as { instances?: { content: string }[]; content?: { parts: { text: string }[] } };
    if (instances) return json(call, 200, { predictions: instances.map((one) => ({ embeddings: { values: vectorOf(one.content), statistics: { token_count: 3, truncated: false } } })) });
    return json(call, 200, { embedding: { values: vectorOf(content!.parts[0]!.text) }, usageMetadata: { promptTokenCount: 4 } });
  };
  const input = ["a", "bb", "ccc"];
  for (const [model, calls, charge, path] of [
    ["text-embedding-005", 1, 9_000n, "v1/projects/shop-project-7/locations/global/publishers/google/models/text-embedding-005:predict"],
    ["gemini-embedding-001", 3, 9_000n, "v1/projects/shop-project-7/locations/global/publishers/google/models/gemini-embedding-001:predict"],
    ["gemini-embedding-2", 3, 12_000n, "v1beta1/projects/shop-project-7/locations/global/publishers/google/models/gemini-embedding-2:embedContent"],
  ] as const) {
    const { shop, openai } = await onVertex(model), before = google.calls().length;
    const { data } = await openai.embeddings.create({ model: "gpt-test", input, dimensions: 2 });
    expect(data.map(({ embedding }) => embedding)).toEqual(input.map(vectorOf));
    expect(google.calls().length - before).toBe(calls);
    expect(lastOfGoogle().path).toBe(`/${path}`);
    await until(() => shop.billing.records.length === 1);
    expect(shop.billing.records[0]).toMatchObject({ usageSource: "upstream", chargeNano: charge });
  }
});

test("requests that come together share one token; it is renewed while it still serves, and fetched anew once it has ended", async () => {
  const asked = google.asked();
  const { shop, openai } = await onVertex(GEMINI);
  await Promise.all([1, 2, 3].map(() => openai.chat.completions.create(ASK)));
  expect(google.asked() - asked).toBe(1);
  const first = lastOfGoogle().headers.authorization;

  shop.skip(56 * 60_000); // within the last five minutes: this one still goes with the old token
  await openai.chat.completions.create(ASK);
  expect(lastOfGoogle().headers.authorization).toBe(first);
  await until(() => google.asked() - asked === 2);
  await until(() => shop.billing.open.size === 0);
  shop.skip(61 * 60_000);
  await openai.chat.completions.create(ASK);
  expect(google.asked() - asked).toBe(3);
  expect(lastOfGoogle().headers.authorization).not.toBe(first);
});

test("a token that was withdrawn is not the key's fault: the next one is tried", async () => {
  const { shop, openai } = await onVertex(GEMINI);
  await openai.chat.completions.create(ASK);
  google.revoke();
  shop.skip(120_000);
  expect((await openai.chat.completions.create(ASK)).choices[0]!.message.content).toBe("Hello there");
  expect(shop.disabled).toEqual([]);
  expect(shop.billing.records.at(-1)).toMatchObject({ chargeNano: 20_000n, attempts: [{ errorClass: "transient", status: 401 }, {}] });
});

test.each<[string, Parameters<typeof google.file>[0]]>([
  ["another account's signature", { client_email: "someone@else.iam.gserviceaccount.com" }],
  ["a file without its key", { private_key: "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n" }],
])("a key that buys no token (%s) is switched off; another channel answers, nothing is told to the customer", async (_name, over) => {
  const { shop, openai } = await open({
    channels: [
      { provider: "vertex", baseUrl: google.origin, priority: 1, keys: [channelKey("k0", { secret: () => google.file(over) })] },
      { provider: "vertex", baseUrl: google.origin, keys: [channelKey("k1", { secret: () => google.file() })] },
    ],
    upstreamModel: GEMINI,
  });
  expect((await openai.chat.completions.create(ASK)).choices[0]!.message.content).toBe("Hello there");
  expect(shop.disabled).toEqual(["k0 auth"]);
  expect(shop.billing.records.at(-1)).toMatchObject({ chargeNano: 20_000n, attempts: [{ errorClass: "auth", credential: "k0" }, { credential: "k1" }] });
});

test("a token server in trouble is asked again, and costs no key; after its last try the customer is told", async () => {
  let troubles = 1;
  google.tokens.answer = (call) => {
    if (troubles-- <= 0) google.tokens.answer = undefined;
    json(call, 503, { error: "temporarily_unavailable" });
  };
  const mended = await onVertex(GEMINI);
  expect((await mended.openai.chat.completions.create(ASK)).choices[0]!.message.content).toBe("Hello there");
  google.tokens.answer = (call) => json(call, 500, "no JSON");
  const broken = await onVertex(GEMINI);
  await expect(broken.openai.chat.completions.create(ASK)).rejects.toMatchObject({ status: 502, code: "bad_upstream_response" });
  expect([...mended.shop.disabled, ...broken.shop.disabled]).toEqual([]);
  expect(broken.shop.billing.records.at(-1)).toMatchObject({ chargeNano: 0n });
});

test("Vertex's refusals are told in the caller's form, and cost nothing", async () => {
  google.answers.say = (call) => json(call, 429, [{ error: { code: 429, message: "Resource has been exhausted (e.g. check quota).", status: "RESOURCE_EXHAUSTED" } }]);
  const { shop, anthropic } = await onVertex(CLAUDE);
  await expect(anthropic.messages.create(ASK)).rejects.toMatchObject({ status: 429, error: { type: "error", error: { type: "rate_limit_error" } } });
  expect(shop.billing.records.at(-1)).toMatchObject({ chargeNano: 0n });
});

const AMAZONS = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";

test("Anthropic's SDK and Claude on Bedrock: bytes pass, frames are unwrapped, what is signed is what is sent", async () => {
  const { shop, anthropic } = await onBedrock(AMAZONS);
  const whole = await anthropic.beta.messages.create({ ...ASK, betas: ["interleaved-thinking-2025-05-14"] }, { query: { beta: "true" } });
  expect(whole).toMatchObject({ model: "gpt-test", content: [{ type: "text", text: "Hello there" }], usage: { input_tokens: 10, output_tokens: 5 } });
  const [call] = bedrock.calls;
  expect(call).toMatchObject({ path: `/model/${encodeURIComponent(AMAZONS)}/invoke`, body: { anthropic_version: "bedrock-2023-05-31", anthropic_beta: ["interleaved-thinking-2025-05-14"], max_tokens: 500 } });
  expect(call!.headers["anthropic-beta"] ?? call!.headers["anthropic-version"]).toBeUndefined();
  const date = String(call!.headers["x-amz-date"]), atMs = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  const expected = signV4({ method: "POST", url: new URL(`${BEDROCK}${call!.path}`), headers: { "content-type": "application/json" }, body: [bedrock.raw[0]!], atMs }, { accessKeyId: "AKIA1", secretAccessKey: "secret" }, "eu-west-1", "bedrock");
  expect(call!.headers.authorization).toBe(expected.authorization);

  const seen: string[] = [];
  const stream = anthropic.messages.stream(ASK);
  stream.on("streamEvent", ({ type }) => void seen.push(type));
  expect(await stream.finalMessage()).toMatchObject({ model: "gpt-test", content: [{ type: "text", text: "Hello there" }], stop_reason: "end_turn", usage: { output_tokens: 5 } });
  expect(seen.filter((type) => type !== "content_block_delta")).toEqual(["message_start", "content_block_start", "content_block_stop", "message_delta", "message_stop"]);
  expect(bedrock.calls[1]!.path).toBe(`/model/${encodeURIComponent(AMAZONS)}/invoke-with-response-stream`);
  expect(Object.keys(bedrock.calls[1]!.body)).not.toEqual(expect.arrayContaining(["stream"]));
  await until(() => shop.billing.records.length === 2);
  for (const record of shop.billing.records) expect(record).toMatchObject({ outcome: "ok", usageSource: "upstream", quantities: { input: 10, cache_read: 900, cache_write_5m: 40, output: 5 } });
  expect(new Set(shop.billing.records.map(({ chargeNano }) => chargeNano)).size).toBe(1);
});

test("on Bedrock other clients and other models go by Converse", async () => {
  bedrock.script = (call) => json(call, 200, { output: { message: { role: "assistant", content: [{ text: "Hello there" }] } }, stopReason: "end_turn", usage: { inputTokens: 10, outputTokens: 5, totalTokens: 15 } });
  const claude = await onBedrock(AMAZONS), nova = await onBedrock("us.amazon.nova-micro-v1:0");
  expect((await claude.openai.chat.completions.create(ASK)).choices[0]!.message.content).toBe("Hello there");
  expect((await nova.anthropic.messages.create(ASK)).content).toMatchObject([{ text: "Hello there" }]);
  expect(bedrock.calls.map(({ path }) => path.split("/").at(-1))).toEqual(["converse", "converse"]);
});

/** What comes of a stream of these bytes; the last of them are sent when the client has read what the first ones say. */
async function streamOf(first: Buffer, last: Buffer = Buffer.alloc(0)) {
  const read = Promise.withResolvers<void>();
  bedrock.script = async ({ response }) => {
    response.writeHead(200, { "content-type": "application/vnd.amazon.eventstream" });
    response.write(first);
    if (last.length > 0) await read.promise;
    response.end(last);
  };
  const { shop, anthropic } = await onBedrock(AMAZONS);
  const said: string[] = [];
  const error = await (async () => {
    for await (const event of await anthropic.messages.create({ ...ASK, stream: true })) {
      if (event.type === "content_block_delta" && event.delta.type === "text_delta") said.push(event.delta.text);
      if (said.join("") === "Hello there") read.resolve();
    }
    return undefined;
  })().catch((cause: unknown) => cause);
  await until(() => shop.billing.records.length === 1);
  return { said: said.join(""), error, record: shop.billing.records[0]! };
}

const FRAMES = invokeEvents("Hello there").map(chunkFrame);
const damaged = (bytes: Buffer): Buffer => {
  const copy = Buffer.from(bytes);
  copy[copy.length - 1]! ^= 1;
  return copy;
};

test("58: frames that are cut or damaged: 502 before content, an error within the stream after it", async () => {
  const before = await streamOf(damaged(FRAMES[0]!));
  expect(before.error).toMatchObject({ status: 502 });
  expect(before.record).toMatchObject({ chargeNano: 0n });
  for (const last of [damaged(FRAMES[4]!), FRAMES[4]!.subarray(0, 20)]) {
    const after = await streamOf(Buffer.concat(FRAMES.slice(0, 4)), last);
    expect(after.said).toBe("Hello there");
    expect(after.error).toMatchObject({ error: { type: "error", error: { type: "api_error" } } });
    expect(after.record.chargeNano).toBeGreaterThan(0n);
  }
});

test("an exception in place of an event is the vendor's refusal, before content and after it", async () => {
  const sent = frame("throttlingException", { message: "Too many tokens, please wait before trying again." }, true);
  expect((await streamOf(sent)).error).toMatchObject({ status: 429 });
  const after = await streamOf(Buffer.concat(FRAMES.slice(0, 4)), sent);
  expect(after.said).toBe("Hello there");
  expect(after.error).toMatchObject({ error: { type: "error" } });
});

test("a picture by address becomes data, as clouds fetch nothing", async () => {
  const PNG = Buffer.from("\x89PNG\r\n\x1a\nrest", "latin1");
  const fetchContent = () => Promise.resolve({ type: "image/png", data: PNG });
  const vertex = await onVertex(CLAUDE, { fetchContent });
  const image = { type: "image" as const, source: { type: "url" as const, url: "https://pictures.example/cat" } };
  await vertex.anthropic.messages.create({ ...ASK, messages: [{ role: "user", content: [image, { type: "text", text: "What is it?" }] }] });
  expect(JSON.stringify(lastOfGoogle().body)).toContain(PNG.toString("base64"));
  expect(JSON.stringify(lastOfGoogle().body)).not.toContain("pictures.example");
});

test("a channel is tried out in its own protocol, and its models are listed where the cloud lists them", async () => {
  const outbound = createOutbound({ allowPrivate: true }), transport = createHttpTransport(outbound);
  google.answers.say = (call) => {
    const [path] = call.path.split("?");
    if (path === "/v1beta1/publishers/google/models") return json(call, 200, call.path.includes("pageToken=2") ? { publisherModels: [{ name: "publishers/google/models/gemini-2.5-pro", versionId: "default" }] } : { publisherModels: [{ name: `publishers/google/models/${GEMINI}` }], nextPageToken: "2" });
    if (path === "/v1beta1/publishers/anthropic/models") return json(call, 200, { publisherModels: [{ name: "publishers/anthropic/models/claude-sonnet-4-5" }] });
    return google.usual(call);
  };
  const probe = (provider: string, baseUrl: string, secret: string, upstreamName: string) => probeChannel({ transport, simulator: transport }, { provider, baseUrl, secret, stream: true, list: true, model: { upstreamName, endpoints: [] } });
  const DONE = [{ step: "key", state: "ok" }, { step: "models", state: "ok" }, { step: "reply", state: "ok" }, { step: "stream", state: "ok" }, { step: "usage", state: "ok" }];
  for (const model of [GEMINI, CLAUDE]) {
    const report = await probe("vertex", google.origin, google.file(), model);
    expect(report).toMatchObject({ ok: true, models: ["claude-sonnet-4-5", GEMINI, "gemini-2.5-pro"], steps: DONE });
  }
  expect(await probe("vertex", google.origin, "AIza-express-key", GEMINI)).toMatchObject({ ok: true, steps: [{ step: "models", state: "skipped" }, { step: "reply", state: "ok" }, { step: "stream", state: "ok" }, { step: "usage", state: "ok" }] });
  expect(await probe("vertex", google.origin, google.file({ client_email: "someone@else" }), GEMINI)).toMatchObject({ ok: false, steps: [{ step: "key", state: "failed", note: "invalid_grant: Invalid JWT claims." }] });
  expect(await probe("vertex", google.origin, google.file({ private_key: "x" }), GEMINI)).toMatchObject({ ok: false, steps: [{ step: "key", state: "failed", note: "The service account's private_key cannot be read." }] });

  bedrock.script = (call) => {
    if (call.path === "/foundation-models") return json(call, 200, { modelSummaries: [{ modelId: "amazon.nova-pro-v1:0" }] });
    if (call.path.startsWith("/inference-profiles")) return json(call, 200, { inferenceProfileSummaries: [{ inferenceProfileId: AMAZONS, inferenceProfileName: "Claude" }] });
    return vendorSpeaks("converse", () => ({ text: "Hello there" }))(call);
  };
  expect(await probe("bedrock", BEDROCK, "AKIA1|secret|eu-west-1", AMAZONS)).toMatchObject({ ok: true, models: ["amazon.nova-pro-v1:0", AMAZONS], steps: DONE });
  for (const { headers } of bedrock.calls) expect(headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIA1\/\d{8}\/eu-west-1\/bedrock\//);
  // A key that may call and not list is good.
  const listed = bedrock.script;
  bedrock.script = (call) => (call.path.startsWith("/model/") ? listed(call) : json(call, 403, { message: "not authorized to perform: bedrock:ListFoundationModels" }));
  expect(await probe("bedrock", BEDROCK, "AKIA1|secret|eu-west-1", AMAZONS)).toMatchObject({ ok: true, steps: [{ step: "models", state: "skipped" }, { step: "reply", state: "ok" }, { step: "stream", state: "ok" }, { step: "usage", state: "ok" }] });
  outbound.close();
});

test("what an operator is shown of a request is what is sent", async () => {
  const { shop, anthropic } = await onVertex(CLAUDE);
  const shown = previewRequest({ provider: "vertex", protocol: undefined, settings: {}, model: "gpt-test", upstreamModel: CLAUDE, group: "default", dialect: "anthropic", body: JSON.stringify(ASK) });
  await anthropic.messages.create(ASK);
  expect(shown.kind === "sent" && JSON.parse(shown.after)).toEqual(lastOfGoogle().body);
  expect(shown.kind === "sent" && shown.headers["anthropic-version"]).toBeFalsy();
  expect(shop.billing.records).toHaveLength(1);
});

test("no key goes to a place that is not open: a file's token server is vetted like every vendor", async () => {
  const { shop, openai } = await onVertex(GEMINI, { secret: google.file({ token_uri: "ftp://127.0.0.1/token" }) });
  await expect(openai.chat.completions.create(ASK)).rejects.toMatchObject({ status: 502 });
  expect(shop.disabled).toEqual([]);
});

test("betas that a model refuses are left out of the same request, and of those after it that ask for the same", async () => {
  const { anthropic } = await onBedrock(AMAZONS);
  bedrock.script = (call) => {
    const betas = (call.body as { anthropic_beta?: string[] }).anthropic_beta ?? [];
    return betas.includes("context-1m-2025-08-07") ? json(call, 400, { message: "The model returned the following errors: invalid beta flag" }) : usualBedrock(call);
  };
  const ask = async (...betas: string[]) => {
    const from = bedrock.calls.length;
    const { data, response } = await anthropic.beta.messages.create({ ...ASK, betas }).withResponse();
    expect(data).toMatchObject({ content: [{ type: "text", text: "Hello there" }] });
    return [response.headers.get("x-modelmart-warn"), bedrock.calls.slice(from).map(({ body }) => (body as { anthropic_beta?: string[] }).anthropic_beta)];
  };
  const both = ["context-1m-2025-08-07", "effort-2025-11-24"];
  expect(await ask(...both)).toEqual(["beta_dropped", [both, undefined]]);
  expect(await ask(...both)).toEqual(["beta_dropped", [undefined]]);
  // Nobody else loses anything by that.
  expect(await ask("effort-2025-11-24")).toEqual([null, [["effort-2025-11-24"]]]);
});

test("Bedrock is told of the betas that it knows, by its names, and of no other", async () => {
  const ask = (shop: Shop, betas: string, body: object = {}) =>
    fetch(`${shop.url}/v1/messages`, { method: "POST", body: JSON.stringify({ ...ASK, ...body }), headers: { "x-api-key": KEY, "anthropic-version": "2023-06-01", "content-type": "application/json", "anthropic-beta": betas } });
  const { shop } = await onBedrock(AMAZONS);
  const answer = await ask(shop, "claude-code-20250219, context-1m-2025-08-07,advanced-tool-use-2025-11-20", { anthropic_beta: ["oauth-2025-04-20", "effort-2025-11-24"] });
  expect([answer.status, answer.headers.get("x-modelmart-warn")]).toEqual([200, "beta_dropped"]);
  expect((bedrock.calls.at(-1)!.body as { anthropic_beta?: unknown }).anthropic_beta).toEqual(["effort-2025-11-24", "context-1m-2025-08-07", "tool-search-tool-2025-10-19"]);
  const none = await ask(shop, "claude-code-20250219");
  expect([none.status, none.headers.get("x-modelmart-warn")]).toEqual([200, "beta_dropped"]);
  expect(bedrock.calls.at(-1)!.body).not.toHaveProperty("anthropic_beta");
  // What the operator has named for the channel goes on: hosts learn faster than tables.
  const own = await open({ channels: [{ provider: "bedrock", baseUrl: BEDROCK, keys: [channelKey("k0", { secret: () => "AKIA1|secret|eu-west-1" })], settings: { betas: { only: ["claude-code-20250219"] } } }], upstreamModel: AMAZONS });
  expect((await ask(own.shop, "claude-code-20250219,oauth-2025-04-20")).headers.get("x-modelmart-warn")).toBe("beta_dropped");
  expect((bedrock.calls.at(-1)!.body as { anthropic_beta?: unknown }).anthropic_beta).toEqual(["claude-code-20250219"]);
});
