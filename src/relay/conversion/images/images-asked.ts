import { isRatio, sizeOf } from "#relay/conversion/images/size.ts";
import type { Size } from "#relay/conversion/images/size.ts";
import { textOf } from "#relay/dialects/stream-kit/wire.ts";
import type { Wire } from "#relay/dialects/stream-kit/wire.ts";
import { RelayError } from "#relay/errors.ts";

/** A picture that comes with the request; without its bytes where only the rest is looked at. */
export type GivenImage = Readonly<{ bytes: Buffer; type: string; name: string }>;

/** Pictures to be made, as OpenAI's clients ask for them. */
export type ImagesAsked = Readonly<{
  prompt: string;
  count: number;
  /** In pixels, or a shape by name (`16:9`); undefined = the model's choice. */
  size: Size | string | undefined;
  /** As the client sent it. */
  sizeText: string | undefined;
  quality: string | undefined;
  /** Undefined: as the vendor gives them. */
  form: "url" | "b64_json" | undefined;
  /** png, jpeg, webp. */
  fileType: string | undefined;
  given: readonly GivenImage[];
  /** Fields that OpenAI does not have. */
  others: Wire;
}>;

const OWN = new Set([
  "model", "prompt", "n", "size", "quality", "response_format", "output_format", "output_compression", "background", "moderation", "style", "user",
  "stream", "partial_images", "image", "images", "image[]", "mask", "input_fidelity", "provider", "models", "session_id", "aspect_ratio",
]);

/**
 * @throws RelayError unsupported_parameter for a stream: pictures in the making are OpenAI's own; invalid_value
 */
export function readImages(wire: Wire, given: readonly GivenImage[] = []): ImagesAsked {
  if (wire.stream === true || wire.stream === "true") throw new RelayError("unsupported_parameter", "This model does not show its pictures in the making.", { param: "stream" });
  const form = textOf(wire.response_format);
  if (form !== "" && form !== "url" && form !== "b64_json") throw new RelayError("invalid_value", "Invalid value for 'response_format': expected 'url' or 'b64_json'.", { param: "response_format" });
  const size = textOf(wire.aspect_ratio) || textOf(wire.size);
  return {
    prompt: textOf(wire.prompt),
    count: Math.max(1, Number(wire.n ?? 1)),
    size: sizeOf(size) ?? (isRatio(size) ? size : undefined),
    sizeText: textOf(wire.size) || undefined,
    quality: textOf(wire.quality) || undefined,
    form: form === "" ? undefined : form,
    fileType: textOf(wire.output_format) || undefined,
    given,
    others: Object.fromEntries(Object.entries(wire).filter(([name]) => !OWN.has(name))),
  };
}
