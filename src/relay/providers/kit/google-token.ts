import { createPrivateKey, sign, type KeyObject } from "node:crypto";
import type { TokenExchange } from "#relay/providers/provider.ts";

const SCOPE = "https://www.googleapis.com/auth/cloud-platform";
const TOKEN_URL = "https://oauth2.googleapis.com/token";
const GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const LIFETIME_S = 3_600;

/** What of a service account's file is needed. */
type ServiceAccount = Readonly<{ email: string; key: KeyObject; keyId?: string; tokenUrl: URL }>;

/** A service account's file, as opposed to an API key. */
export const isServiceAccount = (secret: string): boolean => secret.trimStart().startsWith("{");

/** The project that an account belongs to, read without taking the file apart. */
export const projectOf = (secret: string): string | undefined => /"project_id"\s*:\s*"([^"\\]+)"/.exec(secret)?.[1];

/** Access tokens of Google's service accounts. @see RFC 7523; Google Identity, "Using OAuth 2.0 for Server to Server Applications" */
export const googleTokens: TokenExchange = {
  wanted: isServiceAccount,
  ask(secret, nowMs) {
    const { email, key, keyId, tokenUrl } = readAccount(secret);
    const issuedAt = Math.floor(nowMs / 1000);
    const head = { alg: "RS256", typ: "JWT", ...(keyId !== undefined && { kid: keyId }) };
    const claims = { iss: email, scope: SCOPE, aud: tokenUrl.href, iat: issuedAt, exp: issuedAt + LIFETIME_S };
    const said = [head, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
    const assertion = `${said}.${sign("RSA-SHA256", Buffer.from(said), key).toString("base64url")}`;
    return { url: tokenUrl, form: { grant_type: GRANT, assertion } };
  },
};

/** @throws Error that names the member which is missing or wrong */
function readAccount(secret: string): ServiceAccount {
  let file: Readonly<Record<string, unknown>>;
  try {
    file = JSON.parse(secret) as Readonly<Record<string, unknown>>;
  } catch {
    throw new Error("The service account's file is not JSON.");
  }
  const text = (name: string): string | undefined => (typeof file[name] === "string" && file[name] !== "" ? file[name] : undefined);
  const email = text("client_email"), pem = text("private_key"), keyId = text("private_key_id");
  if (email === undefined) throw new Error("The service account's file has no client_email.");
  if (pem === undefined) throw new Error("The service account's file has no private_key.");
  return { email, key: readKey(pem), tokenUrl: readUrl(text("token_uri") ?? TOKEN_URL), ...(keyId !== undefined && { keyId }) };
}

function readKey(pem: string): KeyObject {
  try {
    // Files that went through a shell often have their line breaks written out.
    const key = createPrivateKey(pem.replaceAll("\\n", "\n"));
    if (key.asymmetricKeyType === "rsa") return key;
  } catch {
    throw new Error("The service account's private_key cannot be read.");
  }
  throw new Error("The service account's private_key is not an RSA key.");
}

function readUrl(text: string): URL {
  const url = URL.parse(text);
  if (!url) throw new Error("The service account's token_uri is no address.");
  return url;
}
