import { createHmac } from "node:crypto";
import { RelayError } from "#relay/errors.ts";
import { noList } from "#relay/providers/kit/no-list.ts";
import type { Provider } from "#relay/providers/provider.ts";
import { xfyunSpark } from "#relay/providers/xfyun-spark/index.ts";
import { overSockets } from "#relay/upstream/socket-carrier.ts";

type SparkKey = Readonly<{ appId: string; secret: string; key: string }>;

/** `APPID|APISecret|APIKey`, in the order in which the vendor's console has them. */
function readKey(key: string): SparkKey {
  const [appId = "", secret = "", apiKey = ""] = key.split("|").map((part) => part.trim());
  return { appId, secret, key: apiKey };
}

/** The address with the proof of the key, good for some minutes. @see iFlytek, "URL authentication" */
export function signedUrl(url: URL, { secret, key }: Pick<SparkKey, "secret" | "key">, atMs: number): URL {
  const date = new Date(atMs).toUTCString();
  const said = `host: ${url.host}\ndate: ${date}\nGET ${url.pathname} HTTP/1.1`;
  const signature = createHmac("sha256", secret).update(said).digest("base64");
  const authorization = `api_key="${key}", algorithm="hmac-sha256", headers="host date request-line", signature="${signature}"`;
  const signed = new URL(url);
  signed.search = new URLSearchParams({ authorization: Buffer.from(authorization).toString("base64"), date, host: url.host }).toString();
  return signed;
}

/**
 * iFlytek Spark over WebSockets, for accounts that have an app and no password for the HTTP interface.
 * - one WebSocket for each question, its address signed; the model decides about the address
 * - the app's id is part of the question
 * - counts come with the last frame
 */
export const sparkWs: Provider = {
  id: "spark-ws",
  name: "iFlytek Spark (WebSocket)",
  baseUrl: "https://spark-api.xf-yun.com",
  paths: { chat: { dialect: "spark", path: "/chat" } },
  authorize: () => NO_HEADERS,
  carry: ({ transport, sockets, now }, secret) => {
    const key = readKey(secret);
    if (!sockets) throw new RelayError("no_available_channel", "This process opens no WebSockets.");
    const questions = overSockets(sockets, ({ url }, body) => {
      const asked = JSON.parse(body.toString("utf8")) as Record<string, unknown>;
      return { url: signedUrl(url, key, now()), text: JSON.stringify({ ...asked, header: { app_id: key.appId } }) };
    });
    // Nothing but questions goes over a WebSocket: a list of models is not to be had there.
    return { send: (call, sink) => (call.method === "POST" ? questions : transport).send(call, sink) };
  },
  keyForm: /^[^|]+\|[^|]+\|[^|]+$/,
  listings: noList,
  flags: { streamOptions: "none", cached: "in", reasoning: "in", eofIsEnd: false, maxTokensName: "max_tokens" },
  errorClasses: [
    ...(xfyunSpark.errorClasses ?? []),
    { match: "10005", class: "auth" },
    { match: "10006", class: "rate" },
    { match: "10008", class: "overload" },
    { match: "10010", class: "overload" },
    { match: "10011", class: "server" },
    { match: "10012", class: "server" },
    { match: "10110", class: "overload" },
    { match: "10163", class: "client" },
    { match: "11221", class: "config" },
  ],
  docs: "https://www.xfyun.cn/doc/spark/Web.html",
};

const NO_HEADERS: Readonly<Record<string, string>> = {};
