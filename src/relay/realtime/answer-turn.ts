import type { Usage } from "#money/usage.ts";
import type { ReplyFacts } from "#relay/dialects/dialect.ts";
import { RelayError } from "#relay/errors.ts";
import type { How } from "#relay/metering/ending.ts";
import { answerUsage, transcriptionUsage } from "#relay/realtime/realtime-usage.ts";
import type { Turn } from "#relay/realtime/session-money.ts";
import { object, text, type Json } from "#relay/realtime/vendor-frames.ts";

/** What has gone to the client of the answers under way. */
export type Passed = Readonly<{ audioBytes: number; textBytes: number; audioBytesPerToken: number; startedAt: number; contentAt: number | undefined }>;

const TEXT_BYTES_PER_TOKEN = 4;

/** An answer that the vendor has ended. @param left the client has gone, or is being sent away: the vendor was told to stop */
export function endedTurn(response: Json, passed: Passed, endedAt: number, left: boolean, sellsTime: boolean): Turn {
  const reported = answerUsage(response.usage);
  const how = howOf(response, passed, left);
  const estimated = reported === undefined && how !== "failed" && !sellsTime;
  const usage = reported?.usage ?? (estimated ? delivered(passed) : undefined);
  const finish = finishOf(response);
  return {
    id: text(response.id), finish, estimated, endedAt, startedAt: passed.startedAt, contentAt: passed.contentAt,
    ending: {
      how, possibleCost: how === "failed", delivered: deliveredBytes(passed), facts: factsOf(usage, reported?.inconsistent ?? false, finish),
      ...(how === "failed" && { error: new RelayError("bad_upstream_response", "The model's server failed.") }),
    },
  };
}

/** Answers whose end never came: charged for what was delivered of them. */
export function brokenTurn(how: "broken" | "left-stream", id: string | undefined, passed: Passed, endedAt: number): Turn {
  return {
    id, estimated: true, endedAt, startedAt: passed.startedAt, contentAt: passed.contentAt,
    ending: { how, possibleCost: true, delivered: deliveredBytes(passed), facts: factsOf(delivered(passed), false, undefined) },
  };
}

/** What the client said, written down. Undefined when the vendor names no number: it was part of the answer's price. */
export function transcribedTurn(usage: unknown, item: string, endedAt: number): Turn | undefined {
  const reported = transcriptionUsage(usage);
  if (!reported) return undefined;
  return {
    id: item, endedAt, startedAt: endedAt,
    ending: { how: "complete", possibleCost: false, delivered: { bytes: 0, cjk: 0, texts: 0, truncated: false }, facts: factsOf(reported.usage, reported.inconsistent, undefined) },
  };
}

/** What has been heard and written down since the last piece, in a session that does nothing else. */
export type Heard = Readonly<{ audioMs: number; textBytes: number; startedAt: number; contentAt: number | undefined; sellsLength: boolean }>;

/** A piece that a session which only writes down is paid for: by the vendor's numbers, else by what was heard and written. */
export function writtenTurn(raw: unknown, item: string, heard: Heard, endedAt: number): Turn {
  const reported = transcriptionUsage(raw);
  // Numbers of the other kind than the model is sold by say nothing of its price.
  const fits = reported !== undefined && (reported.usage.items?.audio_in_ms !== undefined) === heard.sellsLength;
  const usage: Usage = fits ? reported.usage : { ...heardUsage(reported?.usage.items?.audio_in_ms === undefined ? heard : { ...heard, audioMs: reported.usage.items.audio_in_ms }), ...(reported && { raw: reported.usage.raw }) };
  return {
    id: item, estimated: !fits, endedAt, startedAt: heard.startedAt, contentAt: heard.contentAt,
    ending: { how: "complete", possibleCost: false, delivered: textBytesOf(heard), facts: factsOf(usage, reported?.inconsistent ?? false, undefined) },
  };
}

/** What was being written down when the session ended. */
export const unwrittenTurn = (how: "broken" | "left-stream", heard: Heard, endedAt: number): Turn => ({
  id: undefined, estimated: true, endedAt, startedAt: heard.startedAt, contentAt: heard.contentAt,
  ending: { how, possibleCost: true, delivered: textBytesOf(heard), facts: factsOf(heardUsage(heard), false, undefined) },
});

/** OpenAI hears ten tokens a second. */
const HEARD_TOKEN_MS = 100;

const heardUsage = ({ audioMs, textBytes, sellsLength }: Heard): Usage =>
  (sellsLength ? { items: { audio_in_ms: Math.ceil(audioMs) } } : { inputAudio: Math.ceil(audioMs / HEARD_TOKEN_MS), outputText: Math.ceil(textBytes / TEXT_BYTES_PER_TOKEN) });

const textBytesOf = ({ textBytes }: Heard) => ({ bytes: textBytes, cjk: 0, texts: 0, truncated: false });

function howOf(response: Json, passed: Passed, left: boolean): How {
  if (response.status === "failed") return "failed";
  if (left) return "left-stream";
  const isEmpty = response.status === "completed" && passed.audioBytes + passed.textBytes === 0 && Array.isArray(response.output) && response.output.length === 0;
  return isEmpty ? "empty" : "complete";
}

/** In the words that chat answers end with. */
function finishOf(response: Json): string | undefined {
  const reason = text(object(response.status_details).reason);
  if (response.status === "incomplete") return reason === "max_output_tokens" ? "length" : reason?.slice(0, 64);
  if (response.status !== "completed") return text(response.status)?.slice(0, 64);
  const output: readonly unknown[] = Array.isArray(response.output) ? response.output : [];
  return output.some((item) => object(item).type === "function_call") ? "tool_calls" : "stop";
}

const delivered = ({ audioBytes, textBytes, audioBytesPerToken }: Passed): Usage =>
  ({ outputText: Math.ceil(textBytes / TEXT_BYTES_PER_TOKEN), outputAudio: Math.ceil(audioBytes / audioBytesPerToken) });

const deliveredBytes = ({ audioBytes, textBytes }: Passed) => ({ bytes: audioBytes + textBytes, cjk: 0, texts: 0, truncated: false });

const factsOf = (usage: Usage | undefined, usageInconsistent: boolean, finish: string | undefined): ReplyFacts => ({
  ...(usage && { usage }), ...(finish !== undefined && { finish }), usageInconsistent, content: true, complete: true, contentBytes: 0, contentCjk: 0, text: [], textTruncated: false,
});
