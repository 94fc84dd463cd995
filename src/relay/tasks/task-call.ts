import { randomUUID } from "node:crypto";
import type { ChannelSettings } from "#channels/channel-settings.ts";
import { parseWire } from "#relay/dialects/stream-kit/wire.ts";
import { upstreamHeaders } from "#relay/http/headers.ts";
import { endpointUrl, type AddressedCall } from "#relay/providers/kit/endpoint-url.ts";
import type { JsonObject, Provider, TaskEndpoint } from "#relay/providers/provider.ts";
import { createLifter } from "#relay/tasks/lift-member.ts";
import type { TaskCall } from "#relay/tasks/task-protocol.ts";
import type { AccessTokens } from "#relay/upstream/access-tokens.ts";
import { authorize } from "#relay/upstream/authorize.ts";
import type { Transport, UpstreamCall, UpstreamHeaders } from "#relay/upstream/transport.ts";

/** Whom a task's calls go to. */
export type TaskVendor = Readonly<{
  provider: Provider;
  endpoint: TaskEndpoint;
  baseUrl: string | undefined;
  /** Empty for vendors without keys. */
  secret: string;
  connectMs: number;
  settings: ChannelSettings;
  /** The vendor's name of what it is asked for: some addresses go by it. */
  upstreamModel: string;
}>;

/** How a task's calls go out. */
export type TaskWay = Readonly<{ transport: Transport; accessTokens: AccessTokens; clock: Readonly<{ now(): number }> }>;

export type TaskAnswer = Readonly<
  | { kind: "answer"; status: number; headers: UpstreamHeaders; body: Buffer; json: JsonObject | undefined }
  /** `sent`: the vendor may have had all of it. */
  | { kind: "silent"; sent: boolean; error: Error }
>;

/** Answers are JSON of a few kilobytes; some hold a picture. */
const ANSWER_BYTES_MAX = 8 * 1024 * 1024;

/** One call and its whole answer. Never rejects. */
export async function callTaskVendor(way: TaskWay, vendor: TaskVendor, call: TaskCall, timeoutMs: number): Promise<TaskAnswer> {
  const { accessTokens, clock, transport } = way;
  try {
    const authorization = await authorize(accessTokens, vendor);
    const answer = await askOnce(transport, addressed(vendor, call, clock.now(), authorization.headers), call.filesIn, timeoutMs);
    const refused = answer.kind === "answer" && answer.status === 401 && authorization.token !== undefined && accessTokens.refused(vendor.secret, authorization.token);
    // It served until now and may have been withdrawn; what is refused so has not been done.
    return refused ? await askOnce(transport, addressed(vendor, call, clock.now(), (await authorize(accessTokens, vendor)).headers), call.filesIn, timeoutMs) : answer;
  } catch (error) {
    return { kind: "silent", sent: false, error: error as Error };
  }
}

function askOnce(transport: Transport, call: UpstreamCall, filesIn: string | undefined, timeoutMs: number): Promise<TaskAnswer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const withoutFiles = filesIn === undefined ? undefined : createLifter(filesIn, () => undefined);
    let status = 0, bytes = 0, headers: UpstreamHeaders = {};
    const end = (answer: TaskAnswer): void => {
      clearTimeout(timer);
      resolve(answer);
    };
    const timer = setTimeout(() => {
      control.abort();
      end({ kind: "silent", sent: true, error: new Error(`no answer within ${timeoutMs / 1_000} s`) });
    }, timeoutMs);
    const control = transport.send(call, {
      onHead(code, given) {
        status = code;
        headers = given;
      },
      onData(all) {
        const chunk = withoutFiles?.(all) ?? all;
        bytes += chunk.length;
        if (bytes <= ANSWER_BYTES_MAX) chunks.push(chunk);
      },
      onEnd() {
        const body = Buffer.concat(chunks);
        end({ kind: "answer", status, headers, body, json: parseWire(body.toString("utf8")) });
      },
      onError: (error, phase) => end({ kind: "silent", sent: phase !== "connect", error }),
    });
  });
}

/** The same call as it goes out. @throws RelayError when the channel has no valid address */
export function addressed(vendor: TaskVendor, call: TaskCall, nowMs: number, authorization: Readonly<Record<string, string>>, extra: Readonly<Record<string, string>> = {}): UpstreamCall {
  const { provider, endpoint, baseUrl, secret, connectMs, settings: { proxy } } = vendor;
  const url = endpointUrl(provider, baseUrl, { path: call.path, ...(endpoint.basePath !== undefined && { basePath: endpoint.basePath }) }, placed(vendor));
  const { body, contentType } = bodyOf(call);
  const { "content-type": _json, ...plain } = upstreamHeaders({ stream: false, authorization });
  const headers = { ...plain, ...(contentType !== undefined && { "content-type": contentType }), ...call.headers, ...extra };
  const signature = provider.sign?.(secret, { method: call.method, url, headers, body, atMs: nowMs });
  return { method: call.method, url, headers: signature ? { ...headers, ...signature } : headers, body, connectMs, ...(proxy !== undefined && { proxy }) };
}

const placed = ({ provider, secret, settings, upstreamModel, baseUrl }: TaskVendor): AddressedCall | undefined =>
  (provider.place ? { upstreamModel, stream: false, place: provider.place({ secret, settings, upstreamModel, baseUrl }) } : undefined);

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
