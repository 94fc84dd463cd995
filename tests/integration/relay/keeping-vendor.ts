import { begin, failure, json, startVendor } from "./vendor.ts";
import type { Vendor, VendorCall } from "./vendor.ts";

export const USAGE = { input_tokens: 10, input_tokens_details: { cached_tokens: 0 }, output_tokens: 5, output_tokens_details: { reasoning_tokens: 0 }, total_tokens: 15 };

type Kept = { key: string; response: Record<string, unknown>; input: unknown[] };
export type KeepingVendor = Vendor & Readonly<{ kept: Map<string, Kept> }>;

/** A vendor of the Responses format that keeps what it answers, each key's for that key alone. @param mark stands in its ids */
export async function keepingVendor(mark = "v"): Promise<KeepingVendor> {
  const kept = new Map<string, Kept>();
  const vendor = await startVendor((call) => answer(call, kept, mark));
  return Object.assign(vendor, { kept });
}

const keyOf = ({ headers }: VendorCall): string => (headers.authorization ?? "").replace("Bearer ", "");

function answer(call: VendorCall, kept: Map<string, Kept>, mark: string): void {
  const [, , id, act] = new URL(`http://x${call.path}`).pathname.split("/").slice(1).map(decodeURIComponent);
  if (!new URL(`http://x${call.path}`).pathname.startsWith("/v1/responses")) failure(call, 404, "no such address");
  else if (id === undefined) create(call, kept, mark);
  else look(call, kept, id, act);
}

function look(call: VendorCall, kept: Map<string, Kept>, id: string, act: string | undefined): void {
  const found = kept.get(id);
  if (!found || found.key !== keyOf(call)) json(call, 404, { error: { message: `Response with id '${id}' not found.`, type: "invalid_request_error", param: null, code: null } });
  else if (call.method === "DELETE") {
    kept.delete(id);
    json(call, 200, { id, object: "response", deleted: true });
  } else if (act === "cancel") json(call, 400, { error: { message: `Cannot cancel the synchronous response ${id}.`, type: "invalid_request_error", param: null, code: null } });
  else json(call, 200, act === "input_items" ? { object: "list", data: found.input, first_id: null, last_id: null, has_more: false } : found.response);
}

function create(call: VendorCall, kept: Map<string, Kept>, mark: string): void {
  const { previous_response_id: previous, input, store = true, stream } = call.body as { previous_response_id?: string; input: unknown; store?: boolean; stream?: boolean };
  const before = previous === undefined ? undefined : kept.get(previous);
  if (previous !== undefined && before?.key !== keyOf(call)) {
    json(call, 400, { error: { message: `Previous response with id '${previous}' not found.`, type: "invalid_request_error", param: "previous_response_id", code: "previous_response_not_found" } });
    return;
  }
  const id = `resp_${mark}_${call.n}`;
  const said = [...(before?.input ?? []), ...(typeof input === "string" ? [{ id: `msg_in_${call.n}`, type: "message", role: "user", content: [{ type: "input_text", text: input }] }] : (input as unknown[]))];
  const item = { id: `msg_${mark}_${call.n}`, type: "message", role: "assistant", status: "completed", content: [{ type: "output_text", text: `Turn ${said.length}`, annotations: [] }] };
  const response = {
    id, object: "response", created_at: 1, model: call.body.model, status: "completed", store, previous_response_id: previous ?? null, error: null, incomplete_details: null, usage: USAGE, output: [item],
  };
  if (store) kept.set(id, { key: keyOf(call), response, input: [...said, item] });
  if (stream !== true) {
    json(call, 200, response);
    return;
  }
  begin(call);
  const begun = { ...response, status: "in_progress", output: [], usage: null }, place = { item_id: item.id, output_index: 0, content_index: 0 };
  const events = [
    { type: "response.created", response: begun }, { type: "response.in_progress", response: begun },
    { type: "response.output_item.added", output_index: 0, item: { ...item, status: "in_progress", content: [] } },
    { type: "response.output_text.delta", ...place, delta: item.content[0]!.text, logprobs: [] },
    { type: "response.output_item.done", output_index: 0, item },
    { type: "response.completed", response },
  ];
  events.forEach((event, sequence_number) => call.response.write(`event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number })}\n\n`));
  call.response.end();
}
