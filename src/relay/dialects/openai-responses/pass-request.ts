import { MARKED_PROOF, proofFamily, proofFor } from "#relay/dialects/openai-responses/proofs.ts";
import { doesReason, SEALED_REASONING } from "#relay/dialects/openai-responses/reasoning.ts";
import { asObject } from "#relay/dialects/openai-responses/wire.ts";
import type { PassRequestOptions } from "#relay/dialects/dialect.ts";
import { hideUsers, unwantedRanges } from "#relay/http/body/own-members.ts";
import type { ScannedRequest } from "#relay/http/body/scan.ts";
import { insertMembers, removeMembers, spliceBody } from "#relay/http/body/splice.ts";
import type { Edit } from "#relay/http/body/splice.ts";

const CAP = "max_output_tokens";
const PREVIOUS = "previous_response_id";
/** Where the vendor knows of no answer before, all that was said stands in the input. */
const UNTOLD = ["service_tier", PREVIOUS, "models"] as const;
/** What is said to the shop and not to the vendor. */
const OURS = [...UNTOLD, "provider", "session_id"] as const;

/**
 * The splices that a vendor's request needs: the model's name, the cap that the money sets, `store: false` where what is
 * to be kept is kept by us, the vendor's name of the answer before where it is not. A dearer tier, or another model, would be paid by the shop.
 */
export function passRequest(scanned: ScannedRequest, body: Buffer, options: PassRequestOptions): Buffer[] {
  const edits: Edit[] = [];
  const added: string[] = [];
  const put = (key: string, text: string): void => {
    const range = scanned.ranges.get(key);
    if (!range) added.push(`"${key}":${text}`);
    else if (body.toString("utf8", range[0], range[1]) !== text) edits.push({ start: range[0], end: range[1], text });
  };
  put("model", JSON.stringify(options.upstreamModel));
  const { keeping } = options;
  if (!keeping) put("store", "false");
  else if (keeping.store !== undefined) put("store", String(keeping.store));
  if (keeping?.previousId !== undefined) put(PREVIOUS, JSON.stringify(keeping.previousId));
  if (options.maxTokens !== undefined) put(CAP, String(options.maxTokens));
  const include = keeping?.conversation === true ? undefined : sealedReasoning(scanned, body, options.upstreamModel);
  if (include !== undefined) put("include", include);
  const named = options.flags.routingFields ? UNTOLD : OURS;
  const unwanted = keeping?.previousId === undefined ? named : named.filter((name) => name !== PREVIOUS);
  hideUsers(scanned, body, options, edits);
  edits.push(...removeMembers(body, unwantedRanges(scanned, unwanted, options)));
  const input = scanned.ranges.get("input");
  if (input && body.includes(MARKED_PROOF)) edits.push({ start: input[0], end: input[1], text: withOwnProofs(body.toString("utf8", input[0], input[1]), options.upstreamModel) });
  if (added.length > 0) edits.push(insertMembers(body, added.join(",")));
  return spliceBody(body, edits);
}

/**
 * A conversation that we keep in mind needs what the model thought sealed.
 * @returns the list to ask for; undefined where it stays as it is
 */
function sealedReasoning({ ranges }: ScannedRequest, body: Buffer, upstreamModel: string): string | undefined {
  const textOf = (key: string): string | undefined => {
    const range = ranges.get(key);
    return range && body.toString("utf8", range[0], range[1]);
  };
  if (textOf("store") === "false" || !doesReason(upstreamModel)) return undefined;
  const given: unknown = JSON.parse(textOf("include") ?? "[]");
  const list: readonly unknown[] = Array.isArray(given) ? given : [];
  return list.includes(SEALED_REASONING) ? undefined : JSON.stringify([...list, SEALED_REASONING]);
}

/** Reasoning of other vendors' models, which this one could not open, stays behind. */
function withOwnProofs(text: string, upstreamModel: string): string {
  const input: unknown = JSON.parse(text);
  if (!Array.isArray(input)) return text;
  const family = proofFamily(upstreamModel);
  return JSON.stringify(input.flatMap((item: unknown) => {
    const sealed = asObject(item).encrypted_content;
    if (typeof sealed !== "string") return [item];
    const own = proofFor(sealed, family);
    return own === undefined ? [] : [{ ...asObject(item), encrypted_content: own }];
  }));
}
