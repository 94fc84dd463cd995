import { createVerify, generateKeyPairSync } from "node:crypto";
import { messages } from "./anthropic-vendor.ts";
import { speaks } from "./protocols.ts";
import { frame } from "./vendor-protocols.ts";
import { json, startVendor, type Script, type Vendor, type VendorCall } from "./vendor.ts";

export const PROJECT = "shop-project-7";
export const EMAIL = "relay@shop-project-7.iam.gserviceaccount.com";

/** Google's clouds: sells tokens for a service account's word, and answers who bears one of them. */
export type FakeGoogle = Readonly<{
  origin: string;
  /** The account's file, as an operator pastes it. */
  file(over?: Readonly<Record<string, unknown>>): string;
  /** Everything but what was asked of the token server. */
  calls(): readonly VendorCall[];
  /** How many tokens were asked for. */
  asked(): number;
  /** From now on: in place of the usual answer of the token server. */
  tokens: { answer: Script | undefined; lifeS: number };
  /** Tokens given so far are worth nothing any more. */
  revoke(): void;
  /** In place of an answer; `usual` is what it would have been. */
  answers: { say: Script | undefined };
  usual: Script;
  close(): Promise<void>;
}>;

export async function startGoogle(): Promise<FakeGoogle> {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const vendor = await startVendor();
  const origin = new URL(vendor.url).origin;
  const tokens: FakeGoogle["tokens"] = { answer: undefined, lifeS: 3_600 };
  const answers: FakeGoogle["answers"] = { say: undefined };
  const good = new Set<string>();
  let sold = 0;
  vendor.script = (call) => {
    if (call.path === "/token") {
      if (tokens.answer) return tokens.answer(call);
      const wrong = faultOf(new URLSearchParams(vendor.raw[call.n - 1]!.toString()), `${origin}/token`, publicKey.export({ type: "spki", format: "pem" }).toString());
      if (wrong !== undefined) return json(call, 400, { error: "invalid_grant", error_description: wrong });
      const token = `ya29.token-${++sold}`;
      good.add(token);
      return json(call, 200, { access_token: token, expires_in: tokens.lifeS, token_type: "Bearer" });
    }
    const byKey = call.headers["x-goog-api-key"] === "AIza-express-key";
    if (!byKey && !good.has(String(call.headers.authorization).replace(/^Bearer /, ""))) {
      return json(call, 401, { error: { code: 401, message: "Request had invalid authentication credentials.", status: "UNAUTHENTICATED", details: [{ reason: "ACCESS_TOKEN_EXPIRED" }] } });
    }
    return (answers.say ?? usual)(call);
  };
  return {
    origin, tokens, answers, usual,
    file: (over = {}) => JSON.stringify({
      type: "service_account", project_id: PROJECT, private_key_id: "kid-1", private_key: privateKey.export({ type: "pkcs8", format: "pem" }), client_email: EMAIL, token_uri: `${origin}/token`, ...over,
    }),
    calls: () => vendor.calls.filter(({ path }) => path !== "/token"),
    asked: () => vendor.calls.filter(({ path }) => path === "/token").length,
    revoke: () => good.clear(),
    close: vendor.close,
  };
}

const usual: Script = (call) => {
  const [, model, action] = /\/models\/([^/:]+):(\w+)/.exec(call.path) ?? [];
  if (action === "rawPredict" || action === "streamRawPredict") return messages({ ...call, body: { ...call.body, model } });
  return speaks(() => ({ text: "Hello there" }))(call);
};

/** What is wrong with a request for a token. */
function faultOf(form: URLSearchParams, audience: string, publicKey: string): string | undefined {
  if (form.get("grant_type") !== "urn:ietf:params:oauth:grant-type:jwt-bearer") return "Unsupported grant.";
  const [head = "", claims = "", signature = ""] = (form.get("assertion") ?? "").split(".");
  if (!createVerify("RSA-SHA256").update(`${head}.${claims}`).verify(publicKey, signature, "base64url")) return "Invalid JWT Signature.";
  const said = JSON.parse(Buffer.from(claims, "base64url").toString()) as Readonly<Record<string, unknown>>;
  const { alg, kid } = JSON.parse(Buffer.from(head, "base64url").toString()) as Readonly<Record<string, unknown>>;
  if (alg !== "RS256" || kid !== "kid-1") return "Invalid JWT header.";
  if (said.iss !== EMAIL || said.aud !== audience || said.scope !== "https://www.googleapis.com/auth/cloud-platform") return "Invalid JWT claims.";
  return Number(said.exp) - Number(said.iat) === 3_600 ? undefined : "Invalid lifetime.";
}

/** One event of Anthropic's in a frame of Amazon's. */
export const chunkFrame = (event: object): Buffer => frame("chunk", { bytes: Buffer.from(JSON.stringify(event)).toString("base64"), p: "abcdefgh" });

/** What Amazon's copy says of an answer in pieces; the last event's figures are Amazon's own count. */
export const invokeEvents = (text: string): readonly object[] => [
  { type: "message_start", message: { id: "msg_bdrk_1", type: "message", role: "assistant", model: "claude-sonnet-4-5-20250929", content: [], stop_reason: null, stop_sequence: null, usage: { input_tokens: 10, cache_creation_input_tokens: 40, cache_read_input_tokens: 900, output_tokens: 1 } } },
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  ...text.split(/(?<= )/).map((piece) => ({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: piece } })),
  { type: "content_block_stop", index: 0 },
  { type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 5 } },
  { type: "message_stop", "amazon-bedrock-invocationMetrics": { inputTokenCount: 10, outputTokenCount: 5, invocationLatency: 400, firstByteLatency: 200 } },
];

/** Amazon's copy of Anthropic's messages. */
export const startBedrock = (): Promise<Vendor> => startVendor((call) => {
  if (!call.path.endsWith("/invoke-with-response-stream")) return messages({ ...call, body: { ...call.body, model: "claude-sonnet-4-5-20250929" } });
  call.response.writeHead(200, { "content-type": "application/vnd.amazon.eventstream" });
  call.response.end(Buffer.concat(invokeEvents("Hello there").map(chunkFrame)));
});
