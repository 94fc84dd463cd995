import { BEDROCK_BETAS } from "#relay/providers/bedrock/betas.ts";
import { rewordMessages } from "#relay/providers/kit/anthropic-cloud.ts";
import { bearer } from "#relay/providers/kit/auth.ts";
import { unwrapChunks } from "#relay/providers/kit/aws-chunks.ts";
import { countInvoke } from "#relay/providers/kit/count-endpoints.ts";
import { signV4, type AwsKey } from "#relay/providers/kit/sigv4.ts";
import type { ModelListing, Place, Placing, Provider, ProviderEndpoint } from "#relay/providers/provider.ts";

const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d$/;
const REGION_OF_HOST = /^bedrock(?:-runtime)?[.-](?:fips[.-])?([a-z0-9-]+)\./;
const NO_HEADERS: Readonly<Record<string, string>> = {};
const REGION_DEFAULT = "us-east-1";
const NO_PLACE: Place = { fill: {} };

/** A long-lived API key, or a pair of keys with which every call is signed. */
type Credentials = Readonly<{ region?: string } & ({ apiKey: string } | { aws: AwsKey })>;

/**
 * Keys come as one line: `access|secret|region`, `access|secret|session|region`, `apikey|region`, with the region in
 * front as well, or an API key alone.
 */
function readKey(key: string): Credentials {
  const parts = key.split("|").map((part) => part.trim()).filter((part) => part !== "");
  const at = parts.findIndex((part) => REGION.test(part));
  const region = at < 0 ? {} : { region: parts.splice(at, 1)[0]! };
  const [first = "", secret, session] = parts;
  if (secret === undefined) return { apiKey: first, ...region };
  return { aws: { accessKeyId: first, secretAccessKey: secret, ...(session !== undefined && { sessionToken: session }) }, ...region };
}

/** Anthropic's own words, for clients that speak them: the address names the model and whether it streams. */
const invoke: ProviderEndpoint = {
  dialect: "anthropic",
  path: "/model/{model}/invoke",
  streamPath: "/model/{model}/invoke-with-response-stream",
  serves: (model) => /(?:^|[./])anthropic\./.test(model),
  passesOnly: true,
  dataOnly: true,
  betas: BEDROCK_BETAS,
  reword: rewordMessages({ version: "bedrock-2023-05-31", without: ["model", "stream"], betasInBody: true }),
  unwrap: unwrapChunks,
  count: countInvoke,
};

/** The region of the key is where it is used, unless the channel names another. */
function place({ secret, settings, baseUrl }: Placing): Place {
  const region = settings.location ?? (secret === "" ? undefined : readKey(secret).region);
  return baseUrl === undefined && region !== undefined ? { baseUrl: `https://bedrock-runtime.${region}.amazonaws.com`, fill: {} } : NO_PLACE;
}

/** The lists stand on another host of the same region. */
function listings({ secret, baseUrl }: Placing): readonly ModelListing[] {
  const host = baseUrl === undefined ? undefined : URL.parse(baseUrl.trim())?.host;
  const region = (host === undefined ? undefined : REGION_OF_HOST.exec(host)?.[1]) ?? readKey(secret).region ?? REGION_DEFAULT;
  const own = host === undefined || host.endsWith(".amazonaws.com") ? { baseUrl: `https://bedrock.${region}.amazonaws.com` } : {};
  return [{ ...own, path: "/foundation-models" }, { ...own, path: "/inference-profiles?maxResults=1000" }];
}

/**
 * Amazon Bedrock, by its Converse interface, and by Anthropic's for its models.
 * - the address names the region; ids of models that run in several regions begin with `us.`, `eu.`, `apac.`, `global.`
 * - streams are binary frames with checksums; usage comes in the last one
 * - cached tokens stand beside the input
 */
export const bedrock: Provider = {
  id: "bedrock",
  name: "Amazon Bedrock",
  baseUrl: `https://bedrock-runtime.${REGION_DEFAULT}.amazonaws.com`,
  paths: { chat: [{ dialect: "bedrock-converse", path: "/model/{model}/converse", streamPath: "/model/{model}/converse-stream" }, invoke] },
  place,
  asks: ["location"],
  listings,
  authorize(key) {
    const credentials = readKey(key);
    return "apiKey" in credentials ? bearer(credentials.apiKey) : NO_HEADERS;
  },
  sign(key, call) {
    const credentials = readKey(key);
    if (!("aws" in credentials)) return {};
    return signV4(call, credentials.aws, REGION_OF_HOST.exec(call.url.host)?.[1] ?? credentials.region ?? REGION_DEFAULT, "bedrock");
  },
  flags: { streamOptions: "none", cached: "out", reasoning: "in", eofIsEnd: false, maxTokensName: "max_tokens", stopsBillingOnAbort: false },
  errorClasses: [
    { match: /^400 .*(?:invalid beta flag|anthropic[-_]beta)/i, class: "quirk" },
    { match: /ThrottlingException|ServiceQuotaExceededException|too many (?:requests|tokens)/i, class: "rate" },
    { match: /AccessDeniedException|don't have access to the model/i, class: "config" },
    { match: /UnrecognizedClientException|ExpiredToken|InvalidSignature|security token .* invalid/i, class: "auth" },
    { match: /ModelNotReadyException|ServiceUnavailableException/i, class: "overload" },
    { match: /ModelTimeoutException/i, class: "slow" },
    { match: /input is too long|too many input tokens/i, class: "context" },
    { match: /ValidationException/i, class: "client" },
  ],
  docs: "https://docs.aws.amazon.com/bedrock/latest/APIReference",
};
