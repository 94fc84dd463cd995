import type { RelayState, RequestContext } from "#relay/context.ts";
import type { Json, JsonObject } from "#relay/canonical/request.ts";
import { RelayError } from "#relay/errors.ts";
import type { Caller } from "#snapshot/snapshot.ts";

export type StoredKind = "response" | "response-items" | "response-delete";

const PAGE_DEFAULT = 20;
const PAGE_MAX = 100;

/**
 * Looks a kept response up, lists what it answered, or removes it.
 * @throws RelayError not_found, also for another's; invalid_value
 */
export async function serveStored({ responses }: RelayState, { inbound }: RequestContext, kind: StoredKind, id: string, caller: Caller): Promise<object> {
  const missing = new RelayError("not_found", `Response with id '${id.slice(0, 100)}' not found.`, { param: "id" });
  if (!responses) throw missing;
  if (kind === "response-delete") {
    if (!(await responses.remove(id, caller.userId))) throw missing;
    return { id, object: "response", deleted: true };
  }
  const found = await responses.find(id, caller.userId);
  if (!found) throw missing;
  return kind === "response" ? found.response : listItems(found.input as readonly Json[], id, inbound.query);
}

function listItems(input: readonly Json[], responseId: string, query: URLSearchParams): object {
  const named = input.map((item, at) => withId(item, `${responseId.replace(/^resp_/, "")}${at}`));
  const order = query.get("order") ?? "desc";
  if (order !== "asc" && order !== "desc") throw new RelayError("invalid_value", "Invalid value for 'order': expected 'asc' or 'desc'.", { param: "order" });
  const items = order === "asc" ? named : named.toReversed();
  const after = query.get("after");
  const start = after === null ? 0 : items.findIndex(({ id }) => id === after) + 1;
  if (after !== null && start === 0) throw new RelayError("invalid_value", "Invalid value for 'after': there is no such item.", { param: "after" });
  const data = items.slice(start, start + limitOf(query.get("limit")));
  return { object: "list", data, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null, has_more: start + data.length < items.length };
}

function limitOf(text: string | null): number {
  if (text === null) return PAGE_DEFAULT;
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= PAGE_MAX) return limit;
  throw new RelayError("invalid_value", `Invalid value for 'limit': expected a whole number from 1 to ${PAGE_MAX}.`, { param: "limit" });
}

const PREFIX: Readonly<Record<string, string>> = { function_call: "fc", function_call_output: "fco", custom_tool_call: "ctc", custom_tool_call_output: "ctco", reasoning: "rs" };

/** An item of the client's own as the list shows it: with a name, and its content in parts. */
function withId(item: Json, stem: string): JsonObject & Readonly<{ id: string }> {
  const told = item as JsonObject;
  const type = typeof told.type === "string" ? told.type : "message";
  const id = typeof told.id === "string" ? told.id : `${PREFIX[type] ?? "msg"}_${stem}`;
  const text = told.role === "assistant" ? "output_text" : "input_text";
  const content = typeof told.content === "string" ? [{ type: text, text: told.content, ...(text === "output_text" && { annotations: [], logprobs: [] }) }] : told.content;
  return { ...told, type, id, ...(type !== "reasoning" && { status: told.status ?? "completed" }), ...(content !== undefined && { content }) };
}
