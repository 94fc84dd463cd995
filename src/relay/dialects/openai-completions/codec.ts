import { aggregate } from "#relay/canonical/aggregate.ts";
import type { ClientCodec, DecodeFacts, ReplyOptions, StreamEncoder } from "#relay/canonical/codec.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import type { ChatRequest, Json, JsonObject } from "#relay/canonical/request.ts";
import { decodeMetadata, decodeSampling } from "#relay/dialects/openai-kit/decode-common.ts";
import { encodeErrorEvent } from "#relay/dialects/openai-kit/errors.ts";
import { booleanField, countField, neededText, objectField, textField } from "#relay/dialects/openai-kit/fields.ts";
import { finishWord } from "#relay/dialects/openai-kit/finish-word.ts";
import { chatUsage } from "#relay/dialects/openai-kit/usage-wire.ts";
import { RelayError } from "#relay/errors.ts";
import type { Usage } from "#money/usage.ts";

const KNOWN: ReadonlySet<string> = new Set([
  "model", "prompt", "stream", "stream_options", "max_tokens", "n", "best_of", "echo", "logprobs", "suffix", "temperature", "top_p", "top_k", "min_p",
  "stop", "seed", "presence_penalty", "frequency_penalty", "repetition_penalty", "logit_bias", "user", "metadata", "service_tier",
  "provider", "models", "session_id",
]);

const refused = (param: string): RelayError =>
  new RelayError("unsupported_parameter", `The model answers conversations only: '${param}' cannot be carried over from a text completion.`, { param });

/** A text to be gone on with, as the one message of a conversation. @throws RelayError for what only a completion can do */
function decodeRequest(body: JsonObject, facts: DecodeFacts): ChatRequest {
  if (booleanField(body.echo, "echo")) throw refused("echo");
  if (countField(body.logprobs, "logprobs") !== undefined) throw refused("logprobs");
  if ((countField(body.best_of, "best_of") ?? 1) > 1) throw refused("best_of");
  if ((textField(body.suffix, "suffix") ?? "") !== "") throw refused("suffix");
  const { logprobs: _logprobs, ...sampled } = body;
  const maxOutputTokens = countField(body.max_tokens, "max_tokens");
  const endUser = textField(body.user, "user");
  return {
    origin: "openai-completions",
    model: facts.model ?? neededText(body.model, "model"),
    stream: facts.stream ?? booleanField(body.stream, "stream") ?? false,
    system: [],
    messages: [{ role: "user", parts: [{ type: "text", text: promptOf(body.prompt) }] }],
    tools: [], output: { format: "text" }, modalities: ["text"], sampling: decodeSampling(sampled),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    candidates: countField(body.n, "n", 1) ?? 1,
    includeUsage: objectField(body.stream_options, "stream_options")?.include_usage === true,
    cache: {}, metadata: decodeMetadata(body.metadata), betas: facts.betas,
    ...(endUser !== undefined && { endUser }),
    extra: Object.fromEntries(Object.entries(body).filter(([name, value]) => value !== null && !KNOWN.has(name))),
  };
}

/** One text; several, or token ids, are several answers or words of one model alone. */
function promptOf(prompt: Json | undefined): string {
  const only = Array.isArray(prompt) && prompt.length === 1 ? (prompt as readonly Json[])[0] : prompt;
  if (typeof only !== "string") throw refused("prompt");
  return only;
}

const head = ({ requestId, model, createdAt }: ReplyOptions): JsonObject => ({ id: `cmpl-${requestId}`, object: "text_completion", created: createdAt, model });

function encodeReply(events: readonly CanonicalEvent[], options: ReplyOptions): JsonObject {
  const { candidates, finish, usage } = aggregate(events);
  return {
    ...head(options),
    choices: candidates.map((candidate) => ({
      text: candidate.blocks.flatMap((block) => (block.type === "text" || block.type === "refusal" ? [block.text] : [])).join(""),
      index: candidate.number, logprobs: null, finish_reason: finishWord(candidate.finish ?? finish, false),
    })),
    ...(usage && { usage: chatUsage(usage) }),
  };
}

class CompletionStreamEncoder implements StreamEncoder {
  readonly #options: ReplyOptions;
  readonly #finished = new Set<number>();
  #choice = 0;
  #usage: Usage | undefined;

  constructor(options: ReplyOptions) {
    this.#options = options;
  }

  push(event: CanonicalEvent): string {
    switch (event.type) {
      case "text-delta": case "refusal-delta":
        return this.#chunk([{ text: event.text, index: this.#choice, logprobs: null, finish_reason: null }]);
      case "usage":
        this.#usage = event.usage;
        return "";
      case "candidate":
        this.#choice = event.number;
        return event.finish === undefined ? "" : this.#finish(event.number, finishWord(event.finish, false));
      case "end": {
        this.#usage = event.usage ?? this.#usage;
        const last = this.#finished.has(0) ? "" : this.#finish(0, finishWord(event.finish, false));
        return last + (this.#options.includeUsage && this.#usage ? this.#chunk([], chatUsage(this.#usage)) : "");
      }
      default:
        return "";
    }
  }

  tail(): string {
    return "data: [DONE]\n\n";
  }

  #finish(choice: number, word: string): string {
    this.#finished.add(choice);
    return this.#chunk([{ text: "", index: choice, logprobs: null, finish_reason: word }]);
  }

  #chunk(choices: readonly JsonObject[], usage: Json = null): string {
    return `data: ${JSON.stringify({ ...head(this.#options), choices, ...(this.#options.includeUsage && { usage }) })}\n\n`;
  }
}

/** An error inside a stream, on a chunk of the answer's own id. */
export const completionStreamError = (error: RelayError, requestId: string, id = `cmpl-${requestId}`): string =>
  encodeErrorEvent(error, requestId, { id, object: "text_completion", choices: [{ index: 0, text: "", finish_reason: "error" }] });

/** OpenAI's text completions as clients speak them, for models that know conversations only. */
export const openaiCompletionsClient: ClientCodec = {
  decodeRequest,
  streamEncoder: (options) => new CompletionStreamEncoder(options),
  encodeReply,
  encodeStreamError: (error, requestId) => completionStreamError(error, requestId),
};
