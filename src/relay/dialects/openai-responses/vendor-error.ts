import type { VendorError } from "#relay/canonical/events.ts";
import { findError } from "#relay/dialects/openai-kit/facts.ts";
import { asObject, asText } from "#relay/dialects/openai-responses/wire.ts";
import type { Wire } from "#relay/dialects/openai-responses/wire.ts";

/** Codes of a failed response that are not the request's own fault. */
const STATUS: Readonly<Record<string, number>> = { server_error: 500, rate_limit_exceeded: 429, vector_store_timeout: 504, insufficient_quota: 429, server_is_overloaded: 503, slow_down: 503 };
/** What is wrong with what the client has sent. */
const CLIENT_FAULT = /^(?:invalid_|image_|unsupported_|empty_image|failed_to_download|context_length|bio_policy|cyber_policy|content_|data_residency)/;

/** The error that an event or a response object carries: `error` events name it at the top or within, failed responses within. */
export function readError(wire: Wire): VendorError | undefined {
  const inner = asObject(wire.error);
  const told = typeof wire.error === "string" ? { message: wire.error } : asText(inner.message) || asText(inner.code) ? inner : wire.type === "error" ? wire : undefined;
  if (!told) return findError(wire);
  const code = asText(told.code) ?? (typeof told.code === "number" ? String(told.code) : undefined);
  const type = told === wire ? undefined : asText(told.type);
  const status = statusOf(told, code ?? type);
  return {
    ...(status !== undefined && { status }),
    ...(code !== undefined && { code }),
    ...(type !== undefined && { type }),
    message: asText(told.message) ?? "The model has failed.",
  };
}

function statusOf(told: Wire, code: string | undefined): number | undefined {
  const stated = [told.status_code, told.status, told.code].map(Number).find((value) => value >= 400 && value < 600);
  if (stated !== undefined || code === undefined) return stated;
  return STATUS[code] ?? (CLIENT_FAULT.test(code) ? 400 : undefined);
}
