import OpenAI, { toFile } from "openai";
import { afterEach, expect, test } from "vitest";
import type { CompiledPrice } from "#money/price.ts";
import { KEY, openShop, priceOf } from "./shop.ts";
import type { Shop, ShopOptions } from "./shop.ts";
import { wavOf } from "#relay/conversion/speech/wav.ts";
import { json, startVendor } from "./vendor.ts";
import type { Script, Vendor } from "./vendor.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

type Ready = Readonly<{ shop: Shop; vendor: Vendor; openai: OpenAI; post(path: string, body: object): Promise<Response> }>;

async function setUp(provider: string, price: CompiledPrice, script: Script, channel: object = {}, options: Partial<ShopOptions> = {}): Promise<Ready> {
  const vendor = await startVendor(script);
  closing.push(vendor.close);
  const shop = await openShop({ channels: [{ baseUrl: vendor.url.replace("/v1", ""), provider, ...channel }], price, ...options });
  closing.push(shop.close);
  const openai = new OpenAI({ apiKey: KEY, baseURL: `${shop.url}/v1`, maxRetries: 0 });
  const post = (path: string, body: object): Promise<Response> => fetch(`${shop.url}${path}`, {
    method: "POST", headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" }, body: JSON.stringify({ model: "gpt-test", ...body }),
  });
  return { shop, vendor, openai, post };
}

/** 1,000 nano a token of input, 40,000 for a token of picture, 2,000 for text. */
const TOKENS = priceOf({ input: "1000000", output: "2000000", output_image: "40000000", output_audio: "20000000" });
/** 0.04 USD a picture. */
const PER_IMAGE = priceOf({ image: "40000000000" });
/** 15 USD a million characters. */
const PER_CHARACTER = priceOf({ char: "15000000" });
const PER_SEARCH = priceOf({ search_unit: "2000000000" });

const drawing = (data: string): object => ({
  candidates: [{ content: { parts: [{ inlineData: { mimeType: "image/png", data } }] }, finishReason: "STOP" }],
  usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 1300, candidatesTokensDetails: [{ modality: "IMAGE", tokenCount: 1290 }] },
});

test("pictures that Gemini draws: one call each, all together one answer and one charge", async () => {
  const { shop, vendor, openai } = await setUp("gemini", TOKENS, (call) => json(call, 200, drawing("QUJD")));
  const { data, usage } = await openai.images.generate({ model: "gpt-test", prompt: "a cat", n: 3, size: "1536x1024" });
  expect(data?.map(({ b64_json: picture }) => picture)).toEqual(["QUJD", "QUJD", "QUJD"]);
  expect(usage).toMatchObject({ input_tokens: 15, output_tokens: 3900 });
  expect(vendor.calls.map(({ path }) => path)).toEqual(Array(3).fill("/v1beta/models/up-model:generateContent"));
  expect(vendor.calls[0]!.body).toMatchObject({ generationConfig: { imageConfig: { aspectRatio: "3:2" } } });
  expect(shop.billing.records).toMatchObject([{
    outcome: "ok", usageSource: "upstream", quantities: { input: 15, output: 30, output_image: 3870 }, chargeNano: 15_000n + 60_000n + 3870n * 40_000n, detail: { protocol: "gemini-images" },
  }]);
});

test("where one picture of several is withheld, there is no answer and no charge", async () => {
  const { shop, openai } = await setUp("gemini", PER_IMAGE, (call) => json(call, 200, call.n === 1 ? drawing("QUJD") : { candidates: [{ finishReason: "IMAGE_SAFETY" }] }));
  await expect(openai.images.generate({ model: "gpt-test", prompt: "a cat", n: 2 })).rejects.toMatchObject({ status: 400, code: "content_policy_violation" });
  expect(shop.billing.records).toMatchObject([{ outcome: "upstream_error", chargeNano: 0n }]);
});

test("a picture by address is fetched for a client that wants it in base64", async () => {
  const { shop, vendor, openai } = await setUp("minimax", PER_IMAGE, (call) => {
    if (call.path === "/picture.png") call.response.writeHead(200, { "content-type": "image/png" }).end("ABC");
    else json(call, 200, { data: { image_urls: [`http://${call.headers.host}/picture.png`] }, base_resp: { status_code: 0, status_msg: "success" } });
  });
  const { data } = await openai.images.generate({ model: "gpt-test", prompt: "a cat", response_format: "b64_json" });
  expect(data).toEqual([{ b64_json: Buffer.from("ABC").toString("base64") }]);
  expect(vendor.calls.map(({ path, headers }) => [path, headers.authorization])).toEqual([["/v1/image_generation", "Bearer vendor-secret-k0"], ["/picture.png", undefined]]);
  expect(shop.billing.records).toMatchObject([{ outcome: "ok", chargeNano: 40_000_000n }]);
});

test("a picture in base64 for a client that wants an address: the address holds it", async () => {
  const { openai } = await setUp("gemini", PER_IMAGE, (call) => json(call, 200, drawing("QUJD")));
  const { data, response } = await openai.images.generate({ model: "gpt-test", prompt: "a cat", response_format: "url" }).withResponse();
  expect(data.data).toEqual([{ url: "data:image/png;base64,QUJD" }]);
  expect(response.headers.get("x-modelmart-warn")).toBe("url_inlined");
});

test("MiniMax's refusal inside a success is a refusal, and its empty purse is not told", async () => {
  const { shop, openai } = await setUp("minimax", PER_IMAGE, (call) => json(call, 200, { base_resp: { status_code: 1008, status_msg: "insufficient balance" } }));
  await expect(openai.images.generate({ model: "gpt-test", prompt: "a cat" })).rejects.toMatchObject({ status: 502, code: "upstream_unavailable" });
  expect(shop.disabled).toEqual(["k0 quota"]);
});

test("ranking by Cohere and by DashScope: one form for all, charged by units of search", async () => {
  const documents = ["a", { text: "b" }, "c"];
  const cohere = await setUp("cohere", PER_SEARCH, (call) => json(call, 200, { id: "r1", results: [{ index: 2, relevance_score: 0.9 }, { index: 0, relevance_score: 0.4 }], meta: { billed_units: { search_units: 1 } } }));
  const ranked = await (await cohere.post("/v2/rerank", { query: "q", documents, top_n: 2, return_documents: true })).json() as object;
  expect(ranked).toMatchObject({ model: "gpt-test", results: [{ index: 2, relevance_score: 0.9, document: { text: "c" } }, { index: 0, document: { text: "a" } }], meta: { billed_units: { search_units: 1 } } });
  expect(cohere.vendor.calls[0]).toMatchObject({ path: "/v2/rerank", body: { model: "up-model", documents: ["a", "b", "c"], top_n: 2 } });
  expect(cohere.shop.billing.records).toMatchObject([{ outcome: "ok", quantities: { search_unit: 1 }, chargeNano: 2_000_000n, detail: { protocol: "cohere-rerank" } }]);

  const dashscope = await setUp("dashscope", TOKENS, (call) => json(call, 200, { output: { results: [{ index: 1, relevance_score: 0.7 }] }, usage: { total_tokens: 54 }, request_id: "x" }));
  expect(await (await dashscope.post("/v1/rerank", { query: "q", documents })).json()).toMatchObject({ results: [{ index: 1, relevance_score: 0.7 }], usage: { total_tokens: 54 } });
  expect(dashscope.vendor.calls[0]).toMatchObject({ path: "/api/v1/services/rerank/text-rerank/text-rerank", body: { input: { query: "q", documents: ["a", "b", "c"] } } });
  expect(dashscope.shop.billing.records).toMatchObject([{ outcome: "ok", quantities: { input: 54 }, chargeNano: 54_000n }]);
});

test("Mistral's verdicts under OpenAI's names", async () => {
  const { vendor, openai, shop } = await setUp("mistral", priceOf({ input: "100000" }), (call) => json(call, 200, {
    id: "m1", model: "up-model", results: [{ categories: { hate_and_discrimination: true, sexual: false }, category_scores: { hate_and_discrimination: 0.9, sexual: 0.1 } }], usage: { prompt_tokens: 7, total_tokens: 7 },
  }));
  const { results, model } = await openai.moderations.create({ model: "gpt-test", input: "something" });
  expect(results[0]).toMatchObject({ flagged: true, categories: { hate: true, sexual: false, violence: false }, category_scores: { hate: 0.9 } });
  expect(model).toBe("gpt-test");
  expect(vendor.calls[0]).toMatchObject({ path: "/v1/moderations", body: { model: "up-model", input: ["something"] } });
  expect(shop.billing.records).toMatchObject([{ outcome: "ok", quantities: { input: 7 }, chargeNano: 700n }]);
});

test("speech: ElevenLabs' bytes pass, by a voice that the channel names", async () => {
  const { vendor, openai, shop } = await setUp("elevenlabs", PER_CHARACTER, ({ response }) => response.writeHead(200, { "content-type": "audio/mpeg" }).end(Buffer.from([0xff, 0xf3, 1, 2, 3])), { settings: { voices: { alloy: "voice123" } } });
  const answer = await openai.audio.speech.create({ model: "gpt-test", voice: "alloy", input: "Hello" });
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(Buffer.from([0xff, 0xf3, 1, 2, 3]));
  expect(answer.headers.get("content-type")).toBe("audio/mpeg");
  expect(vendor.calls[0]).toMatchObject({ path: "/v1/text-to-speech/voice123?output_format=mp3_44100_128", body: { text: "Hello", model_id: "up-model" } });
  expect(vendor.calls[0]!.headers["xi-api-key"]).toBe("vendor-secret-k0");
  expect(shop.billing.records).toMatchObject([{ outcome: "ok", quantities: { char: 5 }, chargeNano: 75_000n, detail: { protocol: "elevenlabs-speech" } }]);
});

test("speech: MiniMax's digits become bytes, Gemini's samples a file, with the tokens that it counts", async () => {
  const minimax = await setUp("minimax", PER_CHARACTER, (call) => json(call, 200, { data: { audio: "494433ff", status: 2 }, extra_info: { usage_characters: 5 }, base_resp: { status_code: 0 } }));
  const mp3 = await minimax.openai.audio.speech.create({ model: "gpt-test", voice: "alloy", input: "Hello" });
  expect(Buffer.from(await mp3.arrayBuffer())).toEqual(Buffer.from([0x49, 0x44, 0x33, 0xff]));
  expect(mp3.headers.get("content-type")).toBe("audio/mpeg");
  expect(minimax.shop.billing.records).toMatchObject([{ outcome: "ok", quantities: { char: 5 }, chargeNano: 75_000n }]);

  const samples = Buffer.alloc(4_800, 1);
  const gemini = await setUp("gemini", TOKENS, (call) => json(call, 200, {
    candidates: [{ content: { parts: [{ inlineData: { mimeType: "audio/L16;codec=pcm;rate=24000", data: samples.toString("base64") } }] }, finishReason: "STOP" }],
    usageMetadata: { promptTokenCount: 11, candidatesTokenCount: 111, candidatesTokensDetails: [{ modality: "AUDIO", tokenCount: 111 }] },
  }));
  const wav = await gemini.openai.audio.speech.create({ model: "gpt-test", voice: "nova", input: "Hello", response_format: "wav" });
  const bytes = Buffer.from(await wav.arrayBuffer());
  expect([bytes.toString("latin1", 0, 4), bytes.length, wav.headers.get("content-type")]).toEqual(["RIFF", 4_844, "audio/wav"]);
  expect(gemini.shop.billing.records).toMatchObject([{ outcome: "ok", usageSource: "upstream", quantities: { input: 11, output_audio: 111 }, chargeNano: 11_000n + 111n * 20_000n }]);
});

const HEARD = {
  metadata: { duration: 3.7 },
  results: {
    channels: [{ alternatives: [{ transcript: "Ruby is a language.", words: [{ word: "ruby", punctuated_word: "Ruby", start: 0.16, end: 0.56 }] }], detected_language: "en" }],
    utterances: [{ start: 0.16, end: 3.52, transcript: "Ruby is a language." }],
  },
};
/** 6 USD a million milliseconds of recording. */
const PER_SOUND = priceOf({ audio_in_ms: "6000000" });
const SOUND = wavOf(Buffer.alloc(2 * 24_000), 24_000);

test("a client of Google's pictures before Imagen: its own words go there; before another vendor they are put into its own", async () => {
  const predicted = { predictions: [{ mimeType: "image/png", bytesBase64Encoded: "QUJD" }, { mimeType: "image/png", bytesBase64Encoded: "REVG" }] };
  const imagen = await setUp("gemini", PER_IMAGE, (call) => json(call, 200, predicted), {}, { upstreamModel: "imagen-4.0-generate-001" });
  const ask = async ({ url }: Shop): Promise<unknown> => (await fetch(`${url}/v1beta/models/gpt-test:predict`, {
    method: "POST", headers: { "x-goog-api-key": KEY }, body: JSON.stringify({ instances: [{ prompt: "a cat" }], parameters: { sampleCount: 2, aspectRatio: "16:9" } }),
  })).json();
  expect(await ask(imagen.shop)).toEqual(predicted);
  expect(imagen.vendor.calls[0]).toMatchObject({ path: "/v1beta/models/imagen-4.0-generate-001:predict", body: { instances: [{ prompt: "a cat" }], parameters: { sampleCount: 2, aspectRatio: "16:9" } } });
  expect(imagen.shop.billing.records).toMatchObject([{ outcome: "ok", chargeNano: 80_000_000n }]);

  const minimax = await setUp("minimax", PER_IMAGE, (call) => json(call, 200, { data: { image_base64: ["QUJD", "REVG"] }, base_resp: { status_code: 0 } }));
  expect(await ask(minimax.shop)).toEqual(predicted);
  expect(minimax.vendor.calls[0]!.body).toMatchObject({ n: 2, aspect_ratio: "16:9", response_format: "base64" });
  const other = await setUp("openai-compatible", PER_IMAGE, (call) => json(call, 500, {}));
  expect(await ask(other.shop)).toMatchObject({ error: { code: 404, status: "NOT_FOUND" } });
});

test("bare sound in OpenAI's events, for a client that wants them", async () => {
  const { shop, post } = await setUp("xai", PER_CHARACTER, ({ response }) => response.writeHead(200, { "content-type": "audio/mpeg" }).end(Buffer.from([0xff, 0xf3, 1, 2, 3])));
  const answer = await post("/v1/audio/speech", { voice: "nova", input: "Hello", stream_format: "sse" });
  expect(answer.headers.get("content-type")).toContain("text/event-stream");
  const events = (await answer.text()).split("\n").filter((line) => line.startsWith("data: ")).map((line) => JSON.parse(line.slice(6)) as { type: string; audio?: string });
  expect(Buffer.concat(events.flatMap(({ audio }) => (audio === undefined ? [] : [Buffer.from(audio, "base64")])))).toEqual(Buffer.from([0xff, 0xf3, 1, 2, 3]));
  expect(events.at(-1)).toMatchObject({ type: "speech.audio.done", usage: { total_tokens: 0 } });
  expect(shop.billing.records).toMatchObject([{ outcome: "ok", quantities: { char: 5 }, chargeNano: 75_000n }]);
});

test("a recording before Deepgram: sent bare, written down in the form that was asked for", async () => {
  const { shop, vendor, openai } = await setUp("deepgram", PER_SOUND, (call) => json(call, 200, HEARD));
  const file = await toFile(SOUND, "a.wav", { type: "audio/wav" });
  const srt = await openai.audio.transcriptions.create({ model: "gpt-test", file, response_format: "srt", language: "en" });
  expect(srt).toBe("1\n00:00:00,160 --> 00:00:03,520\nRuby is a language.\n");
  expect(vendor.raw[0]).toEqual(SOUND);
  expect(vendor.calls[0]!.path).toBe("/v1/listen?model=up-model&smart_format=true&utterances=true&language=en");
  expect(vendor.calls[0]!.headers).toMatchObject({ authorization: "Token vendor-secret-k0", "content-type": "audio/wav" });
  expect(shop.billing.records).toMatchObject([{ outcome: "ok", quantities: { audio_in_ms: 3_700 }, chargeNano: 22_200_000n, detail: { protocol: "deepgram-transcriptions" } }]);

  const detailed = await openai.audio.transcriptions.create({ model: "gpt-test", file, response_format: "verbose_json", timestamp_granularities: ["word"] });
  expect(detailed).toMatchObject({ text: "Ruby is a language.", duration: 3.7, language: "en", segments: [{ start: 0.16, end: 3.52 }], words: [{ word: "Ruby" }] });
  expect(vendor.calls[1]!.path).toContain("detect_language=true");
  const events = await openai.audio.transcriptions.create({ model: "gpt-test", file, stream: true });
  const types: string[] = [];
  for await (const { type } of events) types.push(type);
  expect(types).toEqual(["transcript.text.delta", "transcript.text.done"]);
});

test("a recording before ElevenLabs goes as a form, before Workers AI in base64", async () => {
  const file = await toFile(SOUND, "a.wav", { type: "audio/wav" });
  const eleven = await setUp("elevenlabs", PER_SOUND, (call) => json(call, 200, { language_code: "eng", text: "Hello you.", words: [{ text: "Hello", start: 0, end: 0.5, type: "word" }, { text: "you.", start: 0.6, end: 0.9, type: "word" }] }));
  expect(await eleven.openai.audio.transcriptions.create({ model: "gpt-test", file, response_format: "vtt" })).toBe("WEBVTT\n\n00:00:00.000 --> 00:00:00.900\nHello you.\n");
  expect(eleven.vendor.raw[0]!.toString("latin1")).toContain('name="model_id"\r\n\r\nup-model\r\n');
  expect(eleven.vendor.raw[0]!.includes(SOUND)).toBe(true);
  expect(eleven.vendor.calls[0]!.path).toBe("/v1/speech-to-text");

  const workers = await setUp("cloudflare-workers-ai", PER_SOUND, (call) => json(call, 200, { success: true, result: { text: "Hi", transcription_info: { duration: 1, language: "en" }, segments: [{ start: 0, end: 1, text: "Hi" }] } }), {}, { upstreamModel: "@cf/openai/whisper-large-v3-turbo" });
  expect(await workers.openai.audio.translations.create({ model: "gpt-test", file })).toMatchObject({ text: "Hi" });
  expect(workers.vendor.calls[0]).toMatchObject({ path: "/run/@cf/openai/whisper-large-v3-turbo", body: { audio: SOUND.toString("base64"), task: "translate" } });
});

test("subtitles are refused of a vendor that tells no times", async () => {
  const { vendor, openai } = await setUp("cohere", PER_SOUND, (call) => json(call, 200, { text: " Hello" }));
  const file = await toFile(SOUND, "a.wav", { type: "audio/wav" });
  await expect(openai.audio.transcriptions.create({ model: "gpt-test", file, response_format: "srt" })).rejects.toMatchObject({ status: 400, code: "unsupported_format" });
  expect(vendor.calls).toHaveLength(0);
  expect(await openai.audio.transcriptions.create({ model: "gpt-test", file, response_format: "text" })).toBe("Hello\n");
});

test("a picture that is to be changed reaches Gemini in its own words, by form and by JSON", async () => {
  const { vendor, openai, post } = await setUp("gemini", PER_IMAGE, (call) => json(call, 200, drawing("QUJD")));
  const image = await toFile(Buffer.from("PNG"), "a.png", { type: "image/png" });
  const { data } = await openai.images.edit({ model: "gpt-test", image, prompt: "make it green", n: 2 });
  expect(data).toHaveLength(2);
  const parts = [{ text: "make it green" }, { inlineData: { mimeType: "image/png", data: Buffer.from("PNG").toString("base64") } }];
  expect(vendor.calls[0]!.body).toMatchObject({ contents: [{ parts }] });
  const response = await post("/v1/images/edits", { prompt: "make it green", images: [{ image_url: `data:image/png;base64,${Buffer.from("PNG").toString("base64")}` }] });
  expect(response.status).toBe(200);
  expect(vendor.calls[2]!.body).toMatchObject({ contents: [{ parts }] });
});

test("a kind of sound that the vendor does not give is refused before it is asked", async () => {
  const { vendor, openai } = await setUp("gemini", TOKENS, (call) => json(call, 500, {}));
  await expect(openai.audio.speech.create({ model: "gpt-test", voice: "nova", input: "Hello", response_format: "opus" })).rejects.toMatchObject({ status: 400, code: "unsupported_format", param: "response_format" });
  expect(vendor.calls).toHaveLength(0);
});
