import { createHash, createHmac } from "node:crypto";
import type { SignableCall } from "#relay/providers/kit/sigv4.ts";

export type TencentKey = Readonly<{ secretId: string; secretKey: string }>;
export type TencentCall = Readonly<{ service: string; action: string; version: string; region?: string }>;

const ALGORITHM = "TC3-HMAC-SHA256";
const SIGNED = "content-type;host;x-tc-action";

const hmac = (key: Buffer | string, text: string): Buffer => createHmac("sha256", key).update(text).digest();
const hex = (parts: readonly (Buffer | string)[]): string => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};

/** The headers that sign a call. @see Tencent Cloud API 3.0, "Signature v3" */
export function signTc3({ method, url, headers, body, atMs }: SignableCall, { secretId, secretKey }: TencentKey, { service, action, version, region }: TencentCall): Readonly<Record<string, string>> {
  const seconds = Math.floor(atMs / 1000), date = new Date(seconds * 1000).toISOString().slice(0, 10);
  const signedHeaders = `content-type:${headers["content-type"] ?? "application/json"}\nhost:${url.host}\nx-tc-action:${action.toLowerCase()}\n`;
  const canonical = [method, "/", url.search.slice(1), signedHeaders, SIGNED, hex(body)].join("\n");
  const scope = `${date}/${service}/tc3_request`;
  const toSign = [ALGORITHM, String(seconds), scope, hex([canonical])].join("\n");
  const signing = ["tc3_request", service, date].reduceRight((key, text) => hmac(key, text), `TC3${secretKey}` as Buffer | string);
  const signature = hmac(signing, toSign).toString("hex");
  return {
    authorization: `${ALGORITHM} Credential=${secretId}/${scope}, SignedHeaders=${SIGNED}, Signature=${signature}`,
    "x-tc-action": action, "x-tc-version": version, "x-tc-timestamp": String(seconds), ...(region !== undefined && { "x-tc-region": region }),
  };
}
