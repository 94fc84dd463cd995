import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { geminiImages } from "#relay/conversion/images/gemini-images.ts";
import { readImages } from "#relay/conversion/images/images-asked.ts";
import { readEmbeddings } from "#relay/conversion/embeddings/request.ts";
import { vectorAs } from "#relay/conversion/embeddings/vectors.ts";
import { cohereEmbed, dashscopeEmbed, geminiEmbed, voyageEmbed } from "#relay/conversion/embeddings/vendors.ts";
import type { EmbeddingsVendor } from "#relay/conversion/embeddings/embeddings-vendor.ts";
import { readRerank, rerankVendors } from "#relay/conversion/rerank/convert-rerank.ts";
import { dialects } from "#relay/dialects/index.ts";
import { asWire, listOf } from "#relay/dialects/stream-kit/wire.ts";
import type { Wire } from "#relay/dialects/stream-kit/wire.ts";
import { DEFAULT_FLAGS } from "#relay/providers/kit/openai-shaped.ts";
import { sharedDir } from "../../../support/shared.ts";

const shared = sharedDir();
const fixtures = join(shared ?? "", "fixtures");

type Recorded = Readonly<{ dir: string; request: Wire; reply: Wire; total: number | undefined }>;

/** What was asked and answered well, of one kind of call. */
function recorded(kind: string, file = "response.json"): readonly Recorded[] {
  if (shared === undefined || !existsSync(join(fixtures, kind))) return [];
  return readdirSync(join(fixtures, kind)).flatMap((name) => {
    const read = (part: string): Wire => JSON.parse(readFileSync(join(fixtures, kind, name, part), "utf8")) as Wire;
    if (![file, "request.json"].every((part) => existsSync(join(fixtures, kind, name, part))) || read("meta.json").status !== 200) return [];
    const usage = asWire(read("meta.json").reported_usage);
    return [{ dir: `${kind}/${name}`, request: read("request.json"), reply: read(file), total: typeof usage.total_tokens === "number" ? usage.total_tokens : undefined }];
  });
}

const each = (rows: readonly Recorded[]) => rows.map((row) => [row.dir, row] as const);

describe.skipIf(shared === undefined)("recordings of other vendors (needs ../shared)", () => {
  /** Of what was sent, the texts; of Google's also the bodies, which must come out the same. */
  const vendors: readonly (readonly [string, EmbeddingsVendor, (request: Wire) => readonly string[]])[] = [
    ["google/embeddings", geminiEmbed, (request) => listOf(request.requests).map((one) => String(asWire(listOf(asWire(asWire(one).content).parts)[0]).text))],
    ["cohere/embed-v2", cohereEmbed, (request) => listOf(request.texts) as readonly string[]],
    ["voyage/embeddings", voyageEmbed, (request) => listOf(request.input) as readonly string[]],
    ["alibaba/embeddings", dashscopeEmbed, (request) => [request.input].flat() as readonly string[]],
  ];

  test.each(vendors.flatMap(([kind, vendor, textsOf]) => each(recorded(kind)).map(([dir, row]) => [dir, vendor, textsOf, row] as const)))("%s", (_dir, vendor, textsOf, { request, reply, total }) => {
    const texts = textsOf(request);
    const { vectors, tokens } = vendor.reply(reply);
    expect(vectors).toHaveLength(texts.length);
    for (const vector of vectors) expect((vectorAs(vector, false) as number[]).every(Number.isFinite)).toBe(true);
    if (total !== undefined) expect(tokens).toBe(total);
    const billed = asWire(asWire(reply.meta).billed_units).input_tokens ?? asWire(reply.usageMetadata).promptTokenCount;
    if (billed !== undefined) expect(tokens).toBe(billed);
  });

  test.each(each(recorded("google/embeddings").filter(({ request }) => listOf(request.requests).length === 1 && !JSON.stringify(request).includes("inline_data"))))("%s is asked as it was recorded", (_dir, { request }) => {
    const { content, taskType, outputDimensionality, model } = asWire(listOf(request.requests)[0]);
    const wire = { input: String(asWire(listOf(asWire(content).parts)[0]).text), ...(taskType !== undefined && { task_type: taskType }), ...(outputDimensionality !== undefined && { dimensions: outputDimensionality }) };
    const asked = readEmbeddings(wire);
    expect(geminiEmbed.request(asked.inputs, asked, String(model), () => expect.unreachable())).toEqual({ content, model, ...(taskType !== undefined && { taskType }), ...(outputDimensionality !== undefined && { outputDimensionality }) });
  });

  const rankings: readonly (readonly [string, keyof typeof rerankVendors, (request: Wire) => Wire])[] = [
    ["cohere/rerank-v2", "cohere", (request) => request],
    ["voyage/rerank", "voyage", (request) => ({ ...request, top_n: request.top_k! })],
    ["alibaba/rerank", "dashscope", (request) => asWire(request.input)],
  ];
  test.each(rankings.flatMap(([kind, vendor, openOf]) => each(recorded(kind)).map(([dir, row]) => [dir, vendor, openOf, row] as const)))("%s", (_dir, name, openOf, { request, reply }) => {
    const vendor: { reply?: (typeof rerankVendors)["deepinfra"]["reply"] } = rerankVendors[name];
    const asked = readRerank(openOf(request));
    const body = Buffer.from(JSON.stringify(vendor.reply?.(reply, asked) ?? reply));
    const { facts, body: answer } = dialects.rerank.passBody(body, {
      operation: "rerank", publicModel: "m", upstreamModel: "m", clientWantsUsage: true, rewriteModel: true, flags: DEFAULT_FLAGS, media: { documents: asked.documents.length },
    });
    const results = listOf((JSON.parse(answer.toString()) as Wire).results).map(asWire);
    const told = listOf(reply.results ?? reply.data ?? asWire(reply.output).results).map(asWire);
    expect(results.map(({ index }) => index)).toEqual(told.map(({ index }) => index));
    expect(results.map(({ relevance_score: score }) => score)).toEqual(told.map(({ relevance_score: score }) => score));
    expect(facts.usage?.inputUncached ?? facts.usage?.items?.search_unit).toBe(asWire(reply.usage).total_tokens ?? 1);
  });

  test.each(each(recorded("google/generate-content").filter(({ dir }) => dir.includes("/image-basic"))))("%s is a picture with its tokens", (_dir, { reply }) => {
    const maker = geminiImages(readImages({ prompt: "a siamese cat" }), "gemini-3.1-flash-lite-image", () => undefined);
    const { pictures, usage } = maker.reply({ status: 200, headers: {}, body: Buffer.from(JSON.stringify(reply)) });
    expect(pictures).toHaveLength(1);
    const { promptTokenCount, candidatesTokenCount } = asWire(reply.usageMetadata);
    expect(usage).toMatchObject({ input_tokens: promptTokenCount, output_tokens: candidatesTokenCount });
  });
});
