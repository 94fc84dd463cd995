import type { PassOptions } from "#relay/dialects/dialect.ts";
import { checkReply, JsonReply } from "#relay/dialects/media-kit/json-reply.ts";
import { MediaFacts } from "#relay/dialects/media-kit/media-facts.ts";
import { reportedUsage } from "#relay/dialects/media-kit/usage.ts";

/** Verdicts. Vendors that charge for them tell tokens; the others are counted by the shop where it charges for them. */
export function passModerations(body: Buffer, { flags, media, rewriteModel, publicModel }: PassOptions): Readonly<{ facts: MediaFacts; body: Buffer }> {
  const facts = new MediaFacts(), reply = new JsonReply(body), count = reply.length("results");
  if (!checkReply(reply, facts, count !== undefined)) return { facts, body };
  facts.content = count! > 0;
  const reported = reportedUsage(reply.get("usage"), flags);
  if (reported) facts.use({ ...reported, estimated: false });
  else if (media?.byTokens !== true) facts.use({ usage: {}, inconsistent: false, estimated: false });
  return { facts, body: rewriteModel ? reply.renamed(publicModel) : body };
}
