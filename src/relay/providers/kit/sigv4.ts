import { createHash, createHmac } from "node:crypto";

export type AwsKey = Readonly<{ accessKeyId: string; secretAccessKey: string; sessionToken?: string }>;

export type SignableCall = Readonly<{ method: string; url: URL; headers: Readonly<Record<string, string>>; body: readonly Buffer[]; atMs: number }>;

const ALGORITHM = "AWS4-HMAC-SHA256";

const sha256 = (parts: readonly (Buffer | string)[]): string => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};
const hmac = (key: Buffer | string, text: string): Buffer => createHmac("sha256", key).update(text).digest();
/** As RFC 3986 has it, stricter than the language. */
const encode = (text: string): string => encodeURIComponent(text).replaceAll(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * The headers that sign a call. @see AWS documentation, "Create a signed AWS API request" (Signature Version 4)
 *
 * @param service as in the credential scope, e.g. `bedrock`
 */
export function signV4({ method, url, headers, body, atMs }: SignableCall, key: AwsKey, region: string, service: string): Readonly<Record<string, string>> {
  const time = `${new Date(atMs).toISOString().replaceAll(/[-:]|\.\d+/g, "")}`;
  const day = time.slice(0, 8), scope = `${day}/${region}/${service}/aws4_request`;
  const own: Record<string, string> = { "x-amz-date": time, ...(key.sessionToken !== undefined && { "x-amz-security-token": key.sessionToken }) };
  const signed: Record<string, string> = { host: url.host, ...(headers["content-type"] !== undefined && { "content-type": headers["content-type"] }), ...own };
  const names = Object.keys(signed).sort();
  const canonical = [
    method,
    // The address is encoded once on the wire and once more for the signature.
    url.pathname.split("/").map(encode).join("/"),
    [...url.searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort().join("&"),
    ...names.map((name) => `${name}:${signed[name]!.trim()}`), "",
    names.join(";"),
    sha256(body),
  ].join("\n");
  const toSign = [ALGORITHM, time, scope, sha256([canonical])].join("\n");
  const signing = [region, service, "aws4_request"].reduce((secret, part) => hmac(secret, part), hmac(`AWS4${key.secretAccessKey}`, day));
  const signature = hmac(signing, toSign).toString("hex");
  return { ...own, authorization: `${ALGORITHM} Credential=${key.accessKeyId}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}` };
}
