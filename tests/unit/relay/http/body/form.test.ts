import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { bytesOf, type BodyPart } from "#platform/outbound/body-part.ts";
import { createSpool } from "#platform/spool.ts";
import { encodeForm } from "#relay/http/body/encode-form.ts";
import { isFile, type Form } from "#relay/http/body/form.ts";
import { formDigest } from "#relay/http/body/form-digest.ts";
import { formView } from "#relay/http/body/form-view.ts";
import { readForm } from "#relay/http/body/read-form.ts";
import { soundLength } from "#relay/http/body/sound-length.ts";
import type { ByteSink } from "#relay/http/body/collector.ts";

const spool = createSpool(path.join(tmpdir(), "modelmart-form-test"));
const LIMITS = { bytesMax: 100_000_000, fileBytesMax: 3_000_000 };
const headers = { "content-type": 'multipart/form-data; boundary="a-b"' };

type Part = Readonly<{ head: string; value: Buffer | string }>;
const field = (name: string, value: string): Part => ({ head: `content-disposition: form-data; name="${name}"`, value });
const file = (name: string, fileName: string, value: Buffer, type = "image/png"): Part => ({ head: `Content-Disposition: form-data; name="${name}"; filename="${fileName}"\r\nContent-Type: ${type}`, value });
const written = (...parts: readonly Part[]): Buffer =>
  Buffer.concat([...parts.flatMap(({ head, value }) => [Buffer.from(`--a-b\r\n${head}\r\n\r\n`), Buffer.from(value as string), Buffer.from("\r\n")]), Buffer.from("--a-b--\r\n")]);

/** As a socket would bring it: the next piece when the reader is ready for it. */
const arriving = (chunks: readonly Buffer[]) => ({
  headers,
  async body(_max: number, sink?: ByteSink): Promise<Buffer> {
    let drained: (() => void) | undefined;
    sink!.onDrain(() => drained?.());
    for (const chunk of chunks) if (!sink!.write(chunk)) await new Promise<void>((resolve) => (drained = resolve));
    return Buffer.alloc(0);
  },
});

async function told(form: Form): Promise<unknown[]> {
  const all = await Promise.all(form.parts.map(async (part) => (isFile(part) ? [part.name, part.fileName, part.type, (await bytesOf(part.body)).toString("latin1")] : [part.name, part.value])));
  form.close();
  return all;
}

const SMALL = written(field("model", "gpt-image-1"), file("image[]", "a cat.png", Buffer.from("\r\n--a-\x00\xff", "latin1")), field("prompt", "größer, 更大\r\n--a-"), file("mask", "m.png", Buffer.alloc(0)));
const SAID = [["model", "gpt-image-1"], ["image[]", "a_cat.png", "image/png", "\r\n--a-\x00\xff"], ["prompt", "größer, 更大\r\n--a-"], ["mask", "m.png", "image/png", ""]];

describe("a form", () => {
  test("is read the same however its bytes are cut", async () => {
    for (let cut = 1; cut < SMALL.length; cut++) {
      const form = await readForm(arriving([SMALL.subarray(0, cut), SMALL.subarray(cut)]), LIMITS, spool);
      expect(await told(form), `cut at ${cut}`).toEqual(SAID);
    }
    expect(await told(await readForm(arriving([...SMALL].map((byte) => Buffer.from([byte]))), LIMITS, spool))).toEqual(SAID);
  });

  test("that breaks off is none, wherever it does", async () => {
    const end = SMALL.length - "--\r\n".length;
    for (let cut = 0; cut < end; cut++) await expect(readForm(arriving([SMALL.subarray(0, cut)]), LIMITS, spool), `cut at ${cut}`).rejects.toMatchObject({ code: "invalid_value" });
  });

  test("keeps large files out of memory, and can be sent more than once", async () => {
    const large = Buffer.from(Array.from({ length: 2_500_000 }, (_, at) => at % 251));
    const whole = written(file("file", "../../x/talk.mp3", large, "audio/mpeg"), field("model", "whisper-1"), field("provider", "{}"));
    const chunks = Array.from({ length: Math.ceil(whole.length / 65_536) }, (_, at) => whole.subarray(at * 65_536, (at + 1) * 65_536));
    const form = await readForm(arriving(chunks), LIMITS, spool);
    expect(Buffer.isBuffer((form.parts[0] as { body: unknown }).body)).toBe(false);
    for (const boundary of ["x1", "x2"]) {
      const { body, contentType } = encodeForm(form, { model: "up", fields: { response_format: "verbose_json" } }, boundary);
      const sent = await new Response(new Uint8Array(Buffer.concat(await Promise.all(body.map(bytesOf)))), { headers: { "content-type": contentType } }).formData();
      expect([...sent.keys()]).toEqual(["file", "model", "response_format"]);
      expect([sent.get("model"), sent.get("response_format"), (sent.get("file") as File).name]).toEqual(["up", "verbose_json", "talk.mp3"]);
      expect(Buffer.from(await (sent.get("file") as File).arrayBuffer()).equals(large)).toBe(true);
    }
    form.close();
  });

  test.each([
    ["a file that is too large", written(file("file", "a.mp3", Buffer.alloc(3_000_001))), "request_too_large"],
    ["a field that is too large", written(field("prompt", "x".repeat(300_000))), "request_too_large"],
    ["too many parts", written(...Array.from({ length: 101 }, (_, at) => field(`f${at}`, "x"))), "request_too_large"],
    ["a name that would break out of its quotes", written(field('a\\"; x="', "1")), "invalid_value"],
    ["no form at all", Buffer.from('{"model":"x"}'), "invalid_value"],
  ])("is refused with %s", async (_, bytes, code) => {
    await expect(readForm(arriving([bytes]), LIMITS, spool)).rejects.toMatchObject({ code });
  });

  test("without a boundary is refused", async () => {
    await expect(readForm({ ...arriving([SMALL]), headers: { "content-type": "multipart/form-data" } }, LIMITS, spool)).rejects.toMatchObject({ code: "invalid_value" });
  });

  test("is the same for the same parts, and another when a byte of a file is", async () => {
    const digest = async (...parts: readonly Part[]): Promise<string> => (await formDigest(await readForm(arriving([written(...parts)]), LIMITS, spool))).toString("hex");
    const parts = (bytes: Buffer) => [field("model", "m"), file("image", "a.png", bytes)];
    const large = Buffer.alloc(2_000_000, 1), other = Buffer.from(large).fill(2, 1_999_999);
    expect(await digest(...parts(large))).toBe(await digest(...parts(large)));
    expect(new Set([await digest(...parts(large)), await digest(...parts(other)), await digest(...parts(Buffer.alloc(0))), await digest(...parts(large).reverse())]).size).toBe(4);
  });

  test("is seen as the JSON that would say the same", async () => {
    const form = await readForm(arriving([written(field("model", "m"), field("n", "2"), field("stream", "True"), file("image", "a.png", Buffer.from("a")), file("image", "b.png", Buffer.from("b")), field("timestamp_granularities[]", "word"), field("size", "1024x1024"))]), LIMITS, spool);
    expect(JSON.parse(formView(form).toString())).toEqual({ model: "m", n: 2, stream: true, image: ["a.png", "b.png"], timestamp_granularities: ["word"], size: "1024x1024" });
    for (const wrong of [[field("model", "a"), field("model", "b")], [field("n", "many")], [field("stream", "perhaps")]]) {
      const odd = await readForm(arriving([written(...wrong)]), LIMITS, spool);
      expect(() => formView(odd)).toThrow();
    }
  });
});

/** A second of silence, 8 kHz, one byte a sample. */
function wav(seconds: number): Buffer {
  const head = Buffer.alloc(44);
  head.write("RIFF", 0, "latin1");
  head.writeUInt32LE(36 + seconds * 8_000, 4);
  head.write("WAVEfmt ", 8, "latin1");
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8_000, 24);
  head.writeUInt32LE(8_000, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write("data", 36, "latin1");
  head.writeUInt32LE(seconds * 8_000, 40);
  return Buffer.concat([head, Buffer.alloc(seconds * 8_000, 128)]);
}

/** A stream's head alone: 16 kHz, one channel, 16 bits. */
function flac(seconds: number): Buffer {
  const head = Buffer.alloc(42);
  head.write("fLaC", 0, "latin1");
  head.writeUInt32BE(0x80000022, 4);
  head.writeUInt16BE(4_096, 8);
  head.writeUInt16BE(4_096, 10);
  head.writeBigUInt64BE((16_000n << 44n) | (15n << 36n) | BigInt(seconds * 16_000), 18);
  return head;
}

describe("the length of a recording", () => {
  const sound = (body: BodyPart) => soundLength({ body });

  test("is read from its head", async () => {
    expect(await sound(wav(3))).toEqual({ ms: 3_000, guessed: false });
    expect(await sound(wav(200))).toEqual({ ms: 200_000, guessed: false });
    const file = await spool.open();
    await file.append(wav(5));
    expect(await sound(file)).toEqual({ ms: 5_000, guessed: false });
    await file.close();
    // 144 x 128,000 / 44,100 bytes a frame of 1,152 samples
    const frame = Buffer.alloc(417);
    frame.writeUInt32BE(0xfffb9000);
    const { ms, guessed } = await sound(Buffer.concat(Array.from({ length: 200 }, () => frame)));
    expect(guessed).toBe(false);
    expect(ms / 1000).toBeCloseTo((200 * 1_152) / 44_100, 0);
    expect((await sound(flac(12))).ms).toBe(12_000);
  });

  test("is not less than so many bytes can last, whatever the head says", async () => {
    const liar = wav(100);
    liar.writeUInt32LE(4_000_000_000, 28);
    liar.writeUInt32LE(8, 40);
    const { ms } = await sound(liar);
    expect(ms).toBeGreaterThan(2_000);
  });

  test("is guessed from above where there is no head", async () => {
    expect(await sound(Buffer.alloc(16_000, 1))).toEqual({ ms: 8_000, guessed: true });
    expect(await sound(Buffer.alloc(0))).toEqual({ ms: 0, guessed: true });
  });
});
