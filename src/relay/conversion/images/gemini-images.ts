import { badReply, jsonBody, refused, replyOf } from "#relay/conversion/calls/vendor-reply.ts";
import type { ImagesAsked } from "#relay/conversion/images/images-asked.ts";
import type { ImagesReply, ImagesVendor, Picture } from "#relay/conversion/images/images-vendor.ts";
import { nearestRatio } from "#relay/conversion/images/size.ts";
import { normaliseUsage } from "#relay/dialects/gemini/usage.ts";
import { asWire, compact, isWire, listOf, textOf } from "#relay/dialects/stream-kit/wire.ts";
import type { Wire } from "#relay/dialects/stream-kit/wire.ts";
import { RelayError } from "#relay/errors.ts";
import type { StepReply } from "#relay/upstream/scripted.ts";
import { inputTokensOf } from "#money/usage.ts";

const RATIOS = ["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"];
const IMAGEN_RATIOS = ["1:1", "3:4", "4:3", "9:16", "16:9"];
const IMAGEN_MOST = 4;
/** Longer sides than these ask for the next larger kind. */
const LARGE = 1_536, HUGE = 2_560;
const POLICY_FINISHES = new Set(["SAFETY", "PROHIBITED_CONTENT", "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "BLOCKLIST", "RECITATION", "IMAGE_RECITATION", "SPII"]);

export const isImagen = (model: string): boolean => /^(?:models\/)?imagen/.test(model);

/** Google's two ways to a picture: Imagen predicts, Gemini draws while it talks. */
export const geminiImages: ImagesVendor = (asked, model, warn) => {
  if (!isImagen(model)) return drawn(asked, warn);
  if (asked.given.length > 0) throw new RelayError("unsupported_parameter", "This model makes pictures of words alone.", { param: "image" });
  const { aspect, scale } = shapeOf(asked, IMAGEN_RATIOS, warn);
  return {
    most: IMAGEN_MOST, givesBase64: true,
    step: (count) => ({
      path: (pathname) => pathname.replace(/:\w+$/, ":predict"),
      body: jsonBody({
        instances: [{ prompt: asked.prompt }],
        parameters: compact({ sampleCount: count, aspectRatio: aspect, sampleImageSize: scale === "1K" ? undefined : scale, negativePrompt: asked.others.negative_prompt, seed: asked.others.seed }),
      }),
    }),
    reply: predictions,
  };
};

/** Imagen's pictures. @throws StepRefused where it withheld them all */
export function predictions(reply: StepReply): ImagesReply {
  const wire = replyOf(reply);
  const all = listOf(wire.predictions).map(asWire);
  const pictures = all.flatMap((one): Picture[] => {
    const base64 = textOf(one.bytesBase64Encoded);
    return base64 === "" ? [] : [{ base64, ...(typeof one.mimeType === "string" && { type: one.mimeType }), ...(typeof one.prompt === "string" && { revisedPrompt: one.prompt }) }];
  });
  if (pictures.length === 0) {
    const reason = all.map((one) => textOf(one.raiFilteredReason)).find((text) => text !== "");
    // An empty answer is Imagen's word for a prompt that it does not paint.
    throw refused(reply, 400, "content_policy_violation", reason ?? "The picture was withheld by the safety filter.");
  }
  return { pictures };
}

function drawn(asked: ImagesAsked, warn: (code: string) => void): ReturnType<ImagesVendor> {
  const { aspect, scale } = shapeOf(asked, RATIOS, warn);
  const config = compact({ aspectRatio: aspect, imageSize: scale === "1K" ? undefined : scale });
  const body = jsonBody(compact({
    contents: [{ role: "user", parts: [{ text: asked.prompt }, ...asked.given.map(({ bytes, type }) => ({ inlineData: { mimeType: type, data: bytes.toString("base64") } }))] }],
    generationConfig: compact({ responseModalities: ["TEXT", "IMAGE"], imageConfig: Object.keys(config).length > 0 ? config : undefined, seed: asked.others.seed }),
  }));
  return { most: 1, givesBase64: true, step: () => ({ body }), reply: candidates };
}

function candidates(reply: StepReply): ImagesReply {
  const wire = replyOf(reply);
  const candidate = asWire(listOf(wire.candidates)[0]);
  const pictures = listOf(asWire(candidate.content).parts).map(asWire).filter(({ thought }) => thought !== true).flatMap((part): Picture[] => {
    const data = asWire(part.inlineData ?? part.inline_data);
    const base64 = textOf(data.data);
    return base64 === "" ? [] : [{ base64, ...(typeof data.mimeType === "string" && { type: data.mimeType }) }];
  });
  const usage = isWire(wire.usageMetadata) ? openAiUsage(wire.usageMetadata) : undefined;
  // A sketch may come before the picture: the last one is what was asked for.
  if (pictures.length > 0) return { pictures: pictures.slice(-1), usage };
  const blocked = textOf(asWire(wire.promptFeedback).blockReason), finish = textOf(candidate.finishReason);
  if (blocked !== "" || POLICY_FINISHES.has(finish)) throw refused(reply, 400, "content_policy_violation", "The picture was withheld by the safety filter.");
  throw badReply("The upstream's reply holds no picture.");
}

/** In the words of OpenAI's pictures; what the model thought is text that it put out. */
function openAiUsage(metadata: Wire): Wire {
  const { usage } = normaliseUsage(metadata);
  const input = inputTokensOf(usage), image = usage.outputImage ?? 0, text = (usage.outputText ?? 0) + (usage.reasoning ?? 0);
  return {
    input_tokens: input, input_tokens_details: { text_tokens: input - (usage.inputImage ?? 0), image_tokens: usage.inputImage ?? 0 },
    output_tokens: image + text, output_tokens_details: { image_tokens: image, text_tokens: text }, total_tokens: input + image + text,
  };
}

type Shape = Readonly<{ aspect: string | undefined; scale: "1K" | "2K" | "4K" }>;

function shapeOf({ size, others }: ImagesAsked, ratios: readonly string[], warn: (code: string) => void): Shape {
  const said = textOf(others.image_size).toUpperCase();
  const longest = typeof size === "object" ? Math.max(size.width, size.height) : 0;
  const scale = said === "2K" || said === "4K" ? said : longest > HUGE ? "4K" : longest > LARGE ? "2K" : "1K";
  return { aspect: size === undefined ? undefined : nearestRatio(size, ratios, warn), scale };
}
