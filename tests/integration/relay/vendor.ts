import http from "node:http";
import type { AddressInfo } from "node:net";

export type VendorCall = Readonly<{
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  /** Parsed; empty where it is no JSON. */
  body: Readonly<Record<string, unknown>>;
  /** How often this vendor has been called, this call included. */
  n: number;
  response: http.ServerResponse;
  /** Resolves when the relay hangs up. */
  hungUp: Promise<void>;
}>;

export type Script = (call: VendorCall) => unknown;

export interface Vendor {
  readonly url: string;
  readonly calls: VendorCall[];
  /** The bodies as they came. */
  readonly raw: Buffer[];
  script: Script;
  close(): Promise<void>;
}

/** A vendor that does as its script says. */
export async function startVendor(script: Script = (call) => completion(call)): Promise<Vendor> {
  const calls: VendorCall[] = [];
  const raw: Buffer[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const hungUp = new Promise<void>((resolve) => response.on("close", () => resolve()));
      const bytes = Buffer.concat(chunks);
      const body = parsed(bytes);
      raw.push(bytes);
      const call = { method: request.method!, path: request.url!, headers: request.headers, body, n: calls.length + 1, response, hungUp };
      calls.push(call);
      void vendor.script(call);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const vendor: Vendor = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    calls, raw,
    script,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return vendor;
}

function parsed(bytes: Buffer): VendorCall["body"] {
  try {
    return JSON.parse(bytes.toString() || "{}") as VendorCall["body"];
  } catch {
    return {};
  }
}

export const USAGE = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };

export function json({ response }: VendorCall, status: number, body: unknown, headers: http.OutgoingHttpHeaders = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

export const failure = (call: VendorCall, status: number, message = "vendor trouble", headers: http.OutgoingHttpHeaders = {}): void =>
  json(call, status, { error: { message, type: "some_error", code: null } }, headers);

/** A good answer, streamed if that was asked for. */
export function completion(call: VendorCall, { text = "Hello there", usage = USAGE as object | null, finish = "stop" as string | null } = {}): void {
  if (call.body.stream === true) {
    begin(call);
    for (const word of text === "" ? [] : text.split(/(?<= )/)) chunk(call, { content: word });
    if (finish !== null) chunk(call, {}, finish);
    if (usage) event(call, { ...HEAD, choices: [], usage });
    call.response.end("data: [DONE]\n\n");
    return;
  }
  json(call, 200, {
    id: "chatcmpl-1", object: "chat.completion", created: 1, model: call.body.model,
    choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: finish }],
    ...(usage && { usage }),
  });
}

const HEAD = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "up-model" };

export const begin = ({ response }: VendorCall): void => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.flushHeaders();
};
export const event = ({ response }: VendorCall, body: object): void => void response.write(`data: ${JSON.stringify(body)}\n\n`);
export const chunk = (call: VendorCall, delta: object, finish: string | null = null): void =>
  event(call, { ...HEAD, choices: [{ index: 0, delta, finish_reason: finish }] });

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
