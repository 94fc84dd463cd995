import type { BodyPart } from "#platform/outbound/body-part.ts";
import type { CallPlan } from "#relay/conversion/calls/call-codec.ts";
import { callCodecs } from "#relay/conversion/calls/call-codecs.ts";
import { convertedReader } from "#relay/conversion/converted-reader.ts";
import { clientCodecs, upstreamCodecs } from "#relay/dialects/codecs.ts";
import { dialects } from "#relay/dialects/index.ts";
import type { Dialect, DialectId } from "#relay/dialects/dialect.ts";
import type { MediaAsk } from "#relay/dialects/media-ask.ts";
import { isMedia, wantsForm, type Operation } from "#relay/dialects/operations.ts";
import { encodeForm } from "#relay/http/body/encode-form.ts";
import type { Form } from "#relay/http/body/form.ts";
import { formView } from "#relay/http/body/form-view.ts";
import { scanRequest } from "#relay/http/body/scan.ts";
import type { ProviderEndpoint, ProviderFlags } from "#relay/providers/provider.ts";
import type { WireFormat } from "#relay/dialects/wire-format.ts";
import type { JsonObject } from "#relay/canonical/request.ts";

/** Reasoning models refuse caps so low that they could not even begin. */
const OUTPUT_TOKENS = 16;

export type ProbeWords = Readonly<{ parts: readonly BodyPart[]; reader: Pick<Dialect, "passStream" | "passBody">; media?: MediaAsk | undefined } & Pick<CallPlan, "contentType" | "headers" | "query" | "path" | "script">>;

/** The smallest request of an operation in an endpoint's own words, and who reads the answer. @param extra what else is asked for, in the words of OpenAI's chat */
export function probeWords(endpoint: ProviderEndpoint, operation: Operation, upstreamModel: string, stream: boolean, flags: ProviderFlags, extra: JsonObject = {}): ProbeWords {
  if (isMedia(operation)) return mediaWords(endpoint, operation, upstreamModel, flags);
  const wire = { ...bodyOf(operation, upstreamModel, stream), ...extra };
  if (!isOpenAi(endpoint.dialect)) return converted(endpoint.dialect, wire, upstreamModel, flags);
  const body = Buffer.from(JSON.stringify(wire)), reader = dialects[endpoint.dialect];
  return { parts: reader.passRequest(scanRequest(body, operation, { dialect: endpoint.dialect }), body, { upstreamModel, flags }), reader };
}

function mediaWords(endpoint: ProviderEndpoint, operation: Operation, upstreamModel: string, flags: ProviderFlags): ProbeWords {
  const form = wantsForm(operation) ? RECORDING : undefined;
  const body = form ? formView(form) : Buffer.from(JSON.stringify({ ...SMALLEST[operation], model: upstreamModel }));
  const scanned = scanRequest(body, operation, { model: upstreamModel });
  const { media } = scanned, dialect = dialects[scanned.dialect];
  if (endpoint.dialect !== dialect.id) {
    const codec = callCodecs[endpoint.dialect];
    if (!codec) throw new Error("The channel cannot be asked for this.");
    return { media, ...codec({ dialect, scanned, body, form, media, strict: false, atMs: 0 }, { upstreamModel, flags, settings: {} }) };
  }
  if (!form) return { media, reader: dialect, parts: dialect.passRequest(scanned, body, { upstreamModel, flags }) };
  const { body: parts, contentType } = encodeForm(form, { model: upstreamModel }, "modelmart-test");
  return { media, reader: dialect, parts, contentType };
}

/** The cheapest of each kind. */
const SMALLEST: Readonly<Partial<Record<Operation, JsonObject>>> = {
  images: { prompt: "a dot" },
  speech: { input: "Hi", voice: "alloy" },
  moderations: { input: "ping" },
  rerank: { query: "ping", documents: ["ping", "pong"] },
};

/** Half a second of silence: 16 kHz, 16 bits. */
function silence(): Buffer {
  const bytes = 16_000, head = Buffer.alloc(44);
  head.write("RIFF", 0, "latin1");
  head.writeUInt32LE(36 + bytes, 4);
  head.write("WAVEfmt ", 8, "latin1");
  head.writeUInt32LE(16, 16);
  head.writeUInt32LE(0x00010001, 20);
  head.writeUInt32LE(16_000, 24);
  head.writeUInt32LE(32_000, 28);
  head.writeUInt32LE(0x00100002, 32);
  head.write("data", 36, "latin1");
  head.writeUInt32LE(bytes, 40);
  return Buffer.concat([head, Buffer.alloc(bytes)]);
}

const RECORDING: Form = { parts: [{ name: "file", fileName: "silence.wav", type: "audio/wav", body: silence() }], close: () => undefined };

type OpenAiFormat = "openai-chat" | "openai-completions" | "openai-embeddings";

/** Formats in which the request is written here; into all others it is converted. */
const isOpenAi = (format: WireFormat): format is OpenAiFormat & DialectId => format === "openai-chat" || format === "openai-completions" || format === "openai-embeddings";

function converted(format: WireFormat, wire: JsonObject, upstreamModel: string, flags: ProviderFlags): ProbeWords {
  const client = clientCodecs["openai-chat"]!, upstream = upstreamCodecs[format]!;
  const request = client.decodeRequest(wire, { betas: [] });
  const { body, restore, headers, path } = upstream.encodeRequest(request, { upstreamModel, flags, strict: false, warn: () => undefined });
  return {
    parts: [Buffer.from(JSON.stringify(body))], ...(headers && { headers }), ...(path && { path }),
    reader: convertedReader({ client, upstream, decoder: { flags, ...(restore && { restore }) }, reply: { request, requestId: "req_test", createdAt: 0, includeUsage: true, inputTokensEstimate: 1 } }),
  };
}

function bodyOf(operation: Operation, model: string, stream: boolean): JsonObject {
  if (operation === "embeddings") return { model, input: "ping" };
  const head = { model, ...(stream && { stream: true }), max_tokens: OUTPUT_TOKENS };
  return operation === "completions" ? { ...head, prompt: "ping" } : { ...head, messages: [{ role: "user", content: "ping" }] };
}
