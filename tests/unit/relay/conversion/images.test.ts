import { describe, expect, test } from "vitest";
import { isInMemory, type BodyPart } from "#platform/outbound/body-part.ts";
import type { JsonObject } from "#relay/canonical/request.ts";
import { formData } from "#relay/conversion/calls/form-data.ts";
import { geminiImages } from "#relay/conversion/images/gemini-images.ts";
import { readImages } from "#relay/conversion/images/images-asked.ts";
import type { GivenImage } from "#relay/conversion/images/images-asked.ts";
import type { ImagesVendor } from "#relay/conversion/images/images-vendor.ts";
import { nearestRatio, nearestSize, sizeOf } from "#relay/conversion/images/size.ts";
import { arkImages, dashscopeImages, minimaxImages, openrouterImages, recraftImages, siliconflowImages, stabilityImages, xaiImages } from "#relay/conversion/images/vendors.ts";
import { StepRefused } from "#relay/upstream/scripted.ts";

const GIVEN: GivenImage = { bytes: Buffer.from("picture"), type: "image/png", name: "a.png" };
const ask = (wire: JsonObject, given: readonly GivenImage[] = []) => readImages({ prompt: "a cat", ...wire }, given);
const reply = (body: object) => ({ status: 200, headers: {}, body: Buffer.from(JSON.stringify(body)) });
const textOf = (body: readonly BodyPart[] | undefined): string => Buffer.concat(body!.filter(isInMemory)).toString();

/** The body of the first call, its path, and what was warned of. */
function asked(vendor: ImagesVendor, model: string, wire: JsonObject, given: readonly GivenImage[] = []) {
  const warned: string[] = [];
  const request = ask(wire, given);
  const maker = vendor(request, model, (code) => warned.push(code));
  const step = maker.step(Math.min(maker.most, request.count));
  const text = textOf(step.body);
  return { warned, most: maker.most, path: step.path?.("/v1/models/m:generateContent"), headers: step.headers, text, json: text.startsWith("{") ? (JSON.parse(text) as unknown) : undefined };
}

describe("sizes", () => {
  test.each([["1024x1536", { width: 1024, height: 1536 }], ["512*512", { width: 512, height: 512 }], ["auto", undefined], ["2K", undefined]])("%s", (text, size) => {
    expect(sizeOf(text)).toEqual(size);
  });

  test.each([
    ["1792x1024", "16:9", []], ["1024x1024", "1:1", []], ["1024x1536", "2:3", []], ["1000x3000", "9:16", ["size_adjusted"]],
  ])("%s is nearest to %s", (size, ratio, warnings) => {
    const warned: string[] = [];
    expect(nearestRatio(sizeOf(size)!, ["1:1", "2:3", "16:9", "9:16"], (code) => warned.push(code))).toBe(ratio);
    expect(warned).toEqual(warnings);
  });

  test("of several sizes of one shape the one of about as many pixels", () => {
    expect(nearestSize({ width: 300, height: 300 }, ["256x256", "1024x1024"], () => expect.unreachable())).toBe("256x256");
  });
});

describe("what a vendor is asked", () => {
  test("Imagen predicts several at once", () => {
    const { json, path, most } = asked(geminiImages, "imagen-4.0-generate-001", { n: 3, size: "1792x1024", negative_prompt: "dogs" });
    expect(json).toEqual({ instances: [{ prompt: "a cat" }], parameters: { sampleCount: 3, aspectRatio: "16:9", sampleImageSize: "2K", negativePrompt: "dogs" } });
    expect([path, most]).toEqual(["/v1/models/m:predict", 4]);
    expect(() => geminiImages(ask({}, [GIVEN]), "imagen-4", () => undefined)).toThrow(expect.objectContaining({ code: "unsupported_parameter" }));
  });

  test("Gemini draws one while it talks, also after a picture", () => {
    expect(asked(geminiImages, "gemini-2.5-flash-image", { size: "1024x1536" }, [GIVEN])).toMatchObject({
      most: 1, path: undefined,
      json: {
        contents: [{ role: "user", parts: [{ text: "a cat" }, { inlineData: { mimeType: "image/png", data: GIVEN.bytes.toString("base64") } }] }],
        generationConfig: { responseModalities: ["TEXT", "IMAGE"], imageConfig: { aspectRatio: "2:3" } },
      },
    });
  });

  test.each<[string, ImagesVendor, JsonObject, object, string[]]>([
    ["image-01", minimaxImages, { n: 2, size: "1024x1536", response_format: "b64_json" }, { model: "image-01", prompt: "a cat", n: 2, width: 1024, height: 1536, response_format: "base64" }, []],
    ["image-01", minimaxImages, { size: "1920x1080", seed: 7 }, { model: "image-01", prompt: "a cat", n: 1, width: 1920, height: 1080, response_format: "url", seed: 7 }, []],
    ["image-01", minimaxImages, { size: "256x256" }, { model: "image-01", prompt: "a cat", n: 1, aspect_ratio: "1:1", response_format: "url" }, []],
    ["qwen-image", dashscopeImages, { size: "1024x1024" }, { model: "qwen-image", input: { messages: [{ role: "user", content: [{ text: "a cat" }] }] }, parameters: { size: "1328*1328", n: 1, watermark: false } }, []],
    ["qwen-image-2.0", dashscopeImages, { size: "1024x1024", negative_prompt: "x" }, { model: "qwen-image-2.0", input: { messages: [{ role: "user", content: [{ text: "a cat" }] }] }, parameters: { size: "1024*1024", n: 1, watermark: false, negative_prompt: "x" } }, []],
    ["seedream", arkImages, { size: "2K", guidance_scale: 3 }, { model: "seedream", prompt: "a cat", size: "2K", response_format: "url", watermark: false, guidance_scale: 3 }, []],
    ["seedream", arkImages, { size: "auto", response_format: "b64_json" }, { model: "seedream", prompt: "a cat", response_format: "b64_json", watermark: false }, []],
    ["flux", openrouterImages, { n: 2, size: "1024x1024", quality: "high" }, { model: "flux", prompt: "a cat", n: 2, size: "1024x1024", quality: "high" }, []],
    ["Kwai-Kolors/Kolors", siliconflowImages, { n: 2, size: "1024x1024", seed: 5 }, { model: "Kwai-Kolors/Kolors", prompt: "a cat", image_size: "1024x1024", batch_size: 2, seed: 5 }, []],
    ["grok-imagine", xaiImages, { n: 2, size: "1536x1024" }, { model: "grok-imagine", prompt: "a cat", n: 2, aspect_ratio: "3:2" }, []],
    ["Qwen/Qwen-Image", siliconflowImages, { n: 2 }, { model: "Qwen/Qwen-Image", prompt: "a cat" }, []],
    ["recraftv3", recraftImages, { n: 2, size: "1792x1024", substyle: "noir" }, { prompt: "a cat", model: "recraftv3", n: 2, size: "1820x1024", response_format: "url", substyle: "noir" }, []],
  ])("%s %#", (model, vendor, wire, body, warnings) => {
    const { json, warned } = asked(vendor, model, wire);
    expect(json).toEqual(body);
    expect(warned).toEqual(warnings);
  });

  test("pictures that come along", () => {
    const url = `data:image/png;base64,${GIVEN.bytes.toString("base64")}`;
    expect(asked(openrouterImages, "m", {}, [GIVEN]).json).toMatchObject({ input_references: [{ type: "image_url", image_url: { url } }] });
    expect(asked(xaiImages, "m", {}, [GIVEN]).json).toMatchObject({ images: [{ type: "image_url", url }] });
    expect(asked(siliconflowImages, "m", {}, [GIVEN, GIVEN]).json).toMatchObject({ image: url, image2: url });
    expect(asked(arkImages, "m", {}, [GIVEN]).json).toMatchObject({ image: url });
    expect(asked(arkImages, "m", {}, [GIVEN, GIVEN]).json).toMatchObject({ image: [url, url] });
    expect(asked(minimaxImages, "m", {}, [GIVEN]).json).toMatchObject({ subject_reference: [{ type: "character", image_file: url }] });
    expect(asked(dashscopeImages, "m", {}, [GIVEN]).json).toMatchObject({ input: { messages: [{ content: [{ image: url }, { text: "a cat" }] }] } });
    const recraft = asked(recraftImages, "m", {}, [GIVEN]);
    expect(recraft.text).toContain('name="image"; filename="a.png"\r\ncontent-type: image/png\r\n\r\npicture\r\n');
    expect(recraft.text).toContain('name="strength"\r\n\r\n0.5\r\n');
  });

  test.each([["stable-image-core", "core"], ["stable-image-ultra", "ultra"], ["sd3.5-large", "sd3"]])("Stability's %s is at %s", (model, kind) => {
    const { text, headers } = asked(stabilityImages, model, { size: "1024x1536", output_format: "webp", seed: 4 });
    expect(headers).toMatchObject({ accept: "application/json", "content-type": expect.stringMatching(/^multipart\/form-data; boundary=/) as string });
    expect(text).toContain('name="aspect_ratio"\r\n\r\n2:3\r\n');
    expect(text).toContain('name="output_format"\r\n\r\nwebp\r\n');
    expect(text).toContain('name="seed"\r\n\r\n4\r\n');
    expect(text.includes('name="model"')).toBe(kind === "sd3");
    expect(stabilityImages(ask({}), model, () => undefined).step(1).path!("/v2beta/stable-image/generate/core")).toBe(`/v2beta/stable-image/generate/${kind}`);
  });

  test("pictures in the making are OpenAI's own", () => {
    expect(() => ask({ stream: true })).toThrow(expect.objectContaining({ code: "unsupported_parameter" }));
    expect(() => ask({ response_format: "png" })).toThrow(expect.objectContaining({ code: "invalid_value" }));
  });
});

describe("what a vendor answers", () => {
  const read = (vendor: ImagesVendor, model: string, body: object) => vendor(ask({}), model, () => undefined).reply(reply(body));

  test("Imagen", () => {
    expect(read(geminiImages, "imagen-4", { predictions: [{ mimeType: "image/png", bytesBase64Encoded: "QQ==" }, { bytesBase64Encoded: "Qg==" }] }).pictures)
      .toEqual([{ base64: "QQ==", type: "image/png" }, { base64: "Qg==" }]);
  });

  test("Gemini: the last picture, and tokens in OpenAI's words", () => {
    const { pictures, usage } = read(geminiImages, "gemini-image", {
      candidates: [{ content: { parts: [{ text: "Here" }, { inlineData: { mimeType: "image/jpeg", data: "QQ==" }, thought: true }, { inlineData: { mimeType: "image/jpeg", data: "Qg==" } }] }, finishReason: "STOP" }],
      usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 1518, totalTokenCount: 1523, candidatesTokensDetails: [{ modality: "IMAGE", tokenCount: 1120 }] },
    });
    expect(pictures).toEqual([{ base64: "Qg==", type: "image/jpeg" }]);
    expect(usage).toEqual({
      input_tokens: 5, input_tokens_details: { text_tokens: 5, image_tokens: 0 }, output_tokens: 1518, output_tokens_details: { image_tokens: 1120, text_tokens: 398 }, total_tokens: 1523,
    });
  });

  test.each<[string, ImagesVendor, string, object]>([
    ["Imagen's empty hands", geminiImages, "imagen-4", {}],
    ["Gemini's finish", geminiImages, "gemini-image", { candidates: [{ finishReason: "IMAGE_SAFETY" }] }],
    ["Gemini's block", geminiImages, "gemini-image", { promptFeedback: { blockReason: "SAFETY" } }],
    ["Stability's filter", stabilityImages, "sd3", { image: "QQ==", finish_reason: "CONTENT_FILTERED" }],
  ])("%s is a refusal", (_name, vendor, model, body) => {
    expect(() => read(vendor, model, body)).toThrow(StepRefused);
    try {
      read(vendor, model, body);
    } catch (error) {
      expect((error as StepRefused).reply.status).toBe(400);
      expect((error as StepRefused).reply.body.toString()).toContain("content_policy_violation");
    }
  });

  test.each<[string, ImagesVendor, object, object]>([
    ["MiniMax", minimaxImages, { data: { image_urls: ["https://h/1", "https://h/2"] }, base_resp: { status_code: 0 } }, { pictures: [{ url: "https://h/1" }, { url: "https://h/2" }] }],
    ["MiniMax in base64", minimaxImages, { data: { image_base64: ["QQ=="] }, base_resp: { status_code: 0 } }, { pictures: [{ base64: "QQ==" }] }],
    ["DashScope", dashscopeImages, { output: { choices: [{ message: { content: [{ image: "https://h/1" }] } }] }, usage: { width: 1328, height: 1328, image_count: 1 } }, { pictures: [{ url: "https://h/1" }], size: "1328x1328" }],
    ["Ark", arkImages, { data: [{ url: "https://h/1", size: "2048x2048" }], usage: { generated_images: 1, output_tokens: 4096, total_tokens: 4096 } }, { pictures: [{ url: "https://h/1" }], size: "2048x2048", usage: { generated_images: 1, output_tokens: 4096, total_tokens: 4096 } }],
    ["SiliconFlow", siliconflowImages, { images: [{ url: "https://h/1" }], timings: { inference: 1 }, seed: 3 }, { pictures: [{ url: "https://h/1" }] }],
    ["Recraft", recraftImages, { created: 1, credits: 40, data: [{ b64_json: "QQ==" }] }, { pictures: [{ base64: "QQ==" }] }],
  ])("%s", (_name, vendor, body, expected) => {
    expect(read(vendor, "m", body)).toMatchObject(expected);
  });

  test("MiniMax's error inside a success", () => {
    expect(() => read(minimaxImages, "m", { base_resp: { status_code: 1008, status_msg: "insufficient balance" } })).toThrow(StepRefused);
  });
});

test("the names of a form's parts cannot break its heads", () => {
  const { contentType, body } = formData([{ name: 'a"\r\nb', value: "x", fileName: "c", type: "text/plain" }]);
  const edge = /boundary=(.*)$/.exec(contentType)![1]!;
  expect(textOf(body)).toBe(`--${edge}\r\ncontent-disposition: form-data; name="a%22%0D%0Ab"; filename="c"\r\ncontent-type: text/plain\r\n\r\nx\r\n--${edge}--\r\n`);
});
