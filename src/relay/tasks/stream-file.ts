import type { RelayState, RequestContext } from "#relay/context.ts";
import { RelayError } from "#relay/errors.ts";
import { relayHeaders } from "#relay/http/headers.ts";
import type { Transport, UpstreamCall, UpstreamControl, UpstreamHeaders } from "#relay/upstream/transport.ts";

const HEAD_MS = 60_000;
const IDLE_MS = 60_000;
const REDIRECTS_MAX = 3;
const PASSED = ["content-type", "content-length", "content-range", "accept-ranges", "last-modified", "etag"] as const;

/**
 * Lets a vendor's file pass to the client, ranges included; redirects are followed without the key.
 * @throws RelayError before anything has been sent
 */
export async function streamFile(state: RelayState, context: RequestContext, transport: Transport, call: UpstreamCall): Promise<void> {
  let next = call;
  for (let hops = 0; hops <= REDIRECTS_MAX; hops++) {
    const location = await pass(state, context, transport, next);
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
function pass(state: RelayState, context: RequestContext, transport: Transport, call: UpstreamCall): Promise<string | undefined> {
  const { reply } = context;
  return new Promise((resolve, reject) => {
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
        begun = true;
        alive();
        context.status = status;
        reply.head(status, { ...relayHeaders({ manner: context.form.manner, requestId: context.idText, close: context.closing }), ...passed(headers) });
        reply.onDrain(() => {
          alive();
          control.resume();
        });
        const leave = (): void => stop(failed("left"));
        context.onLeft = context.cutShort = leave;
      },
      onData(chunk) {
        if (!begun) return;
        alive();
        if (reply.write(chunk)) return;
        timer.cancel();
        control.pause();
      },
      onEnd() {
        timer.cancel();
        context.onLeft = context.cutShort = undefined;
        if (begun) reply.end();
        resolve(moved);
      },
      onError: (error) => stop(failed(error)),
    });
  });
}

/** Pictures, sound and films; whatever else it is must not run in a browser as if it were this shop's. */
const HARMLESS = /^(?:video|audio)\/[\w.+-]+$|^image\/(?!svg)[\w.+-]+$/i;

function passed(headers: UpstreamHeaders): Record<string, string | undefined> {
  const own: Record<string, string | undefined> = Object.fromEntries(PASSED.map((name) => [name, headers[name] === undefined ? undefined : String(headers[name])]));
  const type = own["content-type"]?.split(";")[0]!.trim() ?? "";
  return {
    ...own, "content-type": HARMLESS.test(type) ? type : "application/octet-stream", "content-security-policy": "default-src 'none'; sandbox",
    // Decoded on the way, it is longer than it was.
    ...(headers["content-encoding"] !== undefined && { "content-length": undefined }),
  };
}
