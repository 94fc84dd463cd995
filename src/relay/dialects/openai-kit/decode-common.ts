import type { Json, JsonObject, Sampling } from "#relay/canonical/request.ts";
import { arrayField, booleanField, countField, invalidField, numberField, objectField, textField } from "#relay/dialects/openai-kit/fields.ts";

const METADATA_MAX = 16;

/** What steers the choice of words, by OpenAI's names and those of vendors that copied its formats. */
export function decodeSampling(body: JsonObject): Sampling {
  const stop = typeof body.stop === "string" ? [body.stop] : arrayField(body.stop, "stop")?.map((one, at) => textField(one, `stop[${at}]`) ?? "");
  const bias = objectField(body.logit_bias, "logit_bias");
  const sampling: Record<keyof Sampling, Sampling[keyof Sampling]> = {
    temperature: numberField(body.temperature, "temperature"),
    topP: numberField(body.top_p, "top_p"),
    topK: numberField(body.top_k, "top_k"),
    minP: numberField(body.min_p, "min_p"),
    stop: stop && stop.length > 0 ? stop : undefined,
    seed: numberField(body.seed, "seed"),
    presencePenalty: numberField(body.presence_penalty, "presence_penalty"),
    frequencyPenalty: numberField(body.frequency_penalty, "frequency_penalty"),
    repetitionPenalty: numberField(body.repetition_penalty, "repetition_penalty"),
    logitBias: bias && Object.fromEntries(Object.entries(bias).map(([token, value]) => [token, numberField(value, `logit_bias.${token}`) ?? 0])),
    logprobs: booleanField(body.logprobs, "logprobs"),
    topLogprobs: countField(body.top_logprobs, "top_logprobs"),
  };
  return Object.fromEntries(Object.entries(sampling).filter(([, value]) => value !== undefined)) as Sampling;
}

export function decodeMetadata(value: Json | undefined): Readonly<Record<string, string>> {
  const pairs = Object.entries(objectField(value, "metadata") ?? {});
  if (pairs.length > METADATA_MAX) throw invalidField("metadata", `at most ${METADATA_MAX} pairs`);
  return Object.fromEntries(pairs.map(([name, text]) => [name, textField(text, `metadata.${name}`) ?? ""]));
}
