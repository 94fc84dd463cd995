import { hash } from "node:crypto";
import { parseRequestId, uuidMs } from "#platform/ids.ts";
import type { RelayState, RequestContext } from "#relay/context.ts";
import { RelayError } from "#relay/errors.ts";
import type { LookUpKind, Route } from "#relay/http/routes.ts";
import { findModel, isOffered, keyAllows, notFound } from "#relay/policy/resolve-model.ts";
import { billingUsage, creditsOf, keyState, subscription } from "#relay/read/money-forms.ts";
import { MODEL_FORMS, modelList, type Listed } from "#relay/read/model-forms.ts";
import { serveStored } from "#relay/stored/serve-stored.ts";
import type { Caller, Model, Snapshot } from "#snapshot/snapshot.ts";

/** A charge is settled within this long of its request's end. */
const SETTLED_MS = 5_000;
const RECEIPT_RETRY_MS = 1_000;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export type ReadRoute = Extract<Route, { kind: LookUpKind }>;
export type ReadAnswer = Readonly<{ status: number; body: Buffer; headers: Readonly<Record<string, string>> }>;

/**
 * Models, credit and receipts.
 * @throws RelayError model_not_found, not_found, invalid_value, not_ready, missing_required_parameter
 */
export async function serveRead(state: RelayState, context: RequestContext, route: ReadRoute, caller: Caller): Promise<ReadAnswer> {
  switch (route.kind) {
    case "models":
      return listModels(state, context, caller);
    case "model":
      return oneModel(state, context, route.params.id!, caller);
    case "credits":
      return json(await creditsOf(state, caller));
    case "key":
      return json(await keyState(state, caller));
    case "subscription":
      return json(await subscription(state, caller));
    case "billing-usage":
      return json(await billingUsage(state, caller, context.inbound.query));
    case "generation":
      return json(await receipt(state, route.params.id ?? context.inbound.query.get("id"), caller));
    case "response":
    case "response-items":
    case "response-delete":
    case "response-cancel":
      return json(await serveStored(state, context, route.kind, route.params.id!, caller));
  }
}

const json = (body: object): ReadAnswer => ({ status: 200, body: Buffer.from(JSON.stringify(body)), headers: {} });

/** Other queries than these few are not worth keeping. */
const ANSWERS_MAX = 16;
const PAGE_PARAMETERS = ["limit", "after_id", "before_id", "pageSize", "page_size", "pageToken", "page_token"] as const;

function listModels(state: RelayState, { snapshot, inbound, form }: RequestContext, caller: Caller): ReadAnswer {
  const { all, answers } = state.modelLists.listFor(snapshot, caller);
  const asked = form.manner === "openai" ? "" : JSON.stringify([form.manner, ...PAGE_PARAMETERS.map((name) => inbound.query.get(name))]);
  let answer = answers.get(asked);
  if (!answer) {
    const made = Buffer.from(JSON.stringify(modelList(form.manner, all, inbound.query)));
    answer = { body: made, etag: `"${hash("sha256", made, "base64url").slice(0, 22)}"` };
    if (answers.size < ANSWERS_MAX) answers.set(asked, answer);
  }
  const { body, etag } = answer;
  const headers = { etag, "cache-control": "private, no-cache" };
  const known = inbound.headers["if-none-match"]?.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag);
  return known ? { status: 304, body: Buffer.alloc(0), headers } : { status: 200, body, headers };
}

function oneModel(state: RelayState, { snapshot, form }: RequestContext, asked: string, caller: Caller): ReadAnswer {
  const model = findModel(snapshot, asked);
  const listed = model?.wildcard ? unlisted(snapshot, caller, model, state.clock.now()) : model && state.modelLists.listFor(snapshot, caller).byName.get(model.name);
  if (!listed) throw notFound(asked);
  return json(MODEL_FORMS[form.manner](listed));
}

/** A name below a wildcard stands in no list. */
function unlisted(snapshot: Snapshot, caller: Caller, model: Model, nowMs: number): Listed | undefined {
  const price = isOffered(snapshot, caller.groupId, model) && keyAllows(caller, model) ? snapshot.price(model, caller.groupId, caller.userId, nowMs) : undefined;
  return price && { model, price, nowMs };
}

async function receipt(state: RelayState, text: string | null, caller: Caller): Promise<object> {
  if (text === null || text === "") throw new RelayError("missing_required_parameter", "Missing required parameter: 'id'.", { param: "id" });
  const id = UUID.test(text) ? text.toLowerCase() : parseRequestId(text);
  const found = id === undefined ? undefined : await state.lookups.generation(id, caller.userId);
  if (found) return { data: found };
  const missing = new RelayError("not_found", "No request with this id was found.", { param: "id" });
  if (id === undefined) throw missing;
  const now = state.clock.now();
  // Running here, or begun so recently that its charge may be on its way.
  const running = [...state.running].some((other) => other.id === id && other.caller?.userId === caller.userId);
  if (running || (uuidMs(id) <= now && now - uuidMs(id) < SETTLED_MS)) {
    throw new RelayError("not_ready", "The receipt of this request is not ready yet.", { retryAfterMs: RECEIPT_RETRY_MS });
  }
  throw missing;
}
