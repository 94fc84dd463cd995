import { convertedReader } from "#relay/conversion/converted-reader.ts";
import { clientCodecs, upstreamCodecs } from "#relay/dialects/codecs.ts";
import { dialects } from "#relay/dialects/index.ts";
import type { Dialect, DialectId, Operation } from "#relay/dialects/dialect.ts";
import { scanRequest } from "#relay/http/body/scan.ts";
import type { ProviderEndpoint, ProviderFlags } from "#relay/providers/provider.ts";
import type { WireFormat } from "#relay/dialects/wire-format.ts";
import type { JsonObject } from "#relay/canonical/request.ts";

/** Reasoning models refuse caps so low that they could not even begin. */
const OUTPUT_TOKENS = 16;

export type ProbeWords = Readonly<{ parts: readonly Buffer[]; reader: Pick<Dialect, "passStream" | "passBody"> }>;

/** The smallest request of an operation in an endpoint's own words, and who reads the answer. */
export function probeWords(endpoint: ProviderEndpoint, operation: Operation, upstreamModel: string, stream: boolean, flags: ProviderFlags): ProbeWords {
  const wire = bodyOf(operation, upstreamModel, stream);
  if (!isOpenAi(endpoint.dialect)) return converted(endpoint.dialect, wire, upstreamModel, flags);
  const body = Buffer.from(JSON.stringify(wire)), reader = dialects[endpoint.dialect];
  return { parts: reader.passRequest(scanRequest(body, operation, { dialect: endpoint.dialect }), body, { upstreamModel, flags }), reader };
}

type OpenAiFormat = "openai-chat" | "openai-completions" | "openai-embeddings";

/** Formats in which the request is written here; into all others it is converted. */
const isOpenAi = (format: WireFormat): format is OpenAiFormat & DialectId => format === "openai-chat" || format === "openai-completions" || format === "openai-embeddings";

function converted(format: WireFormat, wire: JsonObject, upstreamModel: string, flags: ProviderFlags): ProbeWords {
  const client = clientCodecs["openai-chat"]!, upstream = upstreamCodecs[format]!;
  const request = client.decodeRequest(wire, { betas: [] });
  const { body, restore } = upstream.encodeRequest(request, { upstreamModel, flags, strict: false, warn: () => undefined });
  return {
    parts: [Buffer.from(JSON.stringify(body))],
    reader: convertedReader({ client, upstream, decoder: { flags, ...(restore && { restore }) }, reply: { request, requestId: "req_test", createdAt: 0, includeUsage: true, inputTokensEstimate: 1 } }),
  };
}

function bodyOf(operation: Operation, model: string, stream: boolean): JsonObject {
  if (operation === "embeddings") return { model, input: "ping" };
  const head = { model, ...(stream && { stream: true }), max_tokens: OUTPUT_TOKENS };
  return operation === "completions" ? { ...head, prompt: "ping" } : { ...head, messages: [{ role: "user", content: "ping" }] };
}
