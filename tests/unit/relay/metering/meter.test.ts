import { expect, test } from "vitest";
import { ppm } from "#money/amount.ts";
import { FLAG } from "#money/charge.ts";
import { compilePrice, parsePriceDocument } from "#money/price.ts";
import type { Usage } from "#money/usage.ts";
import { meter, wantsEstimate, type MeterInput } from "#relay/metering/meter.ts";
import type { Ending, How } from "#relay/metering/ending.ts";
import type { ReplyFacts } from "#relay/dialects/dialect.ts";

/** 1,000 nano an input token, 100 a cached one, 2,000 an output token. */
const price = compilePrice({
  versionId: 1n,
  document: parsePriceDocument({ items: { input: "1000000", cache_read: "100000", output: "2000000" } }),
  multipliers: [{ source: "group", name: "default", ppm: ppm(1_000_000) }],
});

const facts = (usage: Usage | undefined, over: Partial<ReplyFacts> = {}): ReplyFacts =>
  ({ usageInconsistent: false, content: true, complete: true, contentBytes: 20, contentCjk: 0, text: [], textTruncated: false, ...(usage && { usage }), ...over });

type Case = Partial<Omit<MeterInput, "ending">> & Readonly<{ bytes?: number; stopped?: boolean; possibleCost?: boolean; finish?: string; inconsistent?: boolean; blocked?: boolean }>;

function run(how: How, usage: Usage | undefined, { bytes = 20, stopped = false, possibleCost = false, finish, inconsistent = false, blocked = false, ...over }: Case = {}) {
  const ending: Ending = {
    how, stopped, possibleCost,
    facts: facts(usage, { usageInconsistent: inconsistent, ...(finish !== undefined && { finish }), ...(blocked && { blocked }) }),
    delivered: { bytes, cjk: 0, texts: 0, truncated: false },
  };
  const estimate = wantsEstimate(ending, over.doubtZero) ? { inputTokens: 7, outputTokens: 3, byBytes: false } : undefined;
  const { outcome, usageSource, quantities, chargeNano, sumPico, flags } = meter({
    ending, price, forgiven: true, billEmpty: false, billBroken: "delivered", guarded: false, admittedAtMs: 0, contextTokens: 1_000, inputTokensRough: 10,
    estimate, ...over,
  });
  expect(sumPico).toBe(chargeNano * 1_000n);
  return { outcome, usageSource, quantities, chargeNano, flags };
}

const USED: Usage = { inputUncached: 10, cacheRead: 20, outputText: 5 };
const AS_REPORTED = 10n * 1_000n + 20n * 100n + 5n * 2_000n;
const INPUT_ONLY = 12_000n;
const ESTIMATED = 7n * 1_000n + 3n * 2_000n;

test.each<readonly [string, How, Usage | undefined, Case, string, bigint, number]>([
  ["a normal end is charged as reported", "complete", USED, {}, "ok", AS_REPORTED, 0],
  ["a content filter with usage is charged as reported", "complete", USED, { finish: "content_filter" }, "refused", AS_REPORTED, 0],
  ["a refused prompt is waived", "complete", USED, { blocked: true, bytes: 0 }, "refused", 0n, FLAG.WAIVED],
  ["a refused prompt is charged as reported where the shop says so", "complete", USED, { blocked: true, bytes: 0, billBlocked: true }, "refused", AS_REPORTED, 0],
  ["a refused prompt of which nothing is reported is waived even there", "complete", undefined, { blocked: true, bytes: 0, billBlocked: true }, "refused", 0n, FLAG.WAIVED],
  ["a refused prompt that is told as an error is free", "failed", USED, { blocked: true, bytes: 0 }, "upstream_error", 0n, 0],
  ["a refused prompt that is told as an error is charged as reported where the shop says so", "failed", USED, { blocked: true, bytes: 0, billBlocked: true }, "refused", AS_REPORTED, 0],
  ["other failures stay free where refused prompts are charged", "failed", USED, { bytes: 0, billBlocked: true }, "upstream_error", 0n, 0],
  ["missing usage is estimated", "complete", undefined, {}, "ok", ESTIMATED, 0],
  ["the estimate by bytes is flagged", "complete", undefined, { estimate: { inputTokens: 7, outputTokens: 3, byBytes: true } }, "ok", ESTIMATED, FLAG.BYTE_ESTIMATE],
  ["an input side without an output side is completed", "complete", { inputUncached: 10 }, {}, "ok", 16_000n, 0],
  ["a stated zero is trusted and flagged", "complete", { inputUncached: 0, outputText: 0 }, {}, "ok", 0n, FLAG.SUSPECT_USAGE],
  ["a stated zero for text is estimated, and flagged, where the operator knows better", "complete", { inputUncached: 0, outputText: 0 }, { doubtZero: true }, "ok", ESTIMATED, FLAG.SUSPECT_USAGE],
  ["who doubts zeros believes other figures", "complete", USED, { doubtZero: true }, "ok", AS_REPORTED, 0],
  ["a zero of tokens beside other things is no doubtful one", "complete", { inputUncached: 0, outputText: 0, items: { search_unit: 1 } }, { doubtZero: true }, "ok", 0n, 0],
  ["a doubtful zero without text stays one", "complete", { inputUncached: 0, outputText: 0 }, { doubtZero: true, bytes: 0 }, "ok", 0n, 0],
  ["left in mid-stream with a doubtful zero: what was delivered", "left-stream", { inputUncached: 0, outputText: 0 }, { doubtZero: true }, "client_abort", ESTIMATED, FLAG.SUSPECT_USAGE],
  ["contradictions are flagged", "complete", USED, { inconsistent: true }, "ok", AS_REPORTED, FLAG.USAGE_INCONSISTENT],
  ["absurd input is cut to our own count", "complete", { inputUncached: 2_001, outputText: 5 }, {}, "ok", 15_000n + 10_000n, FLAG.USAGE_INCONSISTENT],
  ["absurd output is cut to our own count", "complete", { inputUncached: 10, outputText: 1e12 }, {}, "ok", 10_000n + 16_000n, FLAG.USAGE_INCONSISTENT],
  ["twice the window is not yet absurd", "complete", { inputUncached: 2_000 }, { bytes: 0 }, "ok", 2_000_000n, 0],
  ["a guarded hold is flagged", "complete", USED, { guarded: true }, "ok", AS_REPORTED, FLAG.GUARDED],
  ["an empty reply is waived", "empty", USED, { bytes: 0 }, "empty", 0n, FLAG.WAIVED],
  ["an empty reply beyond the hour's free ones is charged", "empty", USED, { bytes: 0, forgiven: false }, "empty", AS_REPORTED, 0],
  ["an empty reply is charged where the shop says so", "empty", USED, { bytes: 0, billEmpty: true }, "empty", AS_REPORTED, 0],
  ["a failure is free", "failed", USED, { bytes: 0 }, "upstream_error", 0n, 0],
  ["a time-out after which we may be billed is flagged", "failed", undefined, { bytes: 0, possibleCost: true }, "upstream_error", 0n, FLAG.POSSIBLE_UPSTREAM_COST],
  ["left before the first byte, vendor stopped: free", "left-before", undefined, { bytes: 0, stopped: true }, "client_abort", 0n, 0],
  ["left before the first byte, drained: the reported input at most", "left-before", USED, { bytes: 0 }, "client_abort", INPUT_ONLY, 0],
  ["left before the first byte too often: as reported", "left-before", USED, { bytes: 0, forgiven: false }, "client_abort", AS_REPORTED, 0],
  ["left before the first byte, drained, nothing said: free", "left-before", undefined, { bytes: 0 }, "client_abort", 0n, 0],
  ["left in mid-stream, usage came: as reported", "left-stream", USED, {}, "client_abort", AS_REPORTED, 0],
  ["left in mid-stream, no usage: what was delivered", "left-stream", undefined, { stopped: true }, "client_abort", ESTIMATED, 0],
  ["left while a whole answer came: as reported", "left-body", USED, {}, "client_abort", AS_REPORTED, 0],
  ["broken before anything was delivered: free", "broken", undefined, { bytes: 0 }, "upstream_abort", 0n, 0],
  ["broken before anything was delivered, usage came: free", "broken", USED, { bytes: 0 }, "upstream_abort", 0n, 0],
  ["broken after content: what was delivered", "broken", undefined, {}, "upstream_abort", ESTIMATED, 0],
  ["broken after content, usage came: as reported", "broken", USED, {}, "upstream_abort", AS_REPORTED, 0],
  ["broken after content, waived where the shop says so", "broken", USED, { billBroken: "none" }, "upstream_abort", 0n, FLAG.WAIVED],
  ["cut for credit: what was delivered", "cut", undefined, { stopped: true, guarded: true }, "cut_no_credit", ESTIMATED, FLAG.GUARDED],
  ["cut for credit, usage of the whole came in the same read: what was delivered", "cut", USED, { stopped: true, guarded: true }, "cut_no_credit", INPUT_ONLY + 3n * 2_000n, FLAG.GUARDED],
  ["cut for credit before anything was delivered: the input", "cut", USED, { bytes: 0, stopped: true, guarded: true }, "cut_no_credit", INPUT_ONLY, FLAG.GUARDED],
  ["cut for credit: no more than was watched", "cut", undefined, { bytes: 4, stopped: true, guarded: true }, "cut_no_credit", 7n * 1_000n + 2n * 2_000n, FLAG.GUARDED],
])("%s", (_name, how, usage, over, outcome, chargeNano, flags) => {
  expect(run(how, usage, over)).toMatchObject({ outcome, chargeNano, flags });
});

test("a charge rests on the vendor's word or on ours, and says so", () => {
  expect(run("complete", USED).usageSource).toBe("upstream");
  expect(run("complete", undefined).usageSource).toBe("estimated");
  expect(run("failed", undefined).usageSource).toBe("none");
});

test("quantities are what the sum is made of", () => {
  expect(run("complete", USED).quantities).toEqual({ request: 1, input: 10, cache_read: 20, output: 5 });
  expect(run("left-before", USED, { bytes: 0 }).quantities).toEqual({ input: 10, cache_read: 20 });
  expect(run("failed", USED, { bytes: 0 }).quantities).toEqual({});
  expect(run("empty", USED, { bytes: 0 }).quantities).toMatchObject({ input: 10, output: 5 });
});
