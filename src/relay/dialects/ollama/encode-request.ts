import type { EncodedRequest, Target } from "#relay/canonical/codec.ts";
import type { ChatRequest, DocumentPart, Json, MediaPart, Message, Sampling, TextPart } from "#relay/canonical/request.ts";
import { callable, capOf, tellLosses } from "#relay/dialects/stream-kit/losses.ts";
import { argumentsObject, compact, type Wire } from "#relay/dialects/stream-kit/wire.ts";
import { RelayError } from "#relay/errors.ts";

const CARRIED: ReadonlySet<keyof Sampling> = new Set<keyof Sampling>(
  ["temperature", "topP", "topK", "minP", "stop", "seed", "presencePenalty", "frequencyPenalty", "repetitionPenalty"],
);
const EFFORTS: Readonly<Record<string, string>> = { minimal: "low", low: "low", medium: "medium", high: "high", xhigh: "high", max: "high" };
/** Models that think by effort and not by a switch. */
const BY_EFFORT = /gpt-oss/i;

const refuse = (what: string): RelayError => new RelayError("unsupported_parameter", `The model does not take ${what}.`, { param: "messages" });

/** @throws RelayError unsupported_parameter @see Ollama API reference, "Generate a chat completion" */
export function encodeRequest(request: ChatRequest, target: Target): EncodedRequest {
  tellLosses(request, CARRIED, target);
  const { sampling, output, stream } = request;
  const tools = request.toolChoice?.mode === "none" ? [] : callable(request, target);
  if (request.toolChoice && request.toolChoice.mode !== "auto" && request.toolChoice.mode !== "none") target.warn("tool_choice_relaxed");
  const options = compact({
    num_predict: capOf(request, target), temperature: sampling.temperature, top_p: sampling.topP, top_k: sampling.topK, min_p: sampling.minP,
    seed: sampling.seed, stop: sampling.stop && [...sampling.stop], presence_penalty: sampling.presencePenalty,
    frequency_penalty: sampling.frequencyPenalty, repeat_penalty: sampling.repetitionPenalty,
  });
  const body = compact({
    model: target.upstreamModel,
    stream,
    messages: encodeMessages(request, target),
    tools: tools.length === 0 ? undefined : tools.map(({ name, description, schema }): Json => ({ type: "function", function: compact({ name, description, parameters: schema }) })),
    format: output.format === "json-schema" ? output.schema : output.format === "json" ? "json" : undefined,
    think: encodeThink(request, target),
    options: Object.keys(options).length === 0 ? undefined : options,
  });
  return { body };
}

function encodeThink({ reasoning }: ChatRequest, { upstreamModel }: Target): Json | undefined {
  if (!reasoning) return undefined;
  const off = reasoning.effort === "none" || reasoning.budget === 0;
  if (BY_EFFORT.test(upstreamModel)) return off ? "low" : EFFORTS[reasoning.effort ?? "medium"];
  return !off;
}

function encodeMessages({ system, messages }: ChatRequest, target: Target): readonly Json[] {
  const text = system.map((part) => part.text).filter((each) => each !== "").join("\n\n");
  const out: Json[] = text === "" ? [] : [{ role: "system", content: text }];
  /** Results go by their function's name: calls have no ids here. */
  const names = new Map<string, string>();
  for (const message of messages) out.push(...encodeMessage(message, target, names));
  return out;
}

function encodeMessage(message: Message, target: Target, names: Map<string, string>): readonly Json[] {
  switch (message.role) {
    case "system":
      return [{ role: "system", content: textsOf(message.parts) }];
    case "user":
      return [encodeParts("user", message.parts)];
    case "tool":
      return message.parts.map(({ callId, name, parts, isError }) => {
        const sent = encodeParts("tool", parts);
        return compact({ ...sent, content: `${isError ? "Error: " : ""}${sent.content as string}`, tool_name: name ?? names.get(callId) });
      });
    case "assistant":
      return [encodeAssistant(message, target, names)];
  }
}

function encodeAssistant({ parts }: Extract<Message, { role: "assistant" }>, { warn }: Target, names: Map<string, string>): Wire {
  let content = "", thinking = "";
  const calls: Json[] = [];
  for (const part of parts) {
    if (part.type === "text" || part.type === "refusal") content += part.text;
    else if (part.type === "reasoning") thinking += part.text;
    else if (part.type === "tool-call") {
      names.set(part.id, part.name);
      calls.push({ function: { name: part.name, arguments: argumentsObject(part.arguments, warn) } });
    } else warn(part.type === "server-tool" ? "server_tool_dropped" : "assistant_media_dropped");
  }
  return compact({ role: "assistant", content, thinking: thinking === "" ? undefined : thinking, tool_calls: calls.length === 0 ? undefined : calls });
}

function encodeParts(role: string, parts: readonly (TextPart | MediaPart | DocumentPart)[]): Wire {
  const texts: string[] = [], images: string[] = [];
  for (const part of parts) {
    if (part.type === "text") texts.push(part.text);
    else if (part.type === "document") texts.push(documentText(part));
    else if (part.type !== "image") throw refuse(part.type === "audio" ? "audio" : "video");
    else if (part.source.kind !== "base64") throw refuse("pictures by address: send them as data");
    else images.push(part.source.data);
  }
  return compact({ role, content: texts.join("\n"), images: images.length === 0 ? undefined : images });
}

const textsOf = (parts: readonly TextPart[]): string => parts.map(({ text }) => text).join("\n\n");

function documentText({ source, mime, filename }: DocumentPart): string {
  const text = source.kind === "text" ? source.text : source.kind === "base64" && mime?.startsWith("text/") ? Buffer.from(source.data, "base64").toString("utf8") : undefined;
  if (text === undefined) throw refuse("files that are not text");
  return filename === undefined ? text : `${filename}:\n${text}`;
}
