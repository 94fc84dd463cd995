import { plainNumber } from "#relay/canonical/plain.ts";
import type { Json } from "#relay/canonical/request.ts";
import { isWire, jsonOf, wireOf, wiresOf, type Wire } from "#relay/dialects/gemini/wire.ts";

/** The figures of every token, with those of the others that it stood against, as a list of tokens. */
export function readLogprobs(result: Wire): Json {
  const others = wiresOf(result.topCandidates);
  const content = wiresOf(result.chosenCandidates).map((chosen, at) => ({
    ...tokenOf(chosen), top_logprobs: wiresOf(wireOf(others[at]).candidates).map(tokenOf),
  }));
  return jsonOf({ content });
}

const tokenOf = ({ token, logProbability }: Wire): Wire => {
  const text = typeof token === "string" ? token : "";
  return { token: text, logprob: plainNumber(logProbability ?? 0), bytes: [...Buffer.from(text)] };
};

/** Lists of tokens as one result; undefined where there are none. */
export function encodeLogprobs(lists: readonly Json[]): Wire | undefined {
  const tokens = lists.flatMap((list) => wiresOf(wireOf(list).content));
  if (tokens.length === 0) return undefined;
  const figure = ({ token, logprob }: Wire): Wire => ({ token, logProbability: logprob });
  return {
    chosenCandidates: tokens.map(figure),
    ...(tokens.some(({ top_logprobs: top }) => Array.isArray(top) && top.some(isWire)) ? { topCandidates: tokens.map((token) => ({ candidates: wiresOf(token.top_logprobs).map(figure) })) } : {}),
  };
}
