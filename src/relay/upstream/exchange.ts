import { performance } from "node:perf_hooks";
import type { Transport, UpstreamCall } from "#relay/upstream/transport.ts";

const TIMEOUT_MS = 60_000;
/** Of an answer no more than this is read: a vendor that sends more is not listened to. */
const ANSWER_BYTES_MAX = 16 * 1024 * 1024;

export type Exchanged = { status: number; bytes: Buffer; contentType?: string; retryAfter?: string; endMs: number; firstMs?: number };

/** One call and its whole answer, or as much of it as is listened to. @throws what the transport reports, or that no answer came in time */
export const exchange = (transport: Transport, call: UpstreamCall, timeoutMs = TIMEOUT_MS): Promise<Exchanged> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let status = 0, bytes = 0, contentType: string | undefined, retryAfter: string | undefined;
    let firstMs: number | undefined;
    const started = performance.now();
    const since = (): number => Math.round(performance.now() - started);
    const timer = setTimeout(() => {
      control.abort();
      reject(new Error(`No answer within ${timeoutMs / 1_000} s.`));
    }, timeoutMs);
    const control = transport.send(call, {
      onHead: (code, head) => {
        status = code;
        contentType = head["content-type"] === undefined ? undefined : String(head["content-type"]);
        retryAfter = head["retry-after"] === undefined ? undefined : String(head["retry-after"]);
      },
      onData: (chunk) => {
        firstMs ??= since();
        bytes += chunk.length;
        if (bytes <= ANSWER_BYTES_MAX) chunks.push(chunk);
      },
      onEnd: () => {
        clearTimeout(timer);
        resolve({ status, bytes: Buffer.concat(chunks), endMs: since(), ...(contentType !== undefined && { contentType }), ...(retryAfter !== undefined && { retryAfter }), ...(firstMs !== undefined && { firstMs }) });
      },
      onError: (error) => {
        clearTimeout(timer);
        reject(error);
      },
    });
  });
