import { expect, test } from "vitest";
import { lacksAddress } from "#relay/providers/kit/absent.ts";
import { readFault } from "#relay/providers/kit/classify.ts";

const said = (status: number, body: unknown): boolean => lacksAddress(readFault(status, Buffer.from(typeof body === "string" ? body : JSON.stringify(body))));

test.each<[string, number, unknown]>([
  ["OpenAI and shops of its kind", 404, { error: { message: "Invalid URL (POST /v1/responses)", type: "invalid_request_error", param: null, code: null } }],
  ["Groq", 404, { error: { message: "Unknown request URL: POST /openai/v1/responses. Please check the URL for typos", type: "invalid_request_error", code: "unknown_url" } }],
  ["FastAPI", 404, { detail: "Not Found" }],
  ["Spring", 404, { timestamp: "2026-01-01", status: 404, error: "Not Found", path: "/v1/responses" }],
  ["Express", 404, "<!DOCTYPE html><pre>Cannot POST /v1/responses</pre>"],
  ["Go", 404, "404 page not found"],
  ["Kong", 404, { message: "no Route matched with those values" }],
  ["Cloudflare", 404, { success: false, errors: [{ code: 7000, message: "No route for that URI" }] }],
  ["Moonshot", 404, { code: 5, error: "url.not_found", message: "gone", method: "POST" }],
  ["nothing at all", 404, ""],
  ["another method only", 405, { detail: "Method Not Allowed" }],
  ["not made yet", 501, {}],
])("there is no such address: %s", (_who, status, body) => expect(said(status, body)).toBe(true));

test.each<[string, number, unknown]>([
  ["an unknown model", 404, { error: { message: "The model `gpt-9` does not exist or you do not have access to it.", code: "model_not_found" } }],
  ["a model called an endpoint", 404, { error: { code: "InvalidEndpointOrModel.NotFound", message: "The model or endpoint ep-1 does not exist" } }],
  ["an unknown deployment", 404, { error: { code: "DeploymentNotFound", message: "The API deployment for this resource does not exist." } }],
  ["Google's unknown model", 404, { error: { code: 404, message: "models/x is not found for API version v1beta", status: "NOT_FOUND" } }],
  ["an item that was not kept", 404, { error: { message: "Item with id 'rs_1' not found. Items are not persisted when `store` is set to false.", type: "invalid_request_error" } }],
  ["a broken server", 500, "404 page not found"],
  ["a bad request", 400, { error: { message: "Invalid URL" } }],
])("something else is amiss: %s", (_what, status, body) => expect(said(status, body)).toBe(false));
