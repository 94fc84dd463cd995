import { formData, type FormPart } from "#relay/conversion/calls/form-data.ts";
import { jsonBody, refused, replyOf } from "#relay/conversion/calls/vendor-reply.ts";
import type { ImagesVendor, Picture } from "#relay/conversion/images/images-vendor.ts";
import { nearestRatio } from "#relay/conversion/images/size.ts";
import { asWire, compact, listOf, textOf, type Wire } from "#relay/dialects/stream-kit/wire.ts";

const RATIOS = ["1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "16:10", "10:16", "5:4", "4:5", "2:1", "1:2", "3:1", "1:3"];
/** Models before the third know fewer shapes. */
const OLD_RATIOS = ["1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "16:10", "10:16", "3:1", "1:3"];
const MOST = 8;
const OLD = /^V_[12]/;
const SPEED: Readonly<Record<string, string>> = { low: "TURBO", medium: "DEFAULT", high: "QUALITY" };

/** Ideogram: a form for the third generation, JSON for those before; a picture to start from is made anew. @see Ideogram API, "Generate with Ideogram 3.0" */
export const ideogramImages: ImagesVendor = (asked, model, warn) => {
  const name = model.toUpperCase().replaceAll(/[-.]/g, "_").replace(/^IDEOGRAM_(?=V)/, "");
  const { given, size, quality, others } = asked;
  if (given.length > 1 || (given.length === 1 && OLD.test(name))) warn("images_dropped");
  const ratio = size === undefined ? undefined : nearestRatio(size, OLD.test(name) ? OLD_RATIOS : RATIOS, warn);
  const [first] = OLD.test(name) ? [] : given;
  return {
    most: MOST,
    step(count) {
      if (OLD.test(name)) {
        const request = compact({ ...others, prompt: asked.prompt, model: name, num_images: count, aspect_ratio: ratio === undefined ? undefined : `ASPECT_${ratio.replace(":", "_")}` });
        return { path: (pathname) => pathname.replace(/\/v1\/[^/]+\/generate$/, "/generate"), body: jsonBody({ image_request: request }) };
      }
      const fields = compact({ rendering_speed: quality === undefined ? undefined : SPEED[quality], ...others, prompt: asked.prompt, num_images: count, aspect_ratio: ratio?.replace(":", "x") });
      const { contentType, body } = formData([...textParts(fields), ...(first ? [{ name: "image", value: first.bytes, fileName: first.name, type: first.type }] : [])]);
      return { ...(first && { path: (pathname: string) => pathname.replace(/generate$/, "remix") }), headers: { "content-type": contentType }, body };
    },
    reply(reply) {
      const made = listOf(replyOf(reply).data).map(asWire);
      const pictures = made.flatMap(({ url, prompt }): Picture[] => (typeof url === "string" && url !== "" ? [{ url, ...(textOf(prompt) !== "" && prompt !== asked.prompt && { revisedPrompt: textOf(prompt) }) }] : []));
      if (pictures.length === 0 && made.some(({ is_image_safe: safe }) => safe === false)) throw refused(reply, 400, "content_policy_violation", "The picture was withheld by the safety filter.");
      return { pictures, size: textOf(made[0]?.resolution) || undefined };
    },
  };
};

const textParts = (fields: Wire): readonly FormPart[] =>
  Object.entries(fields).map(([name, value]) => ({ name, value: typeof value === "string" ? value : JSON.stringify(value) }));
