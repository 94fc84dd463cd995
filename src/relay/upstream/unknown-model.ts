import type { UpstreamFault } from "#relay/providers/kit/classify.ts";
import type { ErrorClass } from "#relay/providers/provider.ts";
import type { Failure } from "#relay/upstream/failure.ts";
import type { Model, Route } from "#snapshot/snapshot.ts";

/** How vendors say that they have no such model, or not for this account. */
const CODES = /model_?not_?found|model_?not_?exist|invalid_?model|deployment_?not_?found|model_access_denied|invalidendpointormodel|unsupported_?model|unknown_?model/i;
const WORDS = [
  /\bmodels?\b[^.]{0,160}?(?:not (?:found|exist|a valid|available|supported|enabled|allowed)|(?:doesn't|does not) exist|is invalid|unknown|no longer available)/i,
  /(?:no such|unknown|invalid|unsupported|not a valid) model\b/i,
  /access[^.]{0,60}\bmodels?\b/i,
  /no available channels? for model/i,
  /模型[^。]{0,80}(?:不存在|不支持|无可用|未找到)|无可用渠道|无权访问模型/,
];
/** What else there may be none of: things that the request itself names. */
const OTHER_THING = /previous_response|\b(?:file|response|conversation|item|container|cached ?content|vector[ _]store|image|voice|prompt|tool|function|skill)s?\b/i;
const A_MODEL = /model|deployment|engine/i;
/** Statuses whose sentence may be about the name; with others only a code says so. */
const ABOUT_THE_NAME: ReadonlySet<number> = new Set([400, 401, 403, 422, 503]);

/**
 * What a vendor's refusal means where the customer has chosen the vendor's model himself, below a wildcard. That there is no
 * such model is his own error: if it were told of the route or the key, one customer could put the wildcard out of service
 * for everybody.
 */
export function blamed(failure: Failure, { countsAs }: Pick<Route, "countsAs">, { name }: Pick<Model, "name">): Failure {
  const { class: errorClass, fault } = failure;
  if (countsAs === undefined || !fault) return failure;
  // Whatever the request names that is not there, the route is not to blame.
  if (fault.status === 404 && namesOther(fault)) return { ...failure, class: "client" };
  return refusesName(fault, errorClass) ? { ...failure, class: "client", unknownModel: name } : failure;
}

function namesOther({ code = "", type = "", message = "" }: UpstreamFault): boolean {
  const words = `${code} ${type} ${message}`;
  return OTHER_THING.test(words) && !A_MODEL.test(words);
}

function refusesName({ status, code = "", type = "", message = "" }: UpstreamFault, errorClass: ErrorClass): boolean {
  if (status === 404 || (status === 403 && errorClass === "config")) return true;
  if (errorClass === "context" || errorClass === "policy" || errorClass === "quirk") return false;
  return CODES.test(code) || CODES.test(type) || (ABOUT_THE_NAME.has(status) && WORDS.some((words) => words.test(message)));
}
