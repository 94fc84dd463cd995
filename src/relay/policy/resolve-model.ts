import { ASKED_CHARS_MAX, isWildcard } from "#catalog/wildcard.ts";
import { RelayError } from "#relay/errors.ts";
import { offersEndpoint } from "#relay/policy/access.ts";
import type { EndpointName } from "#relay/policy/access.ts";
import type { Caller, Model, Snapshot } from "#snapshot/snapshot.ts";
import { isRouted, modelBelow, soldModel } from "#snapshot/wildcards.ts";

/**
 * The model that a name stands for, when the caller may call it.
 *
 * @throws RelayError model_not_found (for the caller's group it does not exist), model_not_allowed (not on the key),
 *   unsupported_endpoint (it exists for other endpoints)
 */
export function resolveModel(snapshot: Snapshot, caller: Caller, asked: string, endpoint: EndpointName): Model {
  const model = findModel(snapshot, asked);
  if (!model || !isOffered(snapshot, caller.groupId, model)) throw notFound(asked);
  if (!keyAllows(caller, model, asked)) throw new RelayError("model_not_allowed", `This API key may not use the model '${asked}'.`, { param: "model" });
  if (model.endpoints.size > 0 && !offersEndpoint(model.endpoints, endpoint)) {
    throw new RelayError("unsupported_endpoint", `The model '${asked}' is not offered at this endpoint.`, { param: "model" });
  }
  return model;
}

/**
 * By public name, then by alias, one hop, then without a suffix that only says whom to ask first, then below a wildcard.
 * Google's SDKs put `models/` in front.
 */
export function findModel(snapshot: Snapshot, asked: string): Model | undefined {
  if (asked.length > ASKED_CHARS_MAX) return undefined;
  const name = asked.trimEnd();
  const plain = name.startsWith("models/") ? name.slice("models/".length) : name;
  const found = named(snapshot, plain);
  if (found) return found;
  const bare = snapshot.settings.sortSuffixes ? plain.replace(SUFFIX, "") : plain;
  return (bare === plain ? undefined : named(snapshot, bare)) ?? modelBelow(snapshot, bare);
}

const SUFFIX = /:(floor|nitro)$/;

const named = ({ models, aliases }: Snapshot, name: string): Model | undefined => models.get(name) ?? models.get(aliases.get(name) ?? "");

/** Whom a name says to ask first; undefined = it says nothing. */
export function suffixStrategy({ settings, models, aliases }: Snapshot, asked: string): "lowest_cost" | "least_latency" | undefined {
  if (!settings.sortSuffixes) return undefined;
  const name = asked.trimEnd(), [, suffix] = SUFFIX.exec(name) ?? [];
  // A model may be called so.
  if (suffix === undefined || models.has(name) || aliases.has(name)) return undefined;
  return suffix === "floor" ? "lowest_cost" : "least_latency";
}

export const notFound = (asked: string): RelayError =>
  new RelayError("model_not_found", `The model '${asked.slice(0, 200)}' does not exist or you do not have access to it.`, { param: "model" });

/** A model whose channels are all out of service for now is still offered. */
export const isOffered = (snapshot: Snapshot, groupId: string, model: Model): boolean =>
  isRouted(snapshot, groupId, model) || (model.wildcard ? snapshot.wildcards?.isOffered(soldModel(model), groupId) === true : snapshot.modelsOf(groupId).includes(model));

/** Entries of a key's list are names, or beginnings of names; `vendor/*` also means all that is of this vendor. */
export function keyAllows({ models }: Caller, model: Model, asked = model.name): boolean {
  if (models === undefined) return true;
  return models.some((entry) => {
    if (!isWildcard(entry)) return entry === model.name || entry === asked;
    return model.name.startsWith(entry.slice(0, -1)) || (entry.endsWith("/*") && model.vendor === entry.slice(0, -2));
  });
}
