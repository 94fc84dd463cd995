import { expect, test } from "vitest";
import type { Json, JsonObject } from "#relay/canonical/request.ts";
import { asOpenAiVerdict } from "#relay/conversion/moderation/convert-moderation.ts";
import { readRerank, rerankVendors } from "#relay/conversion/rerank/convert-rerank.ts";

const DOCUMENTS: readonly Json[] = ["first", { text: "second" }, { title: "Third", body: "of several" }];
const ask = (over: JsonObject = {}) => readRerank({ query: "q", documents: DOCUMENTS, ...over });

test("documents become texts; those without words are refused", () => {
  expect(ask().documents).toEqual(["first", "second", "title: Third\nbody: of several"]);
  expect(ask({ rank_fields: ["title"], documents: [{ title: "Third", body: "x" }] }).documents).toEqual(["title: Third"]);
  expect(() => ask({ documents: [{ image: "https://h/1.png" }] })).toThrow(expect.objectContaining({ code: "unsupported_parameter" }));
  expect(ask({ top_n: 9 }).topN).toBe(3);
});

test.each<[keyof typeof rerankVendors, JsonObject, JsonObject, string[]]>([
  ["cohere", { top_n: 2, max_chunks_per_doc: 3 }, { model: "up", query: "q", documents: ask().documents, top_n: 2 }, ["max_chunks_per_doc_dropped"]],
  ["cohere", { max_tokens_per_doc: 99 }, { model: "up", query: "q", documents: ask().documents, max_tokens_per_doc: 99 }, []],
  ["voyage", { top_n: 2, truncation: true }, { model: "up", query: "q", documents: ask().documents, top_k: 2, truncation: true }, []],
  ["dashscope", { top_n: 1 }, { model: "up", input: { query: "q", documents: ask().documents }, parameters: { top_n: 1 } }, []],
  ["deepinfra", { instruction: "i" }, { queries: ["q", "q", "q"], documents: ask().documents, instruction: "i" }, []],
])("%s is asked in its own words %#", (name, over, body, warnings) => {
  const warned: string[] = [];
  expect(rerankVendors[name].request(ask(over), "up", (code) => warned.push(code))).toEqual(body);
  expect(warned).toEqual(warnings);
});

test("answers of other shapes become one that the client's reader knows", () => {
  const results = [{ index: 1, relevance_score: 0.5 }];
  expect(rerankVendors.dashscope.reply!({ output: { results }, usage: { total_tokens: 4 } }, ask())).toMatchObject({ results, usage: { total_tokens: 4 } });
  expect(rerankVendors.deepinfra.reply!({ scores: [0.1, 0.9, 0.2], input_tokens: 42 }, ask()))
    .toEqual({ results: [{ index: 0, relevance_score: 0.1 }, { index: 1, relevance_score: 0.9 }, { index: 2, relevance_score: 0.2 }], usage: { total_tokens: 42 } });
  expect(() => rerankVendors.deepinfra.reply!({ scores: [0.1] }, ask())).toThrow(expect.objectContaining({ code: "bad_upstream_response" }));
});

test("Mistral's verdicts under OpenAI's names: all of OpenAI's are there, others keep their own", () => {
  const verdict = asOpenAiVerdict({
    categories: { sexual: false, hate_and_discrimination: true, violence_and_threats: false, selfharm: false, dangerous: false, criminal: true, pii: false },
    category_scores: { sexual: 0.1, hate_and_discrimination: 0.9, selfharm: 0.2, dangerous: 0.3, criminal: 0.6, pii: 0.05 },
  });
  expect(verdict).toMatchObject({ flagged: true, categories: { hate: true, "hate/threatening": false, illicit: true, pii: false }, category_scores: { hate: 0.9, illicit: 0.6, "self-harm": 0.2, pii: 0.05, harassment: 0 } });
  expect(Object.keys(verdict.categories as object)).toEqual(expect.arrayContaining(["harassment/threatening", "sexual/minors", "violence/graphic", "self-harm/instructions"]));
});
