import { newCallId } from "#relay/dialects/stream-kit/call-id.ts";
import { parseWire } from "#relay/dialects/stream-kit/wire.ts";

/** What a piece of a call says of where it belongs; an id or name that is missing is "". */
export type PieceOf = Readonly<{ slot: number | undefined; vendorId: string; name: string }>;
/** A call that has begun. `told`: its name is known to be whole. */
export type BegunCall = PieceOf & Readonly<{ told: boolean; /** Arguments so far. */ written: string }>;

/**
 * The call that a piece goes on with, in all the ways in which vendors number them: without index, all with index 0,
 * the id in every piece, late, or another one in each. @returns undefined where it opens the next one
 */
export function callOf<Call extends BegunCall>(calls: readonly Call[], { slot, vendorId, name }: PieceOf): Call | undefined {
  if (vendorId === "") {
    const going = slot === undefined ? calls.at(-1) : calls.findLast((call) => call.slot === slot) ?? (name === "" ? calls.at(-1) : undefined);
    // Without id and index a name that comes with a call under way opens the next one.
    return going && slot === undefined && name !== "" && going.told && !goesOn(going, name) ? undefined : going;
  }
  const same = calls.findLast((call) => call.vendorId === vendorId && (call.slot === slot || slot === undefined || call.slot === undefined));
  if (same) return same;
  const misplaced = name === "" ? calls.findLast((call) => call.vendorId === vendorId) : undefined;
  if (misplaced) return misplaced;
  const nameless = calls.findLast((call) => call.vendorId === "" && call.slot === slot && !call.told);
  if (nameless) return nameless;
  const going = calls.findLast((call) => call.slot === slot);
  return going && goesOn(going, name) ? going : undefined;
}

/** Under another id, or none, a piece goes on with a call if it names none, or the same one before its arguments are whole. */
const goesOn = (call: BegunCall, name: string): boolean => name === "" || (name === call.name && call.written !== "" && parseWire(call.written) === undefined);

/** Vendors of loose types count in text. */
export const slotOf = (index: unknown): number | undefined =>
  typeof index === "number" ? index : typeof index === "string" && /^\d+$/.test(index) ? Number(index) : undefined;

/** Arguments as text, also where they come as an object. */
export const piecesOf = (value: unknown): string => (typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value));

type Growing = { slot: number | undefined; vendorId: string; name: string; written: string; told: boolean; type: string; rest: Record<string, unknown> };

/** Puts calls together that come in pieces, as the format has them in a whole reply. */
export class CallPieces {
  readonly #calls: Growing[] = [];

  add({ index, id, type, function: said, custom, ...rest }: Readonly<Record<string, unknown>>): void {
    const isCustom = type === "custom" || (said === undefined && custom !== undefined);
    const part = ((isCustom ? custom : said) ?? {}) as Readonly<Record<string, unknown>>;
    const piece = { slot: slotOf(index), vendorId: typeof id === "string" ? id : "", name: typeof part.name === "string" ? part.name : "" };
    let call = callOf(this.#calls, piece);
    if (!call) this.#calls.push((call = { ...piece, name: "", written: "", told: false, type: isCustom ? "custom" : "function", rest: {} }));
    if (call.vendorId === "") call.vendorId = piece.vendorId;
    if (!call.told && piece.name !== call.name) call.name += piece.name;
    Object.assign(call.rest, rest);
    call.written += piecesOf(isCustom ? part.input : part.arguments);
    call.told ||= call.written !== "" && call.name !== "";
  }

  whole(): readonly object[] {
    return this.#calls.map(({ vendorId, name, written, type, rest }, index) =>
      ({ index, id: vendorId || newCallId(), type, [type]: { name, [type === "custom" ? "input" : "arguments"]: written }, ...rest }));
  }
}
