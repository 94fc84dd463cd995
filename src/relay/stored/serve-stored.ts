import type { RelayState, RequestContext } from "#relay/context.ts";
import type { Json, JsonObject } from "#relay/canonical/request.ts";
import { RelayError } from "#relay/errors.ts";
import { takeRequest } from "#relay/limits/request-limits.ts";
import { askKeeper } from "#relay/stored/ask-keeper.ts";
import type { KeeperAct } from "#relay/stored/ask-keeper.ts";
import { settleTold } from "#relay/stored/background.ts";
import { inOurWords } from "#relay/stored/pinned.ts";
import type { VendorPin } from "#relay/stored/response-store.ts";
import type { Caller } from "#snapshot/snapshot.ts";

export type StoredKind = "response" | "response-items" | "response-delete" | "response-cancel";

const PAGE_DEFAULT = 20;
const PAGE_MAX = 100;
/** Nothing is said with a cancellation. */
const CANCEL_BYTES_MAX = 64 * 1024;

/**
 * Looks a kept response up, lists what it answered, stops it, or removes it: where the vendor keeps it, there.
 * @throws RelayError not_found, also for another's; invalid_value; what the vendor has against it
 */
export async function serveStored(state: RelayState, context: RequestContext, kind: StoredKind, id: string, caller: Caller): Promise<object> {
  const { responses } = state;
  const missing = new RelayError("not_found", `Response with id '${id.slice(0, 100)}' not found.`, { param: "id" });
  if (context.inbound.query.get("stream") === "true") throw new RelayError("unsupported_parameter", "A response that is kept is given as a whole, not as a stream.", { param: "stream" });
  if (kind === "response-cancel") await context.inbound.body(CANCEL_BYTES_MAX);
  const found = await responses?.find(id, caller.userId);
  if (!responses || !found) throw missing;
  if ("pin" in found) {
    const taking = takeRequest(state, context, state.plans.scopesOf(caller, context.snapshot));
    if (taking) await taking;
    if (kind === "response-delete" && found.pin.background) await checkEnded(state, context, found.pin, id, caller.userId);
    const told = await askKeeper(state, context, found.pin, ACT[kind]);
    // What the vendor has lost, nobody can find again.
    if (kind === "response-delete" && (await responses.remove(id, caller.userId))) return removed(id);
    if (!told) throw missing;
    if (kind === "response-items") return told;
    // Nobody sees an answer before its charge is written down.
    if (found.pin.background && state.tasks) await settleTold({ store: state.tasks, clock: state.clock }, id, caller.userId, told);
    return inOurWords(context.snapshot, told, id, found.pin);
  }
  switch (kind) {
    case "response":
      return found.response;
    case "response-items":
      return listItems(found.input as readonly Json[], id, context.inbound.query);
    case "response-cancel":
      throw new RelayError("invalid_value", "Only a response that is made in the background can be cancelled.", { param: "id" });
    case "response-delete":
      if (!(await responses.remove(id, caller.userId))) throw missing;
      return removed(id);
  }
}

const ACT = { response: "get", "response-items": "items", "response-delete": "delete", "response-cancel": "cancel" } as const satisfies Record<StoredKind, KeeperAct>;
const removed = (id: string): object => ({ id, object: "response", deleted: true });

/** What is deleted can be charged no more: it must have ended, and been charged, before. @throws RelayError invalid_value */
async function checkEnded(state: RelayState, context: RequestContext, pin: VendorPin, id: string, userId: string): Promise<void> {
  const told = await askKeeper(state, context, pin, "get");
  if (!told || !state.tasks || (await settleTold({ store: state.tasks, clock: state.clock }, id, userId, told))) return;
  throw new RelayError("invalid_value", "The response is still being made. Cancel it first.", { param: "id" });
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
