import { createHash, createHmac } from "node:crypto";
import type { SignableCall } from "#relay/providers/kit/sigv4.ts";
import { taskVendor } from "#relay/providers/kit/task-vendor.ts";

const REGION = "cn-north-1", SERVICE = "cv";
const hmac = (key: Buffer | string, text: string): Buffer => createHmac("sha256", key).update(text).digest();
const encode = (text: string): string => encodeURIComponent(text).replaceAll(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);

/** @see Volcengine, "Signature method": Amazon's fourth version under other names */
function sign(key: string, { method, url, headers, body, atMs }: SignableCall): Readonly<Record<string, string>> {
  const [access, secret = ""] = key.split("|").map((part) => part.trim()) as [string, string?];
  const time = new Date(atMs).toISOString().replaceAll(/[-:]|\.\d+/g, ""), day = time.slice(0, 8), scope = `${day}/${REGION}/${SERVICE}/request`;
  const hash = createHash("sha256");
  for (const part of body) hash.update(part);
  const content = hash.digest("hex");
  const signed: Record<string, string> = { "content-type": headers["content-type"] ?? "application/json", host: url.host, "x-content-sha256": content, "x-date": time };
  const names = Object.keys(signed).sort();
  const query = [...url.searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort().join("&");
  const canonical = [method, url.pathname, query, ...names.map((name) => `${name}:${signed[name]!}`), "", names.join(";"), content].join("\n");
  const toSign = ["HMAC-SHA256", time, scope, createHash("sha256").update(canonical).digest("hex")].join("\n");
  const signing = [REGION, SERVICE, "request"].reduce((made, part) => hmac(made, part), hmac(secret, day));
  const signature = hmac(signing, toSign).toString("hex");
  return { "x-date": time, "x-content-sha256": content, authorization: `HMAC-SHA256 Credential=${access}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}` };
}

/**
 * Jimeng (Volcengine Visual). Keys are `access|secret`; the model is a `req_key`; a code other than 10000 is a refusal.
 */
export const jimeng = taskVendor({
  id: "jimeng",
  name: "Jimeng",
  baseUrl: "https://visual.volcengineapi.com",
  tasks: [{ protocol: "jimeng" }],
  authorize: () => ({}),
  sign,
  errorClasses: [
    { match: "50400", class: "auth" }, { match: "50411", class: "policy" }, { match: "50412", class: "policy" }, { match: "50413", class: "policy" },
    { match: "50429", class: "rate" }, { match: "50430", class: "rate" }, { match: "50500", class: "server" }, { match: "50501", class: "server" },
  ],
  unconfirmed: true,
  docs: "https://www.volcengine.com/docs/85621",
});
