import type { Target } from "#relay/canonical/codec.ts";
import type { Loss } from "#relay/canonical/losses.ts";
import type { CacheMark } from "#relay/canonical/request.ts";
import { JSON_TOOL } from "#relay/dialects/anthropic/json-tool.ts";
import { rulesOf, type ModelRules } from "#relay/dialects/anthropic/model-rules.ts";
import { Names } from "#relay/dialects/anthropic/names.ts";
import type { Wire } from "#relay/dialects/anthropic/wire.ts";
import { RelayError } from "#relay/errors.ts";

/** What the parts of one encoding share. */
export class EncodeContext {
  readonly target: Target;
  readonly rules: ModelRules;
  readonly names = new Names(JSON_TOOL);
  /** Values of `anthropic-beta` that what was written needs. */
  readonly betas = new Set<string>();

  constructor(target: Target) {
    this.target = target;
    this.rules = rulesOf(target.upstreamModel);
  }

  /**
   * Something cannot be carried, or not as it was said.
   * @throws RelayError unsupported_parameter where the client would rather have none than another answer
   */
  lose(loss: Loss, param: string): void {
    if (this.target.strict) throw unsupported(param);
    this.target.warn(loss);
  }
}

export const unsupported = (param: string, message = `The model's vendor cannot take '${param}'.`): RelayError =>
  new RelayError("unsupported_parameter", message, { param });

/** Five minutes is what a mark means by itself. */
export function cacheControl(cache: CacheMark | undefined): Readonly<{ cache_control?: Wire }> {
  if (cache === undefined) return {};
  return { cache_control: cache.ttl === "1h" ? { type: "ephemeral", ttl: "1h" } : { type: "ephemeral" } };
}
