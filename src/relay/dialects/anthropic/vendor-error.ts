import type { VendorError } from "#relay/canonical/events.ts";
import { plainNumber } from "#relay/canonical/plain.ts";
import type { Json } from "#relay/canonical/request.ts";
import { findError, isTold } from "#relay/dialects/openai-kit/facts.ts";
import { asWire, textOf, wordOf, type Wire } from "#relay/dialects/anthropic/wire.ts";

/** What the vendor would have answered with, had it not begun with 200. */
const STATUS: ReadonlyMap<string, number> = new Map([
  ["invalid_request_error", 400], ["authentication_error", 401], ["billing_error", 402], ["permission_error", 403],
  ["not_found_error", 404], ["request_too_large", 413], ["rate_limit_error", 429], ["api_error", 500], ["timeout_error", 504],
  ["overloaded_error", 529],
]);
const MESSAGE_CHARS_MAX = 2_000;

/** The error that stands in place of an event or a message, also in the forms that copies of this format use. */
export function readVendorError(wire: Wire): VendorError | undefined {
  const { error } = wire;
  if (wire.type !== "error" && !isTold(error)) return wire.type === undefined && wire.content === undefined ? findError(wire) : undefined;
  const inner = asWire(error);
  const type = wordOf(inner.type);
  const code = codeOf(inner.code ?? inner.http_code);
  const status = (type === undefined ? undefined : STATUS.get(type)) ?? statusOf(code);
  const message = textOf(inner.message) ?? textOf(error) ?? textOf(wire.message);
  return {
    ...(status === undefined ? {} : { status }),
    ...(code === undefined ? {} : { code }),
    ...(type === undefined ? {} : { type }),
    ...(message === undefined ? {} : { message: message.slice(0, MESSAGE_CHARS_MAX) }),
  };
}

const codeOf = (value: Json | undefined): string | undefined => (typeof value === "number" ? String(value) : wordOf(value));

function statusOf(code: string | undefined): number | undefined {
  const status = plainNumber(code);
  return status >= 400 && status < 600 ? status : undefined;
}
