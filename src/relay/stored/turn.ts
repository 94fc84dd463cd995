import { plainText } from "#relay/canonical/plain.ts";
import type { Job, RelayState, RequestContext } from "#relay/context.ts";
import type { Json, JsonObject } from "#relay/canonical/request.ts";
import { RelayError } from "#relay/errors.ts";
import { scanRequest } from "#relay/http/body/scan.ts";
import type { PathFacts, ScannedRequest } from "#relay/http/body/scan.ts";
import { insertMembers, spliceBody } from "#relay/http/body/splice.ts";
import { responseIdOf } from "#relay/tasks/forms/openai-responses.ts";
import { keeperOf, notKept } from "#relay/stored/pinned.ts";
import type { ResponseStore, StoredResponse, VendorPin } from "#relay/stored/response-store.ts";
import type { Ending } from "#relay/metering/ending.ts";
import type { Caller } from "#snapshot/snapshot.ts";

const PARAM = "previous_response_id";
const REFERENCE = Buffer.from('"item_reference"');

/** A turn of a conversation that the shop keeps in mind. */
export type Turn = Readonly<{
  /** The answer is to be kept. */
  store: boolean;
  previousResponseId?: string;
  /** Our name of the answer, where the vendor keeps it under a name of its own. */
  responseId?: string;
  /** The vendor is to make it while nobody waits. */
  background?: boolean;
  /** Where the answer before it is: only who made that one can go on. */
  pin?: VendorPin;
}>;

export type ReadBody = Readonly<{ body: Buffer; scanned: ScannedRequest; turn?: Turn }>;

/**
 * Puts what was said before into the input of a Responses call that names it, so that any vendor can answer. What the
 * model thought goes along only where it is sealed: no vendor knows the rest.
 *
 * @throws RelayError previous_response_not_found, invalid_value for an item that is not there
 */
export async function recallTurn(state: RelayState, context: RequestContext, caller: Caller, read: ReadBody, path: PathFacts): Promise<ReadBody> {
  const { body, scanned } = read;
  if (context.dialect.id !== "openai-responses") return read;
  const previousResponseId = textAt(body, scanned, PARAM);
  const { responses } = state, { responsesState } = context.snapshot.settings;
  if (!responses || responsesState === "off") {
    if (previousResponseId !== undefined) throw notKept();
    return read;
  }
  const turn = { store: textOf(body, scanned, "store") !== "false", ...(previousResponseId !== undefined && { previousResponseId }) };
  const kept = previousResponseId === undefined ? undefined : await responses.find(previousResponseId, caller.userId);
  if (previousResponseId !== undefined && !kept) throw notKept();
  if (responsesState === "upstream") {
    const named = { ...turn, responseId: responseIdOf(context.idText), ...(textOf(body, scanned, "background") === "true" && { background: true }) };
    if (!kept) return { body, scanned: body.includes(REFERENCE) ? { ...scanned, unseen: true } : scanned, turn: named };
    if (!("pin" in kept)) return goOn(read, [...recalled(kept), ...inputItems(body, scanned)], path, named);
    if (!keeperOf(context.snapshot, kept.pin)) throw notKept();
    // All that was said before is the vendor's to count.
    return { body, scanned: { ...scanned, unseen: true }, turn: { ...named, pin: kept.pin } };
  }
  if (kept && "pin" in kept) throw notKept();
  if (!kept && !body.includes(REFERENCE)) return { ...read, turn };
  const said = await resolve(responses, inputItems(body, scanned), caller.userId);
  return goOn(read, [...(kept ? recalled(kept) : []), ...said], path, turn);
}

function goOn({ body, scanned }: ReadBody, items: readonly Json[], path: PathFacts, turn: Turn): ReadBody {
  const whole = withInput(body, scanned, items);
  return { body: whole, scanned: scanRequest(whole, "chat", path), turn };
}

function recalled({ input, response }: StoredResponse): readonly Json[] {
  const output = Array.isArray(response.output) ? response.output : [];
  return ([...input, ...output] as readonly Json[]).filter(isTellable);
}

/** Reasoning that is not sealed is known to its vendor alone, by an id that no longer means anything. */
const isTellable = (item: Json): boolean => memberOf(item, "type") !== "reasoning" || typeof memberOf(item, "encrypted_content") === "string";

async function resolve(responses: ResponseStore, items: readonly Json[], userId: string): Promise<readonly Json[]> {
  const wanted = items.flatMap((item) => (memberOf(item, "type") === "item_reference" ? [plainText(memberOf(item, "id"))] : []));
  if (wanted.length === 0) return items;
  const found = await responses.findItems(wanted, userId);
  return items.map((item, at) => {
    if (memberOf(item, "type") !== "item_reference") return item;
    const referred = found.get(plainText(memberOf(item, "id")));
    if (referred === undefined) throw new RelayError("invalid_value", `Item with id '${plainText(memberOf(item, "id")).slice(0, 100)}' not found.`, { param: `input[${at}].id` });
    return referred as Json;
  }).filter(isTellable);
}

function withInput(body: Buffer, scanned: ScannedRequest, items: readonly Json[]): Buffer {
  const text = JSON.stringify(items);
  const range = scanned.ranges.get("input");
  const edit = range ? { start: range[0], end: range[1], text } : insertMembers(body, `"input":${text}`);
  return Buffer.concat(spliceBody(body, [edit]));
}

/** The input as items, whichever way it was written. */
export function inputItems(body: Buffer, scanned: ScannedRequest): readonly Json[] {
  const text = textOf(body, scanned, "input");
  if (text === undefined) return [];
  const input = JSON.parse(text) as Json;
  if (Array.isArray(input)) return input as readonly Json[];
  return typeof input === "string" ? [{ type: "message", role: "user", content: [{ type: "input_text", text: input }] }] : [];
}

/** Keeps the answer, if it is to be kept. What cannot be kept cannot be gone on from: the answer itself is given all the same. */
export async function keepTurn(state: RelayState, { context, caller, model }: Pick<Job, "context" | "caller" | "model">, read: ReadBody, ending: Ending, answer: () => Buffer): Promise<void> {
  const { turn } = read;
  if (turn?.store !== true || !state.responses) return;
  try {
    if (turn.responseId !== undefined) {
      const pin = pinOf(ending, model.name, turn.previousResponseId);
      if (pin) await state.responses.savePin(context.id, caller.userId, turn.responseId, pin);
      return;
    }
    const response = responseOf(answer());
    if (response) await state.responses.save(context.id, caller.userId, { response, input: inputItems(read.body, read.scanned) });
  } catch (error) {
    state.log.error({ err: error, request: context.idText }, "a response could not be kept");
  }
}

/** Where the vendor has put it; undefined where the answer was given in another format, which no vendor keeps for us. */
function pinOf({ tried, facts }: Ending, model: string, previousId: string | undefined): VendorPin | undefined {
  if (!tried || tried.protocol !== "openai-responses" || facts?.id === undefined) return undefined;
  const { offer, key } = tried.choice;
  return { channelId: offer.route.channel.id, upstreamId: facts.id, model, ...(key && { keyId: key.id }), ...(previousId !== undefined && { previousId }) };
}

/** The response in a body, or in the last event of a stream. */
function responseOf(answer: Buffer): JsonObject | undefined {
  const text = answer.toString("utf8");
  const data = text.startsWith("{") ? text : /^data: ?(\{.*)$/m.exec(text)?.[1];
  if (data === undefined) return undefined;
  const told = JSON.parse(data) as JsonObject;
  return text.startsWith("{") ? told : (told.response as JsonObject | undefined);
}

const memberOf = (item: Json, name: string): Json | undefined =>
  typeof item === "object" && item !== null && !Array.isArray(item) ? (item as JsonObject)[name] : undefined;

const textOf = (body: Buffer, { ranges }: ScannedRequest, key: string): string | undefined => {
  const range = ranges.get(key);
  return range && body.toString("utf8", range[0], range[1]);
};

function textAt(body: Buffer, scanned: ScannedRequest, key: string): string | undefined {
  const text = textOf(body, scanned, key);
  if (text === undefined || text === "null") return undefined;
  const value: unknown = JSON.parse(text);
  if (typeof value !== "string") throw new RelayError("invalid_value", `Invalid value for '${key}': expected a string.`, { param: key });
  return value;
}
