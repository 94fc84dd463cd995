import type { RelayState, RequestContext } from "#relay/context.ts";
import { RelayError } from "#relay/errors.ts";
import { relayHeaders } from "#relay/http/headers.ts";
import { createFileInJson } from "#relay/tasks/lift-member.ts";
import type { Transport, UpstreamCall, UpstreamControl, UpstreamHeaders } from "#relay/upstream/transport.ts";

const HEAD_MS = 60_000;
const IDLE_MS = 60_000;
const REDIRECTS_MAX = 3;
const PASSED = ["content-type", "content-length", "content-range", "accept-ranges", "last-modified", "etag"] as const;

/** A file that stands as base64 in JSON, below this name: which of them. */
export type FileInside = Readonly<{ member: string; index: number }>;

/**
 * Lets a vendor's file pass to the client, ranges included; redirects are followed without the key.
 * @param inside the answer is no file but holds it
 * @throws RelayError before anything has been sent
 */
export async function streamFile(state: RelayState, context: RequestContext, transport: Transport, call: UpstreamCall, inside?: FileInside): Promise<void> {
  let next = call;
  for (let hops = 0; hops <= REDIRECTS_MAX; hops++) {
    const location = await pass(state, context, transport, next, inside);
    if (location === undefined) return;
    const url = URL.parse(location, next.url);
    if (!url) break;
    const { range, "accept-encoding": encoding = "identity" } = next.headers;
    const own = url.host === next.url.host ? next.headers : { "accept-encoding": encoding, ...(range !== undefined && { range }) };
    next = { ...next, url, headers: own };
  }
  throw new RelayError("bad_upstream_response", "The file could not be fetched.");
}

/** @returns where it has moved to */
function pass(state: RelayState, context: RequestContext, transport: Transport, call: UpstreamCall, inside: FileInside | undefined): Promise<string | undefined> {
  const { reply } = context;
  return new Promise((resolve, reject) => {
    const takeOut = inside && createFileInJson(inside.member, inside.index);
    let begun = false;
    let moved: string | undefined;
    const gone = new RelayError("not_found", "The file is no longer there. Vendors keep what they make for a short time only.");
    const failed = (cause: unknown): RelayError => new RelayError("bad_upstream_response", "The file could not be fetched.", { cause });
    const stop = (error: RelayError): void => {
      timer.cancel();
      control.abort();
      if (begun) {
        reply.destroy();
        resolve(undefined);
      } else reject(error);
    };
    let timer = state.wheel.arm(HEAD_MS, () => stop(new RelayError("upstream_timeout", "The file did not come in time.")));
    const alive = (): void => {
      timer.cancel();
      timer = state.wheel.arm(IDLE_MS, () => stop(failed("silent")));
    };
    const begin = (status: number, headers: Record<string, string | undefined>): void => {
      begun = true;
      context.status = status;
      reply.head(status, { ...relayHeaders({ manner: context.form.manner, requestId: context.idText, close: context.closing }), ...headers });
      reply.onDrain(() => {
        alive();
        control.resume();
      });
    };
    const control: UpstreamControl = transport.send(call, {
      onHead(status, headers) {
        if (status >= 300 && status < 400 && headers.location !== undefined) {
          moved = String(headers.location);
          return;
        }
        if (status !== 200 && status !== 206) {
          stop(status === 404 || status === 403 || status === 410 ? gone : failed(status));
          return;
        }
        alive();
        if (!takeOut) begin(status, passed(headers));
        const leave = (): void => stop(failed("left"));
        context.onLeft = context.cutShort = leave;
      },
      onData(all) {
        if (!begun && !takeOut) return;
        alive();
        const chunk = takeOut ? takeOut(all) : all;
        if (chunk.length === 0) return;
        if (!begun) begin(200, FILM);
        if (reply.write(chunk)) return;
        timer.cancel();
        control.pause();
      },
      onEnd() {
        timer.cancel();
        context.onLeft = context.cutShort = undefined;
        if (begun) reply.end();
        if (takeOut && !begun && moved === undefined) reject(gone);
        else resolve(moved);
      },
      onError: (error) => stop(failed(error)),
    });
  });
}

/** Pictures, sound and films; whatever else it is must not run in a browser as if it were this shop's. */
const HARMLESS = /^(?:video|audio)\/[\w.+-]+$|^image\/(?!svg)[\w.+-]+$/i;

const SAFE = { "content-security-policy": "default-src 'none'; sandbox" };
/** What is taken out of an answer comes without a head of its own. */
const FILM = { "content-type": "video/mp4", ...SAFE };

function passed(headers: UpstreamHeaders): Record<string, string | undefined> {
  const own: Record<string, string | undefined> = Object.fromEntries(PASSED.map((name) => [name, headers[name] === undefined ? undefined : String(headers[name])]));
  const type = own["content-type"]?.split(";")[0]!.trim() ?? "";
  return {
    ...own, "content-type": HARMLESS.test(type) ? type : "application/octet-stream", ...SAFE,
    // Decoded on the way, it is longer than it was.
    ...(headers["content-encoding"] !== undefined && { "content-length": undefined }),
  };
}
