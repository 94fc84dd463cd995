import { randomUUID } from "node:crypto";
import type { ChannelSettings } from "#channels/channel-settings.ts";
import type { BodyPart } from "#platform/outbound/body-part.ts";
import type { RequestContext } from "#relay/context.ts";
import { wantsVerbose, whisperReader } from "#relay/conversion/transcription/whisper.ts";
import { isStrict } from "#relay/conversion/conversion.ts";
import type { Around, ConversionTarget } from "#relay/conversion/conversion.ts";
import { strictWarn } from "#relay/conversion/strict.ts";
import type { Dialect, Forwarded, Keeping } from "#relay/dialects/dialect.ts";
import { RelayError } from "#relay/errors.ts";
import { encodeForm } from "#relay/http/body/encode-form.ts";
import { overrideHeaders, filterBetas, knownBetas } from "#relay/policy/header-override.ts";
import { presetMembers } from "#relay/policy/preset.ts";
import type { RoutePolicy } from "#relay/policy/route-policy.ts";
import { plainDrops, shapeBytes, shapeTree } from "#relay/policy/shape-body.ts";
import type { Noted } from "#relay/policy/shape-body.ts";
import { withoutBodyBetas } from "#relay/providers/kit/anthropic-cloud.ts";
import { tierOf } from "#relay/policy/service-tier.ts";
import type { ProviderEndpoint, ProviderFlags } from "#relay/providers/provider.ts";
import type { Offer } from "#relay/routing/candidates.ts";
import { betasOf } from "#relay/routing/repair.ts";
import { notKept } from "#relay/stored/pinned.ts";
import type { Turn } from "#relay/stored/turn.ts";
import type { AttemptSpec } from "#relay/upstream/attempt.ts";
import type { Script } from "#relay/upstream/scripted.ts";
import type { CallInput } from "#relay/upstream/tried.ts";

/** What is said to a vendor, and who reads the answer. */
export type Spoken = Readonly<{
  endpoint: ProviderEndpoint;
  parts: readonly BodyPart[];
  reader: AttemptSpec["reader"];
  forwarded?: Partial<Forwarded> | undefined;
  /** A stream is asked for. */
  stream: boolean;
  /** Default JSON. */
  contentType?: string | undefined;
  /** What the address has of the request, beyond the model. */
  path?: ((pathname: string) => string) | undefined;
  script?: Script | undefined;
  spent?: AttemptSpec["spent"];
}>;

/** What is to be said, and what is known around it. */
export type SpeakInput = Pick<CallInput, "model" | "scanned" | "body" | "form" | "media" | "conversion" | "maxTokens" | "tier"> & Readonly<{
  state: Pick<CallInput["state"], "endUser">;
  context: Around & Pick<RequestContext, "warnings" | "changes" | "caller"> & Partial<Pick<RequestContext, "turn">>;
}>;

/** Of an offer, what the words depend on. */
type Told = Pick<Offer, "endpoints" | "policy"> & Readonly<{ route: Pick<Offer["route"], "upstreamModel"> & Readonly<{ channel?: Pick<Offer["route"]["channel"], "settings"> }> }>;

/** The request in the words of the first endpoint that can be told it. Bytes pass where the client's dialect is spoken. */
export function speak(input: SpeakInput, { endpoints, route, policy }: Told, given: ProviderFlags): Spoken {
  const { state, context, model, scanned, body, form, media, maxTokens, conversion } = input;
  const { upstreamModel } = route;
  const flags = given.serviceTier === true && input.tier === undefined ? { ...given, serviceTier: false } : given;
  const cap = maxTokens === undefined ? {} : { maxTokens };
  const keeping = context.turn && keepingOf(context.turn, route.channel?.settings);
  let refused: unknown;
  for (const endpoint of endpoints) {
    const passes = endpoint.dialect === context.dialect.id && endpoint.dialect === scanned.dialect && !conversion.isForced() && policy?.thinkingToContent !== true
      && !(policy?.preset?.reasoning !== undefined && WRITTEN_ANEW.has(endpoint.dialect)) && !(endpoint.dataOnly === true && namesAddresses(body));
    context.warnings = context.changes = NONE;
    try {
      // A body in another shape than its address stands for must be put into words, whoever is asked.
      if (passes) {
        const { dialect, inbound } = context;
        if (form) {
          const verbose = wantsVerbose(media, scanned.stream, upstreamModel, flags);
          const changes = { model: upstreamModel, ...(verbose && { fields: { response_format: "verbose_json" } }) };
          const { body: written, contentType } = encodeForm(form, changes, `modelmart-${randomUUID()}`);
          return { endpoint, parts: written, reader: verbose ? whisperReader(media) : dialect, contentType, stream: scanned.stream };
        }
        const options = { upstreamModel, flags, endUser: state.endUser, customer: context.caller?.userId ?? "", ...cap, ...(keeping && { keeping }) };
        if (flags.serviceTier !== true && (scanned.ranges.has("service_tier") || scanned.ranges.has("serviceTier")) && tierOf(scanned, body) !== undefined) note(input).warn("tier_dropped");
        const parts = policy ? shaped(input, policy, dialect, options) : dialect.passRequest(scanned, body, options);
        const given = dialect.forward?.(inbound);
        const stream = asksStream(input, policy);
        if (!endpoint.betas) {
          const headers = withoutRefused(given?.headers, upstreamModel, flags, note(input));
          return { endpoint, parts, reader: dialect, forwarded: given && { ...given, ...(headers && { headers }) }, stream };
        }
        const bare = withoutBodyBetas(parts);
        const headers = withoutRefused(betasFor(endpoint.betas, given?.headers, bare.betas, policy, note(input)), upstreamModel, flags, note(input));
        return { endpoint, parts: bare.parts, reader: dialect, forwarded: { ...given, headers }, stream };
      }
      // What its vendor knows of the conversation cannot be put into other words.
      if (context.turn?.pin) throw notKept();
      const { warnings, headers, query, ...spoken } = conversion.into(endpoint.dialect, {
        upstreamModel, flags, ...cap, ...(context.turn?.responseId !== undefined && { unkept: true }), ...(route.channel && { settings: route.channel.settings }), ...(model.maxOutputTokens !== undefined && { maxOutputTokens: model.maxOutputTokens }),
        ...(endpoint.dataOnly && { dataOnly: true }), ...(policy && shapedTarget(input, policy, endpoint)),
      });
      context.warnings = warnings;
      const told = withoutRefused(endpoint.betas && headers ? betasFor(endpoint.betas, headers, "", policy, note(input)) : headers, upstreamModel, flags, note(input));
      return { endpoint, ...spoken, stream: asksStream(input, policy), ...((told || query) && { forwarded: { ...(told && { headers: told }), ...(query && { query }) } }) };
    } catch (error) {
      if (!(error instanceof RelayError)) throw error;
      // The first refusal is about the protocol that carries most.
      refused ??= error;
    }
  }
  throw refused;
}

const NONE: readonly string[] = [];

/** What the vendor may keep of a turn; undefined = nothing. */
function keepingOf({ responseId, store, pin }: Turn, settings: ChannelSettings | undefined): Keeping | undefined {
  if (responseId !== undefined) return { store, conversation: true, ...(pin && { previousId: pin.upstreamId }) };
  return settings?.upstream_store === true ? { conversation: false } : undefined;
}

/** The head with those of the client's betas that the host knows, wherever they stood. */
function betasFor(known: ReadonlyMap<string, string>, headers: Readonly<Record<string, string>> = {}, inBody: string, policy: RoutePolicy | undefined, noted: Noted): Readonly<Record<string, string>> {
  const { "anthropic-beta": told, ...others } = headers;
  if (told === undefined && inBody === "") return headers;
  const { betas, dropped } = knownBetas(`${inBody},${told ?? ""}`, known, policy?.betas?.only);
  if (dropped) noted.warn("beta_dropped");
  return betas.length === 0 ? others : { ...others, "anthropic-beta": betas.join(",") };
}

/** The head without a set of betas that the model has refused before. */
function withoutRefused<H extends Readonly<Record<string, string>> | undefined>(headers: H, upstreamModel: string, { refusedBetas }: ProviderFlags, noted: Noted): H {
  const told = headers?.["anthropic-beta"];
  if (told === undefined || !refusedBetas?.has(betasOf(upstreamModel, told))) return headers;
  const { "anthropic-beta": _refused, ...others } = headers as Readonly<Record<string, string>>;
  noted.warn("beta_dropped");
  return others as H;
}

/** Where thinking forbids other members of a request, it takes more than adding some to say how hard to think. */
const WRITTEN_ANEW: ReadonlySet<string> = new Set(["anthropic"]);

/** Files that are given by address, as Anthropic's format has them; a text that says the same has its quotes escaped. */
const namesAddresses = (body: Buffer): boolean => body.includes('"type":"url"') || body.includes('"type": "url"');

const asksStream = ({ scanned }: SpeakInput, policy: RoutePolicy | undefined): boolean => (policy?.ask === undefined ? scanned.stream : policy.ask === "stream");

/** Where it is written down what was changed. What would be lost is refused where the caller is strict. */
function note({ context, scanned, body }: SpeakInput): Noted {
  const strict = isStrict(context, scanned, body);
  return {
    warn(code) {
      if (strict) strictWarn(code);
      context.warnings = [...context.warnings, code];
    },
    change(code) {
      context.changes = [...context.changes, code];
    },
  };
}

function shaped(input: SpeakInput, policy: RoutePolicy, dialect: Dialect, options: Parameters<Dialect["passRequest"]>[2]): Buffer[] {
  const { scanned, body, maxTokens } = input;
  const stream = asksStream(input, policy);
  const shaping = { policy, protocol: dialect.id, stream, turned: stream !== scanned.stream, maxTokens, noted: note(input) };
  const preset = policy.preset && presetMembers(policy.preset, dialect.id, { upstreamModel: options.upstreamModel, flags: options.flags, ...(input.model.maxOutputTokens !== undefined && { maxOutputTokens: input.model.maxOutputTokens }) }, maxTokens ?? scanned.maxTokens);
  const asked = shaping.turned ? { ...scanned, stream, includeUsage: false } : scanned;
  const drop = preset ? undefined : plainDrops(shaping, body, scanned.ranges);
  if (drop === undefined) return shapeBytes({ ...shaping, preset }, dialect.passRequest(asked, body, options));
  return dialect.passRequest(asked, body, drop.length > 0 ? { ...options, drop } : options);
}

function shapedTarget(input: SpeakInput, policy: RoutePolicy, { dialect: protocol }: ProviderEndpoint): Partial<ConversionTarget> {
  const stream = asksStream(input, policy);
  const { context, maxTokens } = input;
  const change = (code: string): void => void (context.changes = [...context.changes, code]);
  return {
    stream,
    ...(policy.thinkingToContent && { thinkingToContent: true }),
    ...(policy.preset && { preset: policy.preset }),
    ...((policy.override || policy.system || policy.rules.has(protocol)) && {
      shape: (tree, warn) => shapeTree({ policy, protocol, stream, maxTokens, noted: { warn, change } }, tree),
    }),
  };
}

/** The head of a call with what the operator has changed of it. */
export function shapeHeaders(headers: Readonly<Record<string, string>>, { headers: ops, betas }: RoutePolicy, { inbound, idText }: Pick<Around, "inbound" | "idText">, apiKey: string): Readonly<Record<string, string>> {
  const told = headers["anthropic-beta"];
  let kept = headers;
  if (betas && told !== undefined) {
    const { "anthropic-beta": _all, ...others } = headers;
    const left = filterBetas(told, betas);
    kept = left === undefined ? others : { ...others, "anthropic-beta": left };
  }
  return ops ? overrideHeaders(kept, ops, { apiKey, requestId: idText, client: inbound.headers }) : kept;
}
