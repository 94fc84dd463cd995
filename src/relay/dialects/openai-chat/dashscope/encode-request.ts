import type { EncodedRequest, Target } from "#relay/canonical/codec.ts";
import type { ChatRequest, Json } from "#relay/canonical/request.ts";
import { openaiChatUpstream } from "#relay/dialects/openai-chat/index.ts";
import { asWire, compact, listOf, textOf, type Wire } from "#relay/dialects/stream-kit/wire.ts";
import { RelayError } from "#relay/errors.ts";

/** Models that look and listen, and from Qwen 3.5 on those that write, have an address of their own. */
const MULTIMODAL = /-vl\b|-vl-|qvq|omni|audio|-ocr|^qwen-?3\.[5-9]|^qwen-?[4-9]/i;
const STREAMED: Readonly<Record<string, string>> = { "x-dashscope-sse": "enable" };
/** Members of OpenAI's form that stand elsewhere here, or nowhere. */
const NOT_PARAMETERS = new Set(["model", "messages", "stream", "stream_options", "user", "store", "metadata", "prompt_cache_key"]);

const refuse = (param: string, what: string): RelayError => new RelayError("unsupported_parameter", `The model does not take ${what}.`, { param });

/**
 * The words are those of OpenAI's form, otherwise put together. Thinking is told in streams only: who wants a whole answer
 * with thoughts has it gathered from one.
 * @throws RelayError unsupported_parameter
 */
export function encodeRequest(request: ChatRequest, target: Target): EncodedRequest {
  if (request.candidates > 1) throw refuse("n", "more than one answer");
  if (request.modalities.some((one) => one !== "text")) throw refuse("modalities", "output other than text");
  const { body, restore } = openaiChatUpstream.encodeRequest(request, target);
  const said = listOf(body.messages).map(asWire);
  const multimodal = MULTIMODAL.test(target.upstreamModel) || said.some(({ content }) => listOf(content).some((part) => asWire(part).type !== "text"));
  const stream = request.stream || body.enable_thinking === true;
  const parameters: Record<string, Json> = { result_format: "message" };
  for (const [name, value] of Object.entries(body)) if (!NOT_PARAMETERS.has(name)) parameters[name] = value;
  if (stream) parameters.incremental_output = true;
  return {
    ...(restore && { restore }),
    ...(stream && { headers: STREAMED }),
    ...(multimodal && { path: (pathname) => pathname.replace("/text-generation/", "/multimodal-generation/") }),
    body: { model: target.upstreamModel, input: { messages: said.map((message) => encodeMessage(message, multimodal)) }, parameters },
  };
}

function encodeMessage(message: Wire, multimodal: boolean): Wire {
  const { content } = message;
  if (!multimodal) return Array.isArray(content) ? { ...message, content: listOf(content).map((part) => textOf(asWire(part).text)).join("\n") } : message;
  const parts = typeof content === "string" ? [{ text: content }] : listOf(content).map((part) => encodePart(asWire(part)));
  return compact({ ...message, content: parts });
}

function encodePart(part: Wire): Wire {
  switch (part.type) {
    case "text":
      return { text: textOf(part.text) };
    case "image_url":
      return { image: textOf(asWire(part.image_url).url) };
    case "input_audio": {
      const { data, format } = asWire(part.input_audio);
      return { audio: `data:audio/${textOf(format)};base64,${textOf(data)}` };
    }
    default:
      throw refuse("messages", "files that are neither pictures nor sound");
  }
}
