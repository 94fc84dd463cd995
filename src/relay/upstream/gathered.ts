import type { StepReply } from "#relay/upstream/scripted.ts";
import type { Transport, UpstreamCall, UpstreamControl, UpstreamHeaders } from "#relay/upstream/transport.ts";

/** Tokens and other small talk beside the calls themselves. */
const BYTES_MAX = 256 * 1024;

/** One small call and its whole answer. @throws Error when there is none, or not in time */
export const gathered = (transport: Transport, call: UpstreamCall, timeoutMs: number): Promise<StepReply> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let status = 0, bytes = 0, headers: UpstreamHeaders = {};
    let control: UpstreamControl | undefined;
    const fail = (error: Error): void => {
      clearTimeout(timer);
      control?.abort();
      reject(error);
    };
    const timer = setTimeout(() => fail(Object.assign(new Error(`no answer within ${timeoutMs / 1_000} s`), { code: "ETIMEDOUT" })), timeoutMs);
    control = transport.send(call, {
      onHead(code, given) {
        status = code;
        headers = given;
      },
      onData(chunk) {
        bytes += chunk.length;
        if (bytes > BYTES_MAX) fail(new Error("the answer is too large"));
        else chunks.push(chunk);
      },
      onEnd() {
        clearTimeout(timer);
        resolve({ status, headers, body: Buffer.concat(chunks) });
      },
      onError: fail,
    });
  });
