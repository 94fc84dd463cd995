import type { VendorError } from "#relay/canonical/events.ts";
import { plainNumber } from "#relay/canonical/plain.ts";
import { textOf, wireOf, wiresOf } from "#relay/dialects/gemini/wire.ts";

/** The error object of a body or an event: HTTP status as `code`, the name as `status`, reasons among the details. */
export function readError(value: unknown): VendorError {
  const error = wireOf(value);
  const status = plainNumber(error.code);
  const reason = wiresOf(error.details).map((detail) => textOf(detail.reason)).find((word) => word !== undefined);
  const type = textOf(error.status);
  return {
    ...(status >= 400 && status < 600 ? { status } : {}),
    ...(reason === undefined ? {} : { code: reason }),
    ...(type === undefined ? {} : { type }),
    message: textOf(error.message) ?? (typeof value === "string" ? value : JSON.stringify(value).slice(0, 1000)),
  };
}
