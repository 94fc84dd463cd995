import { requestIdText, uuidv7 } from "#platform/ids.ts";

/**
 * A call's id where the vendor gives none. No other call may have it, in this answer or in the ones before: clients take
 * two calls of one id for one.
 */
export const newCallId = (): string => `call_${requestIdText(uuidv7()).slice("req_".length)}`;
