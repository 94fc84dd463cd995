import { bearer } from "#relay/providers/kit/auth.ts";
import { signV4, type AwsKey } from "#relay/providers/kit/sigv4.ts";
import type { Provider } from "#relay/providers/provider.ts";

const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d$/;
const REGION_OF_HOST = /^bedrock-runtime[.-](?:fips[.-])?([a-z0-9-]+)\./;
const NO_HEADERS: Readonly<Record<string, string>> = {};
const REGION_DEFAULT = "us-east-1";

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

/**
 * Amazon Bedrock, by its Converse interface.
 * - the address names the region; ids of models that run in several regions begin with `us.`, `eu.`, `apac.`, `global.`
 * - streams are binary frames with checksums; usage comes in the last one
 * - cached tokens stand beside the input
 */
export const bedrock: Provider = {
  id: "bedrock",
  name: "Amazon Bedrock",
  baseUrl: `https://bedrock-runtime.${REGION_DEFAULT}.amazonaws.com`,
  paths: { chat: { dialect: "bedrock-converse", path: "/model/{model}/converse", streamPath: "/model/{model}/converse-stream" } },
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
