import type { ClientCodec, Target, Warn } from "#relay/canonical/codec.ts";
import type { ChannelSettings } from "#channels/channel-settings.ts";
import { withAnsweredCalls } from "#relay/canonical/answer-calls.ts";
import { withoutCustom } from "#relay/canonical/custom-tools.ts";
import type { ChatRequest, JsonObject } from "#relay/canonical/request.ts";
import type { Content } from "#platform/outbound/fetch-content.ts";
import { addressesFor, withContent } from "#relay/content/addresses.ts";
import type { ContentSource } from "#relay/content/content-cache.ts";
import { ContentWanted, fetchContents } from "#relay/content/fetch-contents.ts";
import type { RequestContext } from "#relay/context.ts";
import type { CallPlan } from "#relay/conversion/calls/call-codec.ts";
import { callCodecs } from "#relay/conversion/calls/call-codecs.ts";
import { convertedReader } from "#relay/conversion/converted-reader.ts";
import { hasReasoning, repaired, repairFor } from "#relay/conversion/repairs.ts";
import type { Repair } from "#relay/conversion/repairs.ts";
import { strictWarn } from "#relay/conversion/strict.ts";
import { clientCodecs, upstreamCodecs } from "#relay/dialects/codecs.ts";
import type { WireFormat } from "#relay/dialects/wire-format.ts";
import { RelayError } from "#relay/errors.ts";
import type { Form } from "#relay/http/body/form.ts";
import type { ScannedRequest } from "#relay/http/body/scan.ts";
import type { Inbound } from "#relay/http/exchange.ts";
import { roughInputTokens } from "#relay/limits/request-limits.ts";
import type { UpstreamFault } from "#relay/providers/kit/classify.ts";
import type { Tree } from "#relay/policy/json-pointer.ts";
import { withPreset } from "#relay/policy/preset.ts";
import type { ProviderFlags } from "#relay/providers/provider.ts";
import type { ModelPreset } from "#snapshot/snapshot.ts";

/** Who is to be asked, as far as the words of the request depend on it. */
export type ConversionTarget = Readonly<{
  upstreamModel: string;
  flags: ProviderFlags;
  /** The channel's. */
  settings?: Readonly<Record<string, unknown>>;
  maxTokens?: number;
  maxOutputTokens?: number;
  /** Whether a stream is asked for, where that is not the client's wish. */
  stream?: boolean;
  /** Files must come as data, whatever the protocol allows. */
  dataOnly?: boolean;
  /** Changes what would be sent, in place; `warn` is told what is lost. */
  shape?: (body: Tree, warn: Warn) => void;
  /** The vendor is to keep the answer, and does not in these words: the client is told so. */
  unkept?: boolean;
  /** Thoughts become part of the text. */
  thinkingToContent?: boolean;
  /** The model is another one with parameters set. */
  preset?: ModelPreset;
}>;

/** One request and all that it may be turned into. It is read once, however many vendors are asked. */
export interface Conversion {
  /**
   * @throws RelayError of status 400 where the request, or part of it that matters, cannot be said in this protocol
   * @throws ContentWanted where files given by address must be given as data: `fetch` them, then ask again
   */
  into(protocol: WireFormat, target: ConversionTarget): CallPlan;
  /** The request as it came has been refused: from now on it is written anew, even for vendors that speak the client's dialect. */
  isForced(): boolean;
  /** Fetches what the protocols that are asked must be told. @throws RelayError that says what cannot be had */
  fetch(wanted: ContentWanted): Promise<void>;
  /** Learns from a vendor's refusal what must be left out, or put in. @returns whether there is something, so that asking again is worth it */
  repair(fault: UpstreamFault, settings?: Pick<ChannelSettings, "repair_history">): boolean;
}

/** What of a request's surroundings its words depend on. */
export type Around = Pick<RequestContext, "dialect" | "idText" | "admittedAtMs" | "caller"> & Readonly<{ inbound: Pick<Inbound, "headers" | "query"> }>;

/** What a conversion may need beyond the request's words. */
export type ConversionParts = Readonly<{
  /** What was sent, where it came with files. */
  form?: Form | undefined;
  /** Of files that are given by address; left out = vendors are told the address, whether they take it or not. */
  source?: ContentSource | undefined;
}>;

export function createConversion(context: Around, scanned: ScannedRequest, body: Buffer, { form, source }: ConversionParts = {}): Conversion {
  let contents: ReadonlyMap<string, Content> = new Map();
  let decoded: ChatRequest | RelayError | undefined;
  const repairs = new Set<Repair>();
  const read = (client: ClientCodec): ChatRequest => {
    decoded ??= decode(client, context, scanned, body);
    if (decoded instanceof RelayError) throw decoded;
    return decoded;
  };

  return {
    // No getter: V8 makes a shape of its own, an old object, for each literal with one, and all that it sees grows old with it.
    isForced: () => repairs.size > 0,
    repair(fault, settings) {
      const client = clientCodecs[scanned.dialect] ?? clientCodecs[context.dialect.id], repair = repairFor(fault);
      if (!client || repair === undefined || repairs.has(repair) || isStrict(context, scanned, body)) return false;
      decoded ??= decode(client, context, scanned, body);
      if (decoded instanceof RelayError || !isMendable(decoded, repair, settings?.repair_history === true)) return false;
      repairs.add(repair);
      return true;
    },
    async fetch({ addresses }) {
      contents = new Map([...contents, ...(await fetchContents(source!, context.caller!.userId, addresses))]);
    },
    into(protocol, { upstreamModel, flags, settings = {}, dataOnly, maxTokens, maxOutputTokens, stream, shape, unkept, thinkingToContent, preset }) {
      const call = callCodecs[protocol];
      if (call) return call({ dialect: context.dialect, scanned, body, form, media: scanned.media, strict: isStrict(context, scanned, body), atMs: context.admittedAtMs }, { upstreamModel, flags, settings });
      const client = clientCodecs[context.dialect.id], upstream = upstreamCodecs[protocol];
      if (!client || !upstream) throw new RelayError("unsupported_endpoint", "The model does not offer this endpoint.");
      let request = repaired(read(clientCodecs[scanned.dialect] ?? client), repairs);
      const addresses = source && addressesFor(protocol, request, dataOnly);
      if (addresses) {
        const missing = addresses.filter((address) => !contents.has(address));
        if (missing.length > 0) throw new ContentWanted(missing);
        request = withContent(request, contents);
      }
      const warnings = new Set<string>(repairs.has("proofs") || repairs.has("reasoning") ? ["reasoning_dropped"] : []);
      const strict = isStrict(context, scanned, body);
      const target: Target = {
        upstreamModel, flags, strict,
        warn: strict ? strictWarn : (code) => void warnings.add(code),
        ...(maxOutputTokens !== undefined && { maxOutputTokens }), ...(maxTokens !== undefined && { capTokens: maxTokens }),
      };
      if (unkept) request = { ...request, state: { ...request.state, store: false } };
      if (settings.repair_history === true) {
        const told = withAnsweredCalls(request);
        if (told !== request) target.warn("history_repaired");
        request = told;
      }
      const whole = preset ? withPreset(request, preset) : request;
      const asked = stream === undefined || stream === request.stream ? whole : { ...whole, stream };
      const encoded = upstream.encodeRequest(knowsCustom(protocol, flags) ? asked : withoutCustom(asked), target);
      let { body: sent } = encoded;
      // What is read once for all tries must not be changed by one of them.
      if (shape) shape((sent = structuredClone(sent)) as Tree, target.warn);
      const reader = convertedReader({
        client, upstream, ...(thinkingToContent && { thinkingToContent }),
        decoder: { flags, ...(encoded.restore && { restore: encoded.restore }) },
        reply: {
          request, requestId: context.idText, createdAt: Math.floor(context.admittedAtMs / 1000),
          includeUsage: scanned.includeUsage, inputTokensEstimate: roughInputTokens(scanned),
        },
      });
      return { parts: [Buffer.from(JSON.stringify(sent))], reader, warnings: [...warnings], ...(encoded.headers && { headers: encoded.headers }), ...(encoded.path && { path: encoded.path }) };
    },
  };
}

function isMendable(request: ChatRequest, repair: Repair, repairsHistory: boolean): boolean {
  if (repair === "results") return repairsHistory && withAnsweredCalls(request) !== request;
  return repair === "proofs" ? hasReasoning(request) : request.reasoning !== undefined;
}

/** The caller would rather be refused than have something left out. */
export function isStrict({ inbound }: Around, { ranges }: ScannedRequest, body: Buffer): boolean {
  if (inbound.headers["x-modelmart-strict"] === "1") return true;
  const range = ranges.get("provider");
  const wanted = range && (JSON.parse(body.toString("utf8", range[0], range[1])) as { require_parameters?: unknown } | null);
  return wanted?.require_parameters === true;
}

/** Free-text tools are OpenAI's own. */
const knowsCustom = (protocol: WireFormat, { maxTokensName }: ProviderFlags): boolean =>
  protocol === "openai-responses" || (protocol === "openai-chat" && maxTokensName === "by_model");

function decode(client: ClientCodec, { inbound }: Around, { model, stream }: ScannedRequest, body: Buffer): ChatRequest | RelayError {
  try {
    const betas = (inbound.headers["anthropic-beta"] ?? "").split(",").map((beta) => beta.trim()).filter((beta) => beta !== "");
    return client.decodeRequest(JSON.parse(body.toString("utf8")) as JsonObject, { model, stream, betas });
  } catch (error) {
    if (error instanceof RelayError) return error;
    throw error;
  }
}
