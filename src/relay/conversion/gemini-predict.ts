import type { Dialect } from "#relay/dialects/dialect.ts";
import { openaiImages } from "#relay/dialects/openai-media/index.ts";
import { asWire, compact, listOf, parseWire, textOf } from "#relay/dialects/stream-kit/wire.ts";
import type { Wire } from "#relay/dialects/stream-kit/wire.ts";
import { typeOfPicture } from "#relay/conversion/images/given.ts";
import { RelayError } from "#relay/errors.ts";

/** What Google makes where nobody says how many. */
const COUNT = 4;

/**
 * Google's `predict` for pictures (Imagen), put into OpenAI's form and back, unless the vendor is asked in Google's own
 * words. One object serves one request.
 */
export function geminiPredict(): Dialect {
  let asked: ReturnType<NonNullable<Dialect["asked"]>>;
  return {
    ...openaiImages,
    reshape(body) {
      const wire = parseWire(body.toString("utf8"));
      if (!wire) throw new RelayError("invalid_json", "The request body is not valid JSON.");
      asked = { format: "gemini-images", body: wire };
      return Buffer.from(JSON.stringify(requestOf(wire)));
    },
    asked: () => asked,
    // Shapes of pictures by name mean nothing to those who take OpenAI's form as it is.
    passRequest() {
      throw new RelayError("unsupported_endpoint", "The model does not offer this endpoint.");
    },
    passBody(body, options) {
      const passed = openaiImages.passBody(body, options);
      if (passed.facts.error) return passed;
      return { facts: passed.facts, body: Buffer.from(JSON.stringify({ predictions: predictionsOf(asWire(parseWire(passed.body.toString("utf8")))) })) };
    },
  };
}

function requestOf({ instances, parameters }: Wire): Wire {
  const all = listOf(instances).map(asWire), settings = asWire(parameters);
  const prompt = textOf(all[0]?.prompt);
  if (all.length !== 1 || prompt === "") throw new RelayError("invalid_value", "Invalid value for 'instances': expected one with a prompt.", { param: "instances" });
  if (all[0]!.image !== undefined || all[0]!.referenceImages !== undefined) throw new RelayError("unsupported_parameter", "Pictures are made of words alone here.", { param: "instances[0].image" });
  return compact({
    prompt, n: settings.sampleCount ?? COUNT, response_format: "b64_json",
    aspect_ratio: settings.aspectRatio, image_size: settings.sampleImageSize ?? settings.imageSize, negative_prompt: settings.negativePrompt, seed: settings.seed,
  });
}

const predictionsOf = (reply: Wire): readonly Wire[] =>
  listOf(reply.data).map(asWire).map(({ b64_json: base64, revised_prompt: prompt }) => compact({ mimeType: typeOfPicture(textOf(base64)), bytesBase64Encoded: base64, prompt }));
