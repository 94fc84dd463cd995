import { formData } from "#relay/conversion/calls/form-data.ts";
import type { FormPart } from "#relay/conversion/calls/form-data.ts";
import { badReply, jsonBody, refused, replyOf } from "#relay/conversion/calls/vendor-reply.ts";
import { dataUrl } from "#relay/conversion/images/given.ts";
import type { GivenImage } from "#relay/conversion/images/images-asked.ts";
import type { ImagesReply, ImagesVendor, Picture } from "#relay/conversion/images/images-vendor.ts";
import { nearestRatio, nearestSize } from "#relay/conversion/images/size.ts";
import { asWire, compact, isWire, listOf, textOf } from "#relay/dialects/stream-kit/wire.ts";
import type { Wire } from "#relay/dialects/stream-kit/wire.ts";
import type { StepReply } from "#relay/upstream/scripted.ts";

/** OpenAI's own form of an answer. */
function openAiReply(reply: StepReply): ImagesReply {
  const wire = replyOf(reply);
  const pictures = listOf(wire.data).map(asWire).flatMap((one): Picture[] => {
    const url = textOf(one.url), base64 = textOf(one.b64_json), revised = textOf(one.revised_prompt);
    return url === "" && base64 === "" ? [] : [{ ...(url !== "" && { url }), ...(base64 !== "" && { base64 }), ...(revised !== "" && { revisedPrompt: revised }) }];
  });
  return { pictures, usage: isWire(wire.usage) ? wire.usage : undefined, size: textOf(asWire(listOf(wire.data)[0]).size) || undefined };
}

const MINIMAX_RATIOS = ["1:1", "16:9", "4:3", "3:2", "2:3", "3:4", "9:16", "21:9"];
const MINIMAX_SIDE_MIN = 512, MINIMAX_SIDE_MAX = 2_048, MINIMAX_SIDE_STEP = 8;

/** MiniMax takes sides of its own choice within bounds, else one of its shapes. A picture that comes along shows a person. */
export const minimaxImages: ImagesVendor = (asked, model, warn) => {
  const { size } = asked;
  const fits = (side: number): boolean => side >= MINIMAX_SIDE_MIN && side <= MINIMAX_SIDE_MAX && side % MINIMAX_SIDE_STEP === 0;
  const shape = typeof size === "object" && fits(size.width) && fits(size.height) ? { width: size.width, height: size.height }
    : size === undefined ? {} : { aspect_ratio: nearestRatio(size, MINIMAX_RATIOS, warn) };
  return {
    most: 9,
    step: (n) => ({
      body: jsonBody(compact({
        ...asked.others, model, prompt: asked.prompt, n, ...shape, response_format: asked.form === "b64_json" ? "base64" : "url",
        subject_reference: asked.given.length > 0 ? asked.given.map((image) => ({ type: "character", image_file: dataUrl(image) })) : undefined,
      })),
    }),
    reply(reply) {
      const data = asWire(replyOf(reply).data);
      return { pictures: [...listOf(data.image_urls).map((url) => ({ url: textOf(url) })), ...listOf(data.image_base64).map((base64) => ({ base64: textOf(base64) }))] };
    },
  };
};

const QWEN_SIZES = ["1664x928", "1472x1104", "1328x1328", "1104x1472", "928x1664"];

/** DashScope in one call; its first pictures have five sizes, later ones any. */
export const dashscopeImages: ImagesVendor = (asked, model, warn) => {
  const { size, others } = asked;
  const ofFive = /^qwen-image(?:-plus|-max)?(?:-\d{4}-\d\d-\d\d)?$/.test(model);
  const pixels = typeof size === "object" ? (ofFive ? nearestSize(size, QWEN_SIZES, warn) : `${size.width}x${size.height}`)
    : size === undefined ? undefined : nearestRatioSize(size, QWEN_SIZES, warn);
  const content = [...asked.given.map((image) => ({ image: dataUrl(image) })), { text: asked.prompt }];
  const body = jsonBody({
    model, input: { messages: [{ role: "user", content }] },
    parameters: compact({ size: pixels?.replace("x", "*"), n: 1, negative_prompt: others.negative_prompt, prompt_extend: others.prompt_extend, watermark: others.watermark ?? false, seed: others.seed }),
  });
  return {
    most: 1,
    step: () => ({ body }),
    reply(reply) {
      const wire = replyOf(reply);
      const parts = listOf(asWire(wire.output).choices).flatMap((choice) => listOf(asWire(asWire(choice).message).content)).map(asWire);
      const { width, height } = asWire(wire.usage);
      return {
        pictures: parts.flatMap(({ image }): Picture[] => (typeof image === "string" ? [{ url: image }] : [])),
        size: typeof width === "number" && typeof height === "number" ? `${width}x${height}` : undefined,
      };
    },
  };
};

function nearestRatioSize(ratio: string, sizes: readonly string[], warn: (code: string) => void): string {
  const [wide, high] = ratio.split(":").map(Number) as [number, number];
  return nearestSize({ width: wide * 1_000, height: high * 1_000 }, sizes, warn);
}

/** Ark: OpenAI's form, one picture a call, sizes as they are or by word (`2K`). */
export const arkImages: ImagesVendor = (asked, model) => {
  const { size, sizeText, form, given, others } = asked;
  const wanted = typeof size === "object" ? `${size.width}x${size.height}` : sizeText === "auto" || typeof size === "string" ? undefined : sizeText;
  const images = given.map(dataUrl);
  const body = jsonBody(compact({
    watermark: false, ...others, model, prompt: asked.prompt, size: wanted, response_format: form ?? "url",
    image: images.length === 0 ? others.image : images.length === 1 ? images[0] : images,
  }));
  return { most: 1, step: () => ({ body }), reply: openAiReply };
};

/** OpenRouter: OpenAI's words, and pictures to start from by reference. */
export const openrouterImages: ImagesVendor = ({ prompt, count, sizeText, size, quality, fileType, given, others }, model) => {
  const shared = compact({
    ...others, model, prompt, size: sizeText, aspect_ratio: typeof size === "string" ? size : undefined, quality, output_format: fileType,
    input_references: given.length === 0 ? undefined : given.map((image) => ({ type: "image_url", image_url: { url: dataUrl(image) } })),
  });
  return { most: Math.max(1, count), givesBase64: true, step: (n) => ({ body: jsonBody({ ...shared, n }) }), reply: openAiReply };
};

const XAI_RATIOS = ["1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "2:1", "1:2"];

/** xAI: shapes instead of sizes, and pictures to start from in the text. */
export const xaiImages: ImagesVendor = ({ prompt, size, form, given, others }, model, warn) => {
  const shared = compact({
    ...others, model, prompt, response_format: form, aspect_ratio: size === undefined ? undefined : nearestRatio(size, XAI_RATIOS, warn),
    images: given.length === 0 ? undefined : given.map((image) => ({ type: "image_url", url: dataUrl(image) })),
  });
  return { most: 10, step: (n) => ({ body: jsonBody({ ...shared, n }) }), reply: openAiReply };
};

const KOLORS_MOST = 4;

/** SiliconFlow: names of its own for size and number; only Kolors makes several at once. */
export const siliconflowImages: ImagesVendor = ({ prompt, size, given, others }, model) => {
  const most = /kolors/i.test(model) ? KOLORS_MOST : 1;
  const [first, second, third] = given.map(dataUrl);
  const shared = compact({ ...others, model, prompt, image_size: typeof size === "object" ? `${size.width}x${size.height}` : undefined, image: first ?? others.image, image2: second, image3: third });
  return {
    most,
    step: (count) => ({ body: jsonBody(most === 1 ? shared : { ...shared, batch_size: count }) }),
    reply(reply) {
      const wire = replyOf(reply);
      return { pictures: listOf(wire.images ?? wire.data).map((one) => ({ url: textOf(asWire(one).url) })).filter(({ url }) => url !== "") };
    },
  };
};

const RECRAFT_SIZES = [
  "1024x1024", "1365x1024", "1024x1365", "1536x1024", "1024x1536", "1820x1024", "1024x1820", "1024x2048", "2048x1024", "1434x1024", "1024x1434",
  "1024x1280", "1280x1024", "1024x1707", "1707x1024",
];
const RECRAFT_MOST = 6;
/** How far a picture may be led away from the one that it is made of, where nobody says. */
const RECRAFT_STRENGTH = "0.5";

/** Recraft: OpenAI's form with its own sizes; a picture made of another is a form, at another address. */
export const recraftImages: ImagesVendor = (asked, model, warn) => {
  const { size, given, others, form } = asked;
  const own = typeof size === "object" ? nearestSize(size, RECRAFT_SIZES, warn) : size === undefined ? undefined : nearestRatioSize(size, RECRAFT_SIZES, warn);
  if (given.length > 1) warn("images_dropped");
  const [first] = given;
  return {
    most: RECRAFT_MOST,
    step(n) {
      const fields: Wire = compact({ ...others, prompt: asked.prompt, model, n, response_format: form ?? "url" });
      if (!first) return { body: jsonBody(compact({ ...fields, size: own })) };
      const { contentType, body } = formData([filePart("image", first), ...textParts({ strength: RECRAFT_STRENGTH, ...fields })]);
      return { path: (pathname) => pathname.replace(/generations$/, "imageToImage"), headers: { "content-type": contentType }, body };
    },
    reply: openAiReply,
  };
};

const STABILITY_RATIOS = ["16:9", "1:1", "21:9", "2:3", "3:2", "4:5", "5:4", "9:16", "9:21"];
const STABILITY_STRENGTH = "0.6";

/** Stability: a form, one picture a call, the kind of model in the address. */
export const stabilityImages: ImagesVendor = (asked, model, warn) => {
  const { size, given, others, fileType } = asked;
  const kind = model.endsWith("core") ? "core" : model.endsWith("ultra") ? "ultra" : "sd3";
  const [first] = given;
  if (given.length > 1 || (first && kind === "core")) warn("images_dropped");
  const source = kind === "core" ? undefined : first;
  // A picture made of another has its shape.
  const aspect = size === undefined || (source && kind === "sd3") ? undefined : nearestRatio(size, STABILITY_RATIOS, warn);
  const { contentType, body } = formData([
    ...textParts(compact({
      ...others, prompt: asked.prompt, aspect_ratio: aspect, output_format: fileType, model: kind === "sd3" ? model : undefined,
      ...(source && { strength: others.strength ?? STABILITY_STRENGTH, ...(kind === "sd3" && { mode: "image-to-image" }) }),
    })),
    ...(source ? [filePart("image", source)] : []),
  ]);
  return {
    most: 1, givesBase64: true,
    step: () => ({ path: (pathname) => pathname.replace(/[^/]+$/, kind), headers: { "content-type": contentType, accept: "application/json" }, body }),
    reply(reply) {
      const wire = replyOf(reply);
      if (wire.finish_reason === "CONTENT_FILTERED") throw refused(reply, 400, "content_policy_violation", "The picture was withheld by the safety filter.");
      const base64 = textOf(wire.image);
      if (base64 === "") throw badReply("The upstream's reply holds no picture.");
      return { pictures: [{ base64 }] };
    },
  };
};

const filePart = (name: string, { bytes, type, name: fileName }: GivenImage): FormPart => ({ name, value: bytes, fileName, type });
const textParts = (fields: Wire): readonly FormPart[] =>
  Object.entries(fields).map(([name, value]) => ({ name, value: typeof value === "string" ? value : JSON.stringify(value) }));
