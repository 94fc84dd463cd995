import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { convert, convertWhole, FORMATS, metered, type Format, type Read } from "../../../support/heard.ts";
import { readRecording, type ExpectedUsage } from "../../../support/recordings.ts";
import { sharedDir } from "../../../support/shared.ts";
import { answers, providerFlags, type Answered } from "./recorded.ts";

/** Files that hold several answers one after another, which no call is answered with. */
const SEVERAL = /encrypted-content\.1\.stream|shell-tool\.1\.stream|programmatic-tool-calling\.1\.stream|tool-search-(?:deferred-\w+|regex\.1)\.stream/;
/** Recorded numbers that count each piece of a call, calls that the vendor ran itself, or none where they have the old form. */
const OTHER_CALLS = /stream-no-args-tool-call|stream-tool-call-a|functions-open-ai|lcel-simple|code-execution-tool|web-search-with-bedrock-amazon-nova/;
/** Formats without a place for a refusal tell it as text; recorded texts leave out those that bear sources. */
const OTHER_TEXT = /refused-completion|anthropic-refusal|cites-tool-results-returned-as-search-results/;

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** What the client hears, and the meter, against what was read off the recording. */
function faults({ recording: { dir } }: Answered, expected: ExpectedUsage, { heard, facts }: Read): readonly string[] {
  if (facts.error) return [];
  const usage = metered(facts), wrong: string[] = [];
  const differ = (what: string, is: unknown, should: unknown): void => void (String(is) !== String(should) && wrong.push(`${what} ${String(is)} instead of ${String(should)}`));
  if (expected.text_sha256 !== undefined && !OTHER_TEXT.test(dir)) differ("text", sha256(heard.text), expected.text_sha256);
  if (expected.tool_calls !== undefined && !OTHER_CALLS.test(dir)) differ("calls", heard.calls.length, expected.tool_calls);
  if (typeof expected.prompt === "number") differ("input", usage?.[0], expected.prompt);
  if (typeof expected.completion === "number") differ("output", usage?.[1], expected.completion);
  // An input of nought is none to readers of some formats.
  if (usage && usage[0] > 0) differ("told", heard.usage, usage);
  if (heard.finish === undefined) wrong.push("no end");
  return wrong;
}

const shared = sharedDir();

describe.skipIf(shared === undefined)("every recorded answer is heard alike in every format (needs ../shared)", () => {
  test.each(FORMATS)("in that of %s", (to: Format) => {
    const found: string[] = [];
    let heard = 0;
    for (const answered of answers(shared!)) {
      const { recording, format } = answered, { bytes, expected } = readRecording(shared!, recording), flags = providerFlags(recording);
      if (!expected || SEVERAL.test(recording.dir)) continue;
      const read = recording.streaming ? convert(format, to, [bytes], flags) : convertWhole(format, to, bytes, flags);
      for (const fault of faults(answered, expected, read)) found.push(`${recording.dir}: ${fault}`);
      heard += read.facts.error ? 0 : 1;
    }
    expect(found).toEqual([]);
    expect(heard).toBeGreaterThan(1_000);
  });
});
