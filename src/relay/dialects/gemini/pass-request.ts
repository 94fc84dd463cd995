import type { Dialect } from "#relay/dialects/dialect.ts";
import { unwantedRanges } from "#relay/http/body/own-members.ts";
import { insertMembers, removeMembers, spliceBody, type Edit } from "#relay/http/body/splice.ts";
import type { ScannedRequest } from "#relay/http/body/scan.ts";

const NULL = 110;
const REMOVED = ["model", "serviceTier", "provider", "models", "session_id"] as const;

/**
 * The splices that a request needs which is passed on as it is: the model's name stands in the address alone, a dearer
 * tier would be paid by the shop, what is said to the shop is refused by the vendor, and money may cap the answer.
 */
export const passRequest: Dialect["passRequest"] = (scanned, body, options) => {
  const { maxTokens } = options;
  const edits: Edit[] = [];
  edits.push(...removeMembers(body, unwantedRanges(scanned, REMOVED, options)));
  if (maxTokens !== undefined) edits.push(capEdit(scanned, body, maxTokens));
  return spliceBody(body, edits);
};

function capEdit({ ranges }: ScannedRequest, body: Buffer, maxTokens: number): Edit {
  const given = ranges.get("generationConfig.maxOutputTokens");
  if (given) return { start: given[0], end: given[1], text: String(maxTokens) };
  const member = `"maxOutputTokens":${maxTokens}`;
  const config = ranges.get("generationConfig");
  if (!config) return insertMembers(body, `"generationConfig":{${member}}`);
  if (body[config[0]] === NULL) return { start: config[0], end: config[1], text: `{${member}}` };
  const { start, text } = insertMembers(body.subarray(config[0], config[1]), member);
  return { start: config[0] + start, end: config[0] + start, text };
}
