import { badReply } from "#relay/conversion/calls/vendor-reply.ts";
import type { Json } from "#relay/canonical/request.ts";

const FLOAT_BYTES = 4;

/** Numbers, or 32-bit floats in base64, as a vendor gives them. */
export type Vector = readonly number[] | string;

/** @throws RelayError bad_upstream_response where there are no numbers */
export function vectorOf(value: Json | undefined): Vector {
  if (typeof value === "string" && value !== "") return value;
  if (Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "number")) return value as unknown as readonly number[];
  throw badReply("The upstream's reply holds no numbers.");
}

/** In the form that the client asked for; the other one is made of it. */
export function vectorAs(vector: Vector, base64: boolean): Vector {
  if (base64) return typeof vector === "string" ? vector : toBase64(vector);
  return typeof vector === "string" ? toFloats(vector) : vector;
}

function toBase64(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * FLOAT_BYTES);
  for (let at = 0; at < vector.length; at++) bytes.writeFloatLE(vector[at]!, at * FLOAT_BYTES);
  return bytes.toString("base64");
}

/** Little-endian 32-bit floats in base64, as numbers. */
export function toFloats(base64: string): readonly number[] {
  const bytes = Buffer.from(base64, "base64");
  return Array.from({ length: Math.floor(bytes.length / FLOAT_BYTES) }, (_, at) => bytes.readFloatLE(at * FLOAT_BYTES));
}
