import http from "node:http";
import type { AddressInfo } from "node:net";
import OpenAI, { toFile } from "openai";
import { afterEach, describe, expect, test } from "vitest";
import { KEY, openShop, priceOf, until } from "./shop.ts";
import type { Shop, ShopOptions } from "./shop.ts";

type Sent = Readonly<{ path: string; form: FormData; response: http.ServerResponse }>;
type Script = (sent: Sent) => void;
type FormVendor = { readonly url: string; readonly calls: Sent[]; script: Script };

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A vendor of which forms are asked. */
async function startFormVendor(script: Script): Promise<FormVendor> {
  const calls: Sent[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = new Response(Buffer.concat(chunks), { headers: { "content-type": request.headers["content-type"] ?? "" } });
      void body.formData().then((form) => {
        const sent = { path: request.url!, form, response };
        calls.push(sent);
        vendor.script(sent);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const vendor: FormVendor = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, calls, script };
  return vendor;
}

const answer = (status: number, body: object): Script => ({ response }) => {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
};

async function setUp(script: Script, over: Partial<ShopOptions> = {}): Promise<{ shop: Shop; vendor: FormVendor; client: OpenAI }> {
  const vendor = await startFormVendor(script);
  const shop = await openShop({ channels: [{ baseUrl: vendor.url }], ...over });
  closing.push(shop.close);
  return { shop, vendor, client: new OpenAI({ apiKey: KEY, baseURL: `${shop.url}/v1`, maxRetries: 0 }) };
}

const post = (shop: Shop, path: string, body: BodyInit, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${shop.url}${path}`, { method: "POST", body, headers: { authorization: `Bearer ${KEY}`, ...headers } });

const bytesOf = async (value: FormDataEntryValue | null): Promise<Buffer> => Buffer.from(await (value as File).arrayBuffer());

const PIXELS = Buffer.from(Array.from({ length: 1_500_000 }, (_, at) => (at * 7) % 256));
const BY_IMAGE = priceOf({ image: "40000000000" });
/** USD 0.006 a minute. */
const BY_SECOND = priceOf({ audio_in_ms: "100000" });
const BY_TOKEN = priceOf({ input: "2500000", input_audio: "6000000", output: "10000000" });
const TALK = Buffer.alloc(20_000, 1);

describe("pictures to be changed", () => {
  test("reach the vendor whole, under its name of the model", async () => {
    const { shop, vendor, client } = await setUp(answer(200, { created: 1, data: [{ b64_json: "aGk=" }] }), { price: BY_IMAGE });
    const reply = await client.images.edit({
      model: "gpt-test", prompt: "turn it green", image: [await toFile(PIXELS, "a.png", { type: "image/png" }), await toFile(Buffer.from("b"), "b.png", { type: "image/png" })],
      mask: await toFile(Buffer.from("m"), "m.png", { type: "image/png" }), size: "1024x1024",
    });
    expect(reply.data?.[0]?.b64_json).toBe("aGk=");
    const { path, form } = vendor.calls[0]!;
    expect([path, form.get("model"), form.get("prompt"), form.get("size")]).toEqual(["/v1/images/edits", "up-model", "turn it green", "1024x1024"]);
    const images = form.getAll("image[]");
    expect(images.map((image) => (image as File).name)).toEqual(["a.png", "b.png"]);
    expect((await bytesOf(images[0]!)).equals(PIXELS)).toBe(true);
    expect(await bytesOf(form.get("mask"))).toEqual(Buffer.from("m"));
    expect(shop.billing.records[0]).toMatchObject({ outcome: "ok", endpoint: "images", chargeNano: 40_000_000n });
  });

  test("are sent again, byte for byte, where the first vendor fails", async () => {
    const { shop, vendor, client } = await setUp(answer(500, { error: { message: "trouble" } }), { price: BY_IMAGE });
    vendor.script = (sent) => answer(vendor.calls.length === 1 ? 500 : 200, vendor.calls.length === 1 ? { error: { message: "trouble" } } : { data: [{ b64_json: "aGk=" }] })(sent);
    await client.images.createVariation({ model: "gpt-test", image: await toFile(PIXELS, "a.png", { type: "image/png" }) });
    expect(vendor.calls.map(({ path }) => path)).toEqual(["/v1/images/variations", "/v1/images/variations"]);
    for (const { form } of vendor.calls) expect((await bytesOf(form.get("image"))).equals(PIXELS)).toBe(true);
    expect(shop.billing.records[0]).toMatchObject({ outcome: "ok", chargeNano: 40_000_000n });
    expect(shop.billing.records[0]!.attempts).toHaveLength(2);
  });
});

describe("recordings", () => {
  const file = () => toFile(TALK, "talk.mp3", { type: "audio/mpeg" });

  test("are charged by the second that the vendor tells", async () => {
    const { shop, vendor, client } = await setUp(answer(200, { text: "Hello.", usage: { type: "duration", seconds: 9 } }), { price: BY_SECOND });
    expect(await client.audio.transcriptions.create({ model: "gpt-test", file: await file() })).toMatchObject({ text: "Hello." });
    expect(vendor.calls[0]!.path).toBe("/v1/audio/transcriptions");
    expect((await bytesOf(vendor.calls[0]!.form.get("file"))).equals(TALK)).toBe(true);
    expect(shop.billing.records[0]).toMatchObject({ endpoint: "audio", usageSource: "upstream", chargeNano: 900_000n, quantities: { audio_in_ms: 9_000 } });
  });

  test("are charged by the tokens that the vendor tells", async () => {
    const usage = { type: "tokens", total_tokens: 49, input_tokens: 37, input_token_details: { text_tokens: 0, audio_tokens: 37 }, output_tokens: 12 };
    const { shop, client } = await setUp(answer(200, { text: "Hello.", usage }), { price: BY_TOKEN });
    await client.audio.translations.create({ model: "gpt-test", file: await file() });
    expect(shop.billing.records[0]).toMatchObject({ usageSource: "upstream", chargeNano: 342_000n, quantities: { input_audio: 37, output: 12 } });
  });

  test("come as plain text or subtitles, charged by their own length", async () => {
    const { shop, vendor } = await setUp(({ response }) => {
      response.writeHead(200, { "content-type": "text/plain" });
      response.end("1\n00:00 --> 00:03\nHello.\n");
    }, { price: BY_SECOND });
    const form = new FormData();
    form.set("model", "gpt-test");
    form.set("response_format", "srt");
    form.set("file", new Blob([wavSecond()], { type: "audio/wav" }), "a.wav");
    const reply = await post(shop, "/v1/audio/transcriptions", form);
    expect([reply.headers.get("content-type"), await reply.text()]).toEqual(["text/plain; charset=utf-8", "1\n00:00 --> 00:03\nHello.\n"]);
    expect(vendor.calls[0]!.form.get("response_format")).toBe("srt");
    expect(shop.billing.records[0]).toMatchObject({ chargeNano: 100_000n, usageSource: "upstream", quantities: { audio_in_ms: 1_000 } });
  });

  test.each([
    ["json", "application/json", '{"text":"Hello.","usage":{"type":"duration","seconds":3.3}}'],
    ["text", "text/plain; charset=utf-8", "Hello.\n"],
    ["srt", "text/plain; charset=utf-8", "1\n00:00:00,000 --> 00:00:03,250\nHello.\n"],
  ])("of Whisper's as %s are charged by the length that the vendor heard", async (format, type, text) => {
    const vendor = await startFormVendor(answer(200, { task: "transcribe", duration: 3.3, text: "Hello.", segments: [{ id: 0, start: 0, end: 3.25, text: " Hello." }] }));
    const shop = await openShop({ channels: [{ baseUrl: vendor.url, provider: "groq" }], price: BY_SECOND, upstreamModel: "whisper-large-v3" });
    closing.push(shop.close);
    const form = new FormData();
    form.set("model", "gpt-test");
    form.set("response_format", format);
    form.set("file", new Blob([wavSecond()], { type: "audio/wav" }), "a.wav");
    const reply = await post(shop, "/v1/audio/transcriptions", form);
    expect([reply.headers.get("content-type"), await reply.text()]).toEqual([type, text]);
    expect(vendor.calls[0]!.form.get("response_format")).toBe("verbose_json");
    expect(shop.billing.records[0]).toMatchObject({ chargeNano: 330_000n, usageSource: "upstream" });
  });

  test("come in events, the last of which waits for the charge", async () => {
    const { shop, client } = await setUp(({ response }) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write('data: {"type":"transcript.text.delta","delta":"Hel"}\n\ndata: {"type":"transcript.text.delta","delta":"lo."}\n\n');
      response.end('data: {"type":"transcript.text.done","text":"Hello.","usage":{"type":"tokens","input_tokens":37,"input_token_details":{"audio_tokens":37},"output_tokens":12,"total_tokens":49}}\n\ndata: [DONE]\n\n');
    }, { price: BY_TOKEN });
    const types: string[] = [];
    for await (const event of await client.audio.transcriptions.create({ model: "gpt-test", file: await file(), stream: true })) types.push(event.type);
    expect(types).toEqual(["transcript.text.delta", "transcript.text.delta", "transcript.text.done"]);
    expect(shop.billing.records[0]).toMatchObject({ stream: true, chargeNano: 342_000n });
  });
});

function wavSecond(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(44 + 8_000), view = new DataView(bytes.buffer);
  const text = (at: number, word: string): void => void [...word].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 8_036, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, 8_000, true);
  view.setUint32(28, 8_000, true);
  view.setUint16(32, 1, true);
  view.setUint16(34, 8, true);
  text(36, "data");
  view.setUint32(40, 8_000, true);
  return bytes;
}

describe("uploads that are refused", () => {
  const form = (fields: Readonly<Record<string, string | Blob>>): FormData => {
    const made = new FormData();
    for (const [name, value] of Object.entries(fields)) made.append(name, value);
    return made;
  };

  test.each([
    ["no form", () => JSON.stringify({ model: "gpt-test" }), { "content-type": "application/json" }, 415, "unsupported_media_type"],
    ["no file", () => form({ model: "gpt-test" }), {}, 400, "missing_required_parameter"],
    ["text where the file should be", () => form({ model: "gpt-test", file: "talk.mp3" }), {}, 400, "missing_required_parameter"],
    ["no model", () => form({ file: new Blob(["x"]) }), {}, 400, "missing_required_parameter"],
    ["a form that breaks off", () => "--a\r\ncontent-disposition: form-data; name=\"model\"\r\n\r\ngpt", { "content-type": "multipart/form-data; boundary=a" }, 400, "invalid_value"],
    ["a recording that is too large", () => form({ model: "gpt-test", file: new Blob([new Uint8Array(26 * 1024 * 1024)]) }), {}, 413, "request_too_large"],
  ])("for %s hear it in OpenAI's form", async (_, body, headers, status, code) => {
    const { shop, vendor } = await setUp(answer(200, { text: "never" }));
    const reply = await post(shop, "/v1/audio/transcriptions", body(), headers);
    expect(reply.status).toBe(status);
    expect(await reply.json()).toMatchObject({ error: { code } });
    expect(vendor.calls).toHaveLength(0);
    expect(shop.billing.records).toHaveLength(0);
    await until(() => shop.relay.running === 0);
  });
});
