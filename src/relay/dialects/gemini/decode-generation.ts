import { plainText } from "#relay/canonical/plain.ts";
import type { ChatRequest, JsonObject, OutputFormat, Sampling } from "#relay/canonical/request.ts";
import { jsonSchemaOf } from "#relay/dialects/gemini/decode-tools.ts";
import { decodeThinking } from "#relay/dialects/gemini/thinking.ts";
import { field, isWire, jsonObjectOf, jsonOf, textOf, wireOf, type Wire } from "#relay/dialects/gemini/wire.ts";
import { RelayError } from "#relay/errors.ts";

type Generation = Pick<ChatRequest, "output" | "modalities" | "audioOut" | "imageOut" | "reasoning" | "sampling" | "maxOutputTokens" | "candidates"> & Readonly<{ extra: JsonObject }>;

/** Members that are read; what is not goes along to a vendor of the same family. */
const KNOWN: ReadonlySet<string> = new Set([
  "temperature", "topP", "topK", "candidateCount", "maxOutputTokens", "stopSequences", "seed", "presencePenalty", "frequencyPenalty", "responseLogprobs",
  "logprobs", "responseMimeType", "responseSchema", "responseJsonSchema", "_responseJsonSchema", "responseModalities", "speechConfig", "imageConfig", "thinkingConfig",
]);
const CANDIDATES_MAX = 1_024;

const place = (name: string): string => `generationConfig.${name}`;
const invalid = (name: string, expected: string): RelayError =>
  new RelayError("invalid_value", `Invalid value for '${place(name)}': expected ${expected}.`, { param: place(name) });

export function decodeGeneration(config: Wire): Generation {
  const maxOutputTokens = whole(config, "maxOutputTokens");
  const candidates = whole(config, "candidateCount") ?? 1;
  if (candidates < 1 || candidates > CANDIDATES_MAX) throw invalid("candidateCount", `1 to ${CANDIDATES_MAX}`);
  const thinking = field(config, "thinkingConfig");
  return {
    output: outputOf(config),
    modalities: modalitiesOf(field(config, "responseModalities")),
    ...speechOf(wireOf(field(config, "speechConfig"))),
    ...imageOf(wireOf(field(config, "imageConfig"))),
    ...(isWire(thinking) ? { reasoning: decodeThinking(camel(thinking)) } : {}),
    sampling: samplingOf(config),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    candidates,
    extra: jsonObjectOf(Object.fromEntries(Object.entries(camel(config)).filter(([key, value]) => value !== null && !KNOWN.has(key)))),
  };
}

const camel = (wire: Wire): Wire =>
  Object.fromEntries(Object.entries(wire).map(([key, value]) => [key.replaceAll(/(?<!^)_([a-z])/g, (_, letter: string) => letter.toUpperCase()), value]));

function number(config: Wire, name: string): number | undefined {
  const value = field(config, name);
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !Number.isFinite(value)) throw invalid(name, "a number");
  return value;
}

function whole(config: Wire, name: string): number | undefined {
  const value = number(config, name);
  if (value !== undefined && !Number.isSafeInteger(value)) throw invalid(name, "a whole number");
  return value;
}

function samplingOf(config: Wire): Sampling {
  const stops = field(config, "stopSequences");
  if (stops !== undefined && !(Array.isArray(stops) && stops.every((stop) => typeof stop === "string"))) throw invalid("stopSequences", "an array of strings");
  const logprobs = field(config, "responseLogprobs") === true;
  const all: Sampling = Object.fromEntries(Object.entries({
    temperature: number(config, "temperature"), topP: number(config, "topP"), topK: number(config, "topK"), seed: whole(config, "seed"),
    presencePenalty: number(config, "presencePenalty"), frequencyPenalty: number(config, "frequencyPenalty"),
    stop: stops, logprobs: logprobs || undefined, topLogprobs: logprobs ? whole(config, "logprobs") : undefined,
  }).filter(([, value]) => value !== undefined));
  return all;
}

function outputOf(config: Wire): OutputFormat {
  const mime = textOf(field(config, "responseMimeType"));
  const own = field(config, "responseJsonSchema") ?? config._responseJsonSchema;
  const schema = own ?? (isWire(field(config, "responseSchema")) ? jsonSchemaOf(field(config, "responseSchema")) : undefined);
  if (mime === undefined || mime === "text/plain") return { format: "text" };
  if (mime !== "application/json") throw new RelayError("unsupported_parameter", `The model does not answer in ${mime}.`, { param: place("responseMimeType") });
  return schema === undefined ? { format: "json" } : { format: "json-schema", name: "response", schema: jsonOf(schema) };
}

function modalitiesOf(value: unknown): ChatRequest["modalities"] {
  const kinds = (["text", "image", "audio"] as const).filter((kind) => Array.isArray(value) && value.some((given) => plainText(given).toLowerCase() === kind));
  return kinds.length === 0 ? ["text"] : kinds;
}

function speechOf(speech: Wire): Pick<ChatRequest, "audioOut"> {
  const voice = textOf(field(wireOf(field(wireOf(field(speech, "voiceConfig")), "prebuiltVoiceConfig")), "voiceName"));
  return voice === undefined ? {} : { audioOut: { voice, format: "pcm16" } };
}

function imageOf(image: Wire): Pick<ChatRequest, "imageOut"> {
  const aspectRatio = textOf(field(image, "aspectRatio"));
  const size = textOf(field(image, "imageSize"));
  if (aspectRatio === undefined && size === undefined) return {};
  return { imageOut: { ...(aspectRatio === undefined ? {} : { aspectRatio }), ...(size === undefined ? {} : { size }) } };
}
