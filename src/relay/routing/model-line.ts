import { RelayError } from "#relay/errors.ts";
import type { ScannedRequest } from "#relay/http/body/scan.ts";
import type { FallbackCause, Model } from "#snapshot/snapshot.ts";

/** Models that one request may name beside the first. */
const LISTED_MAX = 4;

/** Who wants the next model to take the place of one that failed. */
export type LineOrigin = "client" | "operator" | "group";

/** The next to ask. Its group, where the caller's own is a line of groups. */
export type LineEntry = Readonly<{
  name: string;
  groupId: string | undefined;
  origin: LineOrigin;
  /** The last model of the client's own choice: in its place this one stands. */
  insteadOf: Model;
}>;

/** What is known of the one that failed. */
export type Failed = Readonly<{ model: Model; cause: FallbackCause }>;

/**
 * Who may serve a request in the place of its model, in order: the same model in the caller's next group, then the
 * models that the client lists, then those that the operator has put behind the ones tried. Nobody comes twice.
 */
export class ModelLine {
  readonly #listed: string[];
  readonly #resolve: (name: string) => Model | undefined;
  readonly #visited = new Set<string>();
  readonly #tried: Readonly<{ model: Model; chosen: Model }>[] = [];
  #groups: readonly string[];

  /**
   * @param listed the client's own models, without the first
   * @param groups further groups of the model that is being tried
   * @param resolve the model that a name stands for, as far as the caller may use it
   */
  constructor(first: Model, listed: readonly string[], groups: readonly string[], resolve: (name: string) => Model | undefined) {
    this.#listed = [...listed];
    this.#resolve = resolve;
    this.#groups = groups;
    this.#visit(first, first);
  }

  /** A model is being tried that has these groups behind its first. */
  trying(groups: readonly string[] = []): void {
    this.#groups = groups;
  }

  next({ model, cause }: Failed): LineEntry | undefined {
    const [groupId, ...others] = this.#groups;
    if (groupId !== undefined && (cause === "unavailable" || cause === "rate")) {
      this.#groups = others;
      return { name: model.name, groupId, origin: "group", insteadOf: model };
    }
    for (let name = this.#listed.shift(); name !== undefined; name = this.#listed.shift()) {
      const found = this.#fitting(name, model, cause);
      if (!found) continue;
      this.#visit(found, found);
      return { name: found.name, groupId: undefined, origin: "client", insteadOf: found };
    }
    for (const { model: source, chosen } of this.#tried) {
      for (const { model: name, on } of source.fallbacks ?? []) {
        const found = on.has(cause) ? this.#fitting(name, model, cause) : undefined;
        if (!found) continue;
        this.#visit(found, chosen);
        return { name: found.name, groupId: undefined, origin: "operator", insteadOf: chosen };
      }
    }
    return undefined;
  }

  #fitting(name: string, failed: Model, cause: FallbackCause): Model | undefined {
    const found = this.#resolve(name);
    if (!found || this.#visited.has(found.name)) return undefined;
    // What was too long for one is too long for all that are no larger.
    if (cause === "context" && (found.contextTokens ?? Infinity) <= (failed.contextTokens ?? 0)) return undefined;
    return found;
  }

  #visit(model: Model, chosen: Model): void {
    this.#visited.add(model.name);
    this.#tried.push({ model, chosen });
  }
}

/**
 * The models that a request names in its members `models` (OpenRouter's) and `fallbacks` (Anthropic's).
 * @throws RelayError invalid_value, unsupported_parameter
 */
export function listedModels(body: Buffer, { ranges }: Pick<ScannedRequest, "ranges">): readonly string[] {
  const valueOf = (key: string): unknown => {
    const range = ranges.get(key);
    return range && (JSON.parse(body.toString("utf8", range[0], range[1])) as unknown);
  };
  return [...namesIn(valueOf("models")), ...fallbacksIn(valueOf("fallbacks"))];
}

export function namesIn(models: unknown): readonly string[] {
  if (models === undefined || models === null) return [];
  if (!Array.isArray(models) || models.length > LISTED_MAX) throw invalid("models", `a list of at most ${LISTED_MAX} models`);
  return models.map((name: unknown, at) => {
    if (typeof name !== "string" || name === "") throw invalid(`models[${at}]`, "the name of a model");
    return name;
  });
}

/** `"default"` leaves the choice to the vendor; here it is the operator's anyway. */
function fallbacksIn(fallbacks: unknown): readonly string[] {
  if (fallbacks === undefined || fallbacks === null || fallbacks === "default") return [];
  if (!Array.isArray(fallbacks) || fallbacks.length > LISTED_MAX) throw invalid("fallbacks", `a list of at most ${LISTED_MAX} models`);
  return fallbacks.map((entry: unknown, at) => {
    const { model, ...others } = (typeof entry === "object" && entry !== null ? entry : {}) as Readonly<Record<string, unknown>>;
    if (typeof model !== "string" || model === "") throw invalid(`fallbacks[${at}].model`, "the name of a model");
    const [other] = Object.keys(others);
    if (other === undefined) return model;
    const param = `fallbacks[${at}].${other}`;
    throw new RelayError("unsupported_parameter", `'${param}' is not offered: the next model is asked the same.`, { param });
  });
}

const invalid = (param: string, expected: string): RelayError =>
  new RelayError("invalid_value", `Invalid value for '${param}': expected ${expected}.`, { param });

/** Why another model may be asked after this error; undefined = it would fare no better, or cost twice. */
export function fallbackCause({ code, cause }: RelayError, stream: boolean): FallbackCause | undefined {
  switch (code) {
    case "model_not_found":
      // It is the vendor who does not have it.
      return cause === undefined ? undefined : "unavailable";
    case "no_available_channel": case "upstream_unavailable": case "bad_upstream_response":
      return "unavailable";
    case "upstream_timeout":
      return stream ? "unavailable" : undefined;
    case "upstream_rate_limited":
      return "rate";
    case "context_length_exceeded":
      return "context";
    case "content_policy_violation":
      return "content_policy";
    default:
      return undefined;
  }
}
