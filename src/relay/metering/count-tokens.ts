import type { Estimate } from "#relay/metering/meter.ts";
import type { Delivered } from "#relay/metering/ending.ts";
import { estimateTokens } from "#relay/metering/estimate.ts";
import type { Tokenizer } from "#relay/metering/tokenizer.ts";
import type { ScannedRequest } from "#relay/http/body/scan.ts";

/** Roles and separators of a chat template. */
const PER_MESSAGE = 4;
/** Requests above this are counted by their bytes: reading them apart costs more than the difference. */
const COUNTED_BYTES_MAX = 1024 * 1024;
const TEXT_KEYS = ["messages", "input", "prompt", "suffix", "system", "instructions", "contents", "systemInstruction", "query", "documents"] as const;
const WHOLE_KEYS = ["tools", "functions", "response_format", "output_format"] as const;

/** Exact count of a request's text. @returns undefined when it is too long or the tokenizer is busy */
export async function countInput(tokenizer: Tokenizer, scanned: ScannedRequest, body: Buffer, model: string): Promise<number | undefined> {
  if (scanned.textBytes > COUNTED_BYTES_MAX || body.length > 2 * COUNTED_BYTES_MAX) return undefined;
  const tokens = await tokenizer.count(requestTexts(scanned, body), model);
  return tokens === undefined ? undefined : tokens + scanned.messages * PER_MESSAGE;
}

/** Our own count of a request and of what its answer has delivered, for vendors that told nothing. */
export async function countAll(
  tokenizer: Tokenizer, scanned: ScannedRequest, body: Buffer, model: string, delivered: Delivered, texts: readonly string[],
): Promise<Estimate> {
  const [input, output] = await Promise.all([
    countInput(tokenizer, scanned, body, model),
    delivered.bytes === 0 ? 0 : delivered.truncated ? undefined : tokenizer.count(texts.slice(0, delivered.texts), model),
  ]);
  return {
    inputTokens: input ?? estimateTokens(scanned.textBytes, scanned.cjkChars) + scanned.messages * PER_MESSAGE,
    outputTokens: output ?? estimateTokens(delivered.bytes, delivered.cjk),
    byBytes: input === undefined || output === undefined,
  };
}

/** Every text that the model gets to see. Token ids of embeddings and completions count one each, as a one-letter text. */
function requestTexts({ ranges }: ScannedRequest, body: Buffer): string[] {
  const texts: string[] = [];
  for (const key of TEXT_KEYS) {
    const range = ranges.get(key);
    if (range) collect(JSON.parse(body.toString("utf8", range[0], range[1])), texts);
  }
  for (const key of WHOLE_KEYS) {
    const range = ranges.get(key);
    if (range) texts.push(body.toString("utf8", range[0], range[1]));
  }
  return texts;
}

/** Members that are no text to the model. */
const NOT_TEXT: ReadonlySet<string> = new Set([
  "role", "type", "image_url", "input_audio", "file", "detail", "cache_control", "id", "tool_call_id",
  "call_id", "tool_use_id", "signature", "encrypted_content", "file_data", "file_id", "file_url", "result",
  "inlineData", "inline_data", "fileData", "thoughtSignature", "thought_signature",
]);
/** Kinds of an Anthropic source whose contents the model reads; the others are files and addresses. */
const READ_SOURCES: ReadonlySet<unknown> = new Set(["text", "content"]);

function collect(value: unknown, texts: string[]): void {
  if (typeof value === "string") texts.push(value);
  else if (typeof value === "number") texts.push("a");
  else if (Array.isArray(value)) for (const item of value) collect(item, texts);
  else if (typeof value === "object" && value !== null) {
    if ("media_type" in value && "type" in value && !READ_SOURCES.has(value.type)) return;
    for (const [key, member] of Object.entries(value)) if (!NOT_TEXT.has(key)) collect(member, texts);
  }
}
