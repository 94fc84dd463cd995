import { RelayError } from "#relay/errors.ts";

/** `seed_dropped` and `unknown:seed` are both about `seed`. */
const ABOUT = /^(?:unknown:(.+)|(.+)_(?:dropped|clamped|relaxed|moved|repaired|inserted|continued|soft|adjusted|inlined))$/;

/**
 * What would be dropped with a warning is refused instead, where the caller said so.
 * @throws RelayError unsupported_parameter, always
 */
export function strictWarn(code: string): never {
  const [, unknown, known] = ABOUT.exec(code) ?? [];
  throw new RelayError("unsupported_parameter", `The model's provider cannot carry all of this request (${code}), and the request asks for strictness.`, { param: unknown ?? known ?? code });
}
