type Wire = Readonly<Record<string, unknown>>;

/** Members that a response always has, whatever their value. @see Open Responses, "ResponseResource" */
const ALWAYS = [
  "id", "object", "created_at", "completed_at", "status", "incomplete_details", "model", "previous_response_id", "instructions", "output", "error", "tools", "tool_choice", "truncation",
  "parallel_tool_calls", "text", "top_p", "presence_penalty", "frequency_penalty", "top_logprobs", "temperature", "reasoning", "usage", "max_output_tokens", "max_tool_calls", "store", "background",
  "service_tier", "metadata", "safety_identifier", "prompt_cache_key",
] as const;
/** Members that are never null. */
const NEVER_NULL = ["id", "created_at", "status", "model", "output", "tools", "tool_choice", "truncation", "parallel_tool_calls", "text", "top_p", "temperature", "store", "background", "service_tier", "metadata"] as const;
const ENDS: ReadonlySet<unknown> = new Set(["response.completed", "response.incomplete", "response.failed"]);
/** What is begun, and the event that ends it. */
const PAIRS: readonly (readonly [begun: string, done: string, place: readonly string[]])[] = [
  ["response.output_item.added", "response.output_item.done", ["output_index"]],
  ["response.content_part.added", "response.content_part.done", ["output_index", "content_index"]],
  ["response.reasoning_summary_part.added", "response.reasoning_summary_part.done", ["output_index", "summary_index"]],
];
/** Deltas, and the event that repeats them whole. */
const SUMS: readonly (readonly [delta: string, done: string, member: string])[] = [
  ["response.output_text.delta", "response.output_text.done", "text"], ["response.refusal.delta", "response.refusal.done", "refusal"],
  ["response.function_call_arguments.delta", "response.function_call_arguments.done", "arguments"], ["response.custom_tool_call_input.delta", "response.custom_tool_call_input.done", "input"],
  ["response.reasoning_summary_text.delta", "response.reasoning_summary_text.done", "text"],
];

/** Where a response and the events of its stream break the rules of Open Responses; [] = nowhere. */
export function openResponsesFaults(whole: Wire, events: readonly Wire[]): readonly string[] {
  const last = events.at(-1);
  return [
    ...shapeFaults(whole), ...events.flatMap((event, at) => (event.sequence_number === at ? [] : [`event ${at} has the number ${String(event.sequence_number)}`])),
    ...(events[0]?.type === "response.created" && events[1]?.type === "response.in_progress" ? [] : ["the stream does not begin with created and in_progress"]),
    ...(ENDS.has(last?.type) ? [] : [`the stream ends with ${String(last?.type)}`]), ...events.slice(0, -1).filter(({ type }) => ENDS.has(type)).map(({ type }) => `${String(type)} is not the last event`),
    ...events.filter(({ type }) => String(type).startsWith("response.") && ["response.created", "response.in_progress", ...ENDS].includes(String(type))).flatMap(({ response }) => shapeFaults(response as Wire)),
    ...PAIRS.flatMap((pair) => pairFaults(events, pair)), ...SUMS.flatMap((sum) => sumFaults(events, sum)), ...itemFaults(events, last?.response as Wire | undefined),
  ];
}

function shapeFaults(response: Wire): readonly string[] {
  return [...ALWAYS.filter((name) => !(name in response)).map((name) => `${name} is missing`), ...NEVER_NULL.filter((name) => response[name] === null).map((name) => `${name} is null`)];
}

const placeOf = (event: Wire, members: readonly string[]): string => members.map((name) => String(event[name])).join("/");

/** What is begun is ended once, and nothing else is. */
function pairFaults(events: readonly Wire[], [begun, done, members]: (typeof PAIRS)[number]): readonly string[] {
  const open = new Set<string>();
  const faults: string[] = [];
  for (const event of events) {
    const place = placeOf(event, members);
    if (event.type === begun) open.add(place);
    else if (event.type === done && !open.delete(place)) faults.push(`${done} of ${place} without its beginning`);
  }
  return [...faults, ...[...open].map((place) => `${begun} of ${place} without its end`)];
}

function sumFaults(events: readonly Wire[], [delta, done, member]: (typeof SUMS)[number]): readonly string[] {
  const sums = new Map<string, string>();
  return events.flatMap((event) => {
    const place = placeOf(event, ["output_index", "content_index", "summary_index"]);
    if (event.type === delta) sums.set(place, (sums.get(place) ?? "") + String(event.delta));
    if (event.type !== done) return [];
    const sum = sums.get(place) ?? "";
    sums.delete(place);
    return sum === event[member] ? [] : [`${done} of ${place} is not the sum of its pieces`];
  });
}

/** Items come in order, and the response at the end holds them as they were ended. */
function itemFaults(events: readonly Wire[], response: Wire | undefined): readonly string[] {
  const added = events.filter(({ type }) => type === "response.output_item.added").map(({ output_index: at }) => at);
  const done = new Map(events.filter(({ type }) => type === "response.output_item.done").map(({ output_index: at, item }) => [at, JSON.stringify(item)]));
  const output = (response?.output ?? []) as readonly unknown[];
  return [
    ...(added.every((at, index) => at === index) ? [] : ["items do not come in order"]), ...(output.length === added.length ? [] : [`${added.length} items were told, the response has ${output.length}`]),
    ...output.flatMap((item, at) => (done.get(at) === JSON.stringify(item) ? [] : [`item ${at} of the response is not as it was ended`])),
  ];
}
