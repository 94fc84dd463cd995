import { plainText } from "#relay/canonical/plain.ts";
import type { JsonObject } from "#relay/canonical/request.ts";
import { asList, asText } from "#relay/dialects/openai-responses/wire.ts";
import type { Wire } from "#relay/dialects/openai-responses/wire.ts";

export type Burst = Readonly<{ events: string; last: string }>;

/** A whole response, sent although a stream was asked for, as the events of one. The last one stands apart. */
export function burstResponse(response: Wire): Burst {
  let sequence = 0;
  let events = "";
  const line = (type: string, members: object): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...members, sequence_number: sequence++ })}\n\n`;
  const begun = { ...response, status: "in_progress", output: [], usage: null };
  events += line("response.created", { response: begun });
  events += line("response.in_progress", { response: begun });
  asList(response.output).forEach((item, output_index) => {
    const place = { item_id: item.id, output_index };
    events += line("response.output_item.added", { output_index, item: emptied(item) });
    for (const [type, members] of piecesOf(item)) events += line(type, { ...place, ...members });
    events += line("response.output_item.done", { output_index, item });
  });
  const type = response.status === "incomplete" ? "response.incomplete" : "response.completed";
  return { events, last: line(type, { response }) };
}

function emptied(item: Wire): Wire {
  switch (item.type) {
    case "message":
      return { ...item, status: "in_progress", content: [] };
    case "function_call":
      return { ...item, status: "in_progress", arguments: "" };
    case "custom_tool_call":
      return { ...item, input: "" };
    case "reasoning":
      return { ...item, summary: [] };
    default:
      return item;
  }
}

type Piece = readonly [type: string, members: JsonObject];

function piecesOf(item: Wire): readonly Piece[] {
  switch (item.type) {
    case "message":
      return asList(item.content).flatMap((part, content_index) => partPieces(part as JsonObject, content_index));
    case "function_call":
      return textPieces("response.function_call_arguments", asText(item.arguments) ?? "", { name: plainText(item.name) }, "arguments");
    case "custom_tool_call":
      return textPieces("response.custom_tool_call_input", asText(item.input) ?? "", {}, "input");
    case "reasoning":
      return asList(item.summary).flatMap((part, summary_index) => summaryPieces(part as JsonObject, summary_index));
    default:
      return [];
  }
}

const textPieces = (event: string, text: string, more: JsonObject, key: string): readonly Piece[] =>
  [...(text === "" ? [] : [[`${event}.delta`, { delta: text }] as const]), [`${event}.done`, { ...more, [key]: text }]];

function partPieces(part: JsonObject, content_index: number): readonly Piece[] {
  const place = { content_index };
  const isRefusal = part.type === "refusal";
  const text = asText(isRefusal ? part.refusal : part.text) ?? "";
  const event = isRefusal ? "response.refusal" : "response.output_text";
  const probabilities: JsonObject = isRefusal ? {} : { logprobs: part.logprobs ?? [] };
  const empty = isRefusal ? { ...part, refusal: "" } : { ...part, text: "", annotations: [] };
  const annotations = Array.isArray(part.annotations) ? part.annotations : [];
  return [
    ["response.content_part.added", { ...place, part: empty }],
    ...(text === "" ? [] : [[`${event}.delta`, { ...place, delta: text, ...probabilities }] as const]),
    ...annotations.map((annotation, annotation_index) => ["response.output_text.annotation.added", { ...place, annotation_index, annotation }] as const),
    [`${event}.done`, { ...place, [isRefusal ? "refusal" : "text"]: text, ...probabilities }],
    ["response.content_part.done", { ...place, part }],
  ];
}

function summaryPieces(part: JsonObject, summary_index: number): readonly Piece[] {
  const place = { summary_index };
  const text = asText(part.text) ?? "";
  return [
    ["response.reasoning_summary_part.added", { ...place, part: { ...part, text: "" } }],
    ["response.reasoning_summary_text.delta", { ...place, delta: text }],
    ["response.reasoning_summary_text.done", { ...place, text }],
    ["response.reasoning_summary_part.done", { ...place, part }],
  ];
}
