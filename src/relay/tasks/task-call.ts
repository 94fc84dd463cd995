import { randomUUID } from "node:crypto";
import { upstreamHeaders } from "#relay/http/headers.ts";
import { endpointUrl } from "#relay/providers/kit/endpoint-url.ts";
import type { JsonObject, Provider, TaskEndpoint } from "#relay/providers/provider.ts";
import type { TaskCall } from "#relay/tasks/task-protocol.ts";
import type { Transport, UpstreamCall, UpstreamHeaders } from "#relay/upstream/transport.ts";

/** Whom a task's calls go to. */
export type TaskVendor = Readonly<{
  provider: Provider;
  endpoint: TaskEndpoint;
  baseUrl: string | undefined;
  /** Empty for vendors without keys. */
  secret: string;
  connectMs: number;
  proxy?: string | undefined;
}>;

export type TaskAnswer = Readonly<
  | { kind: "answer"; status: number; headers: UpstreamHeaders; body: Buffer; json: JsonObject | undefined }
  /** `sent`: the vendor may have had all of it. */
  | { kind: "silent"; sent: boolean; error: Error }
>;

/** Answers are JSON of a few kilobytes; some hold a picture. */
const ANSWER_BYTES_MAX = 8 * 1024 * 1024;

/** One call and its whole answer. Never rejects. */
export function callTaskVendor(transport: Transport, vendor: TaskVendor, call: TaskCall, nowMs: number, timeoutMs: number): Promise<TaskAnswer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let status = 0, bytes = 0, headers: UpstreamHeaders = {};
    const end = (answer: TaskAnswer): void => {
      clearTimeout(timer);
      resolve(answer);
    };
    const timer = setTimeout(() => {
      control?.abort();
      end({ kind: "silent", sent: true, error: new Error(`no answer within ${timeoutMs / 1_000} s`) });
    }, timeoutMs);
    let control: ReturnType<Transport["send"]> | undefined;
    try {
      control = transport.send(addressed(vendor, call, nowMs), {
        onHead(code, given) {
          status = code;
          headers = given;
        },
        onData(chunk) {
          bytes += chunk.length;
          if (bytes <= ANSWER_BYTES_MAX) chunks.push(chunk);
        },
        onEnd() {
          const body = Buffer.concat(chunks);
          end({ kind: "answer", status, headers, body, json: objectIn(body) });
        },
        onError: (error, phase) => end({ kind: "silent", sent: phase !== "connect", error }),
      });
    } catch (error) {
      end({ kind: "silent", sent: false, error: error as Error });
    }
  });
}

/** The same call as it goes out. @throws RelayError when the channel has no valid address */
export function addressed({ provider, endpoint, baseUrl, secret, connectMs, proxy }: TaskVendor, call: TaskCall, nowMs: number, extra: Readonly<Record<string, string>> = {}): UpstreamCall {
  const url = endpointUrl(provider, baseUrl, { path: call.path, ...(endpoint.basePath !== undefined && { basePath: endpoint.basePath }) });
  const { body, contentType } = bodyOf(call);
  const authorization = endpoint.authorize?.(secret) ?? provider.authorize(secret);
  const { "content-type": _json, ...plain } = upstreamHeaders({ stream: false, authorization });
  const headers = { ...plain, ...(contentType !== undefined && { "content-type": contentType }), ...call.headers, ...extra };
  const signature = provider.sign?.(secret, { method: call.method, url, headers, body, atMs: nowMs });
  return { method: call.method, url, headers: signature ? { ...headers, ...signature } : headers, body, connectMs, ...(proxy !== undefined && { proxy }) };
}

function bodyOf({ json, form }: TaskCall): Readonly<{ body: readonly Buffer[]; contentType?: string }> {
  if (form) return encodeForm(form);
  return json === undefined ? { body: [] } : { body: [Buffer.from(JSON.stringify(json))], contentType: "application/json" };
}

const quoted = (text: string): string => text.replaceAll(/["\r\n]/g, (letter) => encodeURIComponent(letter));

function encodeForm({ fields, uploads }: NonNullable<TaskCall["form"]>): Readonly<{ body: readonly Buffer[]; contentType: string }> {
  const boundary = `----modelmart-${randomUUID()}`;
  const body: Buffer[] = [];
  for (const [name, value] of Object.entries(fields)) body.push(Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="${quoted(name)}"\r\n\r\n${value}\r\n`));
  for (const { name, filename, type, bytes } of uploads) {
    body.push(Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="${quoted(name)}"; filename="${quoted(filename)}"\r\ncontent-type: ${quoted(type)}\r\n\r\n`), bytes, Buffer.from("\r\n"));
  }
  body.push(Buffer.from(`--${boundary}--\r\n`));
  return { body, contentType: `multipart/form-data; boundary=${boundary}` };
}

function objectIn(body: Buffer): JsonObject | undefined {
  try {
    const value = JSON.parse(body.toString("utf8")) as unknown;
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}
