import type { Outbound } from "#platform/outbound/agent.ts";
import type { WireCall } from "#platform/outbound/wire.ts";

const CONNECT_MS = 3_000;
const TIME_MS = 10_000;

/** Tells something to an address that a customer has chosen. @returns the status; @throws OutboundRefused, or why there was no answer */
export type PostHook = (url: URL, headers: Readonly<Record<string, string>>, body: Buffer) => Promise<number>;

/** By the rules for such addresses: https and public alone, no redirects; of the answer the status counts. */
export const createHookPoster = (outbound: Pick<Outbound, "pool">): PostHook => (url, headers, body) =>
  new Promise((resolve, reject) => {
    let call: WireCall | undefined;
    const timer = setTimeout(() => {
      call?.abort();
      reject(new Error(`no answer within ${TIME_MS / 1_000} s`));
    }, TIME_MS);
    const end = (act: () => void): void => {
      clearTimeout(timer);
      act();
    };
    try {
      call = outbound.pool(url, "webhook", CONNECT_MS).dispatch({ method: "POST", target: url.pathname + url.search, headers, body: [body] }, {
        onHead(status) {
          end(() => resolve(status));
          // What it says is nobody's business.
          queueMicrotask(() => call?.abort());
        },
        onData: () => undefined,
        onEnd: () => undefined,
        onError: (error) => end(() => reject(error)),
      });
    } catch (error) {
      end(() => reject(error as Error));
    }
  });
