import type { Dialect } from "#relay/dialects/dialect.ts";
import { removeMembers, spliceBody, type Edit } from "#relay/http/body/splice.ts";

/** Said to the shop. The documents are put into the answer here: not every vendor knows how. */
const OURS = ["service_tier", "provider", "models", "session_id", "return_documents"] as const;

/** The vendor's name of the model, and no more documents wanted than there are: some refuse that. */
export const passRerankRequest: Dialect["passRequest"] = ({ ranges, media }, body, { upstreamModel }) => {
  const edits: Edit[] = [];
  const replace = (key: string, text: string): void => {
    const range = ranges.get(key);
    if (range && body.toString("utf8", range[0], range[1]) !== text) edits.push({ start: range[0], end: range[1], text });
  };
  replace("model", JSON.stringify(upstreamModel));
  if (media?.topN !== undefined) replace("top_n", String(Math.min(media.topN, media.documents ?? media.topN)));
  edits.push(...removeMembers(body, OURS.map((key) => ranges.get(key)).filter((range) => range !== undefined)));
  return spliceBody(body, edits);
};
