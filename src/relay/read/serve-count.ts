import type { RelayState, RequestContext } from "#relay/context.ts";
import { RelayError } from "#relay/errors.ts";
import { JsonFault, walkNested } from "#relay/http/body/walker.ts";
import { scanRequest } from "#relay/http/body/scan.ts";
import type { CountedDialect, Route } from "#relay/http/routes.ts";
import { roughInputTokens, takeRequest } from "#relay/limits/request-limits.ts";
import { JSON_BYTES_MAX } from "#relay/metered.ts";
import { countInput } from "#relay/metering/count-tokens.ts";
import { endpointName } from "#relay/policy/access.ts";
import { notFound, resolveModel } from "#relay/policy/resolve-model.ts";
import { countAtVendor, type VendorCount } from "#relay/read/count-at-vendor.ts";
import type { ReadAnswer } from "#relay/read/serve-read.ts";
import type { Caller } from "#snapshot/snapshot.ts";

/** What an image is taken for where nobody has told how many tokens it is. */
const IMAGE_TOKENS = 800;

/**
 * The tokens of a conversation, which cost nothing but a place in the rate limits: as a vendor of the model counts
 * them where one does, else by our own count.
 * @throws RelayError as for a metered request, as far as no money is concerned
 */
export async function serveCount(state: RelayState, context: RequestContext, { dialect, params }: Extract<Route, { kind: "count" }>, caller: Caller): Promise<ReadAnswer> {
  const { snapshot, inbound, admittedAtMs } = context;
  const taking = takeRequest(state, context, state.plans.scopesOf(caller, snapshot));
  if (taking) await taking;
  const sent = await inbound.body(JSON_BYTES_MAX);
  const body = dialect === "gemini" ? innerRequest(sent) : sent;
  const scanned = scanRequest(body, "chat", { dialect, model: params.model, counting: true });
  const model = resolveModel(snapshot, caller, scanned.model, endpointName("chat", dialect));
  const price = snapshot.price(model, caller.groupId, caller.userId, admittedAtMs);
  if (!price) throw notFound(scanned.model);
  const counted = await countAtVendor(state, context, { dialect, caller, model, body: sent });
  if (counted) return { status: 200, body: Buffer.from(JSON.stringify(TOLD[dialect](counted))), headers: {} };
  const text = (await countInput(state.tokenizer, scanned, body, model.name)) ?? roughInputTokens({ ...scanned, images: 0 });
  const images = scanned.images * (price.document.hold?.imageTokens ?? IMAGE_TOKENS);
  return { status: 200, body: Buffer.from(JSON.stringify(ANSWERS[dialect](text, images))), headers: { "x-modelmart-warn": "estimated" } };
}

const ANSWERS: Readonly<Record<CountedDialect, (text: number, images: number) => object>> = {
  anthropic: (text, images) => ({ input_tokens: text + images }),
  "openai-responses": (text, images) => ({ object: "response.input_tokens", input_tokens: text + images }),
  gemini: (text, images) => ({
    totalTokens: text + images,
    promptTokensDetails: [{ modality: "TEXT", tokenCount: text }, ...(images > 0 ? [{ modality: "IMAGE", tokenCount: images }] : [])],
  }),
};

/** What a vendor has counted, in the members that the format has. */
const TOLD: Readonly<Record<CountedDialect, (counted: VendorCount) => object>> = {
  anthropic: ({ total, reply }) => ({ input_tokens: total, ...(reply.context_management !== undefined && { context_management: reply.context_management }) }),
  "openai-responses": ({ total }) => ({ object: "response.input_tokens", input_tokens: total }),
  gemini: ({ total, reply: { promptTokensDetails, totalBillableCharacters } }) =>
    ({ totalTokens: total, ...(promptTokensDetails !== undefined && { promptTokensDetails }), ...(totalBillableCharacters !== undefined && { totalBillableCharacters }) }),
};

/** Google takes the conversation alone, or a whole request under this name. */
function innerRequest(body: Buffer): Buffer {
  let inner: Buffer | undefined;
  const first = body.findIndex((byte) => byte > 32);
  if (first < 0 || body[first] !== 123) return body;
  try {
    walkNested(body, first, (key, start, end) => {
      if (key === "generateContentRequest" || key === "generate_content_request") inner = body.subarray(start, end);
    });
  } catch (error) {
    if (error instanceof JsonFault) throw new RelayError("invalid_json", `The request body is not valid JSON: ${error.message}.`);
    throw error;
  }
  return inner ?? body;
}
