import { NO_PARTS } from "#relay/conversion/calls/call-codec.ts";
import type { CallCodec } from "#relay/conversion/calls/call-codec.ts";
import { jsonBody, replyOf } from "#relay/conversion/calls/vendor-reply.ts";
import { asWire, compact, listOf, parseWire } from "#relay/dialects/stream-kit/wire.ts";
import type { Wire } from "#relay/dialects/stream-kit/wire.ts";
import { RelayError } from "#relay/errors.ts";
import type { Json } from "#relay/canonical/request.ts";

/** Every category of OpenAI's, all of which its clients expect to find. */
const CATEGORIES = [
  "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm", "self-harm/intent", "self-harm/instructions",
  "sexual", "sexual/minors", "violence", "violence/graphic",
] as const;

/** Mistral's categories under OpenAI's names; those that OpenAI has none for keep their own. */
const NAMES: Readonly<Record<string, (typeof CATEGORIES)[number]>> = {
  sexual: "sexual", hate_and_discrimination: "hate", violence_and_threats: "violence", selfharm: "self-harm",
  dangerous_and_criminal_content: "illicit", dangerous: "illicit", criminal: "illicit",
};

/** One of Mistral's verdicts as one of OpenAI's: what it does not look for is not there. */
export function asOpenAiVerdict(verdict: Wire): Wire {
  const said = asWire(verdict.categories), scored = asWire(verdict.category_scores);
  const categories: Record<string, boolean> = Object.fromEntries(CATEGORIES.map((name) => [name, false]));
  const scores: Record<string, number> = Object.fromEntries(CATEGORIES.map((name) => [name, 0]));
  for (const [own, value] of Object.entries(said)) {
    const name = NAMES[own] ?? own;
    categories[name] = categories[name] === true || value === true;
  }
  for (const [own, value] of Object.entries(scored)) {
    const name = NAMES[own] ?? own;
    if (typeof value === "number") scores[name] = Math.max(scores[name] ?? 0, value);
  }
  return {
    flagged: Object.values(categories).some(Boolean), categories, category_scores: scores,
    category_applied_input_types: Object.fromEntries(Object.keys(categories).map((name) => [name, ["text"]])),
  };
}

/** Texts alone: a picture has no words. */
function textsOf(input: Json | undefined): readonly string[] {
  const list = typeof input === "string" ? [input] : listOf(input);
  return list.map((one) => {
    const text = typeof one === "string" ? one : asWire(one).type === "text" ? asWire(one).text : undefined;
    if (typeof text !== "string") throw new RelayError("unsupported_parameter", "This model judges texts alone.", { param: "input" });
    return text;
  });
}

/** Mistral refuses fields that it does not know. */
const mistral: CallCodec = ({ dialect, body }, { upstreamModel }) => {
  const { input } = asWire(parseWire(body.toString("utf8")));
  const texts = textsOf(input);
  return {
    warnings: [], parts: NO_PARTS,
    async script(send) {
      const wire = replyOf(await send({ body: jsonBody({ model: upstreamModel, input: texts }) }));
      const results = Array.isArray(wire.results) ? wire.results.map((verdict) => asOpenAiVerdict(asWire(verdict))) : undefined;
      return Buffer.from(JSON.stringify(compact({ ...wire, results })));
    },
    reader: dialect,
  };
};

/** Verdicts by the protocol that they are asked for in. */
export const moderationCodecs = { "mistral-moderations": mistral } as const;
