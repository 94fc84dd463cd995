import { createHmac } from "node:crypto";
import { taskVendor } from "#relay/providers/kit/task-vendor.ts";

const LIFE_S = 1_800, BEFORE_S = 5;
const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A key of two parts proves itself by a token of half an hour, signed with the second. */
function tokenOf(key: string, nowMs: number): string {
  const [access, secret] = key.split("|").map((part) => part.trim()) as [string, string?];
  if (secret === undefined || secret === "") return access;
  const now = Math.floor(nowMs / 1_000);
  const text = `${base64url({ alg: "HS256", typ: "JWT" })}.${base64url({ iss: access, exp: now + LIFE_S, nbf: now - BEFORE_S })}`;
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}

/**
 * Kling AI.
 * - keys are API keys, or `access|secret` of the older kind
 * - replies are `{code, message, request_id, data}`; a code other than 0 is a refusal, whatever the status
 * - prices go by model, mode (std, pro) and seconds
 */
export const kling = taskVendor({
  id: "kling",
  name: "Kling AI",
  baseUrl: "https://api-singapore.klingai.com",
  tasks: [{ protocol: "kling" }],
  authorize: () => ({}),
  sign: (key, { atMs }) => ({ authorization: `Bearer ${tokenOf(key, atMs)}` }),
  errorClasses: [
    { match: "1000", class: "auth" }, { match: "1001", class: "auth" }, { match: "1002", class: "auth" }, { match: "1003", class: "auth" }, { match: "1004", class: "auth" },
    { match: "1101", class: "quota" }, { match: "1102", class: "quota" }, { match: "1103", class: "config" },
    { match: "1200", class: "client" }, { match: "1201", class: "client" }, { match: "1202", class: "client" }, { match: "1203", class: "config" },
    { match: "1301", class: "policy" }, { match: "1302", class: "rate" }, { match: "1303", class: "rate" }, { match: "1304", class: "config" },
    { match: "5000", class: "server" }, { match: "5001", class: "overload" }, { match: "5002", class: "server" },
  ],
  docs: "https://app.klingai.com/global/dev/document-api",
});
