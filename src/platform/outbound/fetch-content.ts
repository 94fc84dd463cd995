import type { Outbound } from "#platform/outbound/agent.ts";
import { OutboundRefused } from "#platform/outbound/guard.ts";
import type { WireCall } from "#platform/outbound/wire.ts";
import { sniffType } from "#platform/outbound/sniff-type.ts";

export type Content = Readonly<{ type: string; data: Buffer }>;

/** Fetches what a customer's address leads to. @throws ContentRefused, whose message may be shown to him */
export type FetchContent = (address: string) => Promise<Content>;

/** It was not fetched. The message names no address that a name led to, and nothing that an answer said. */
export class ContentRefused extends Error {
  override readonly name = "ContentRefused";
}

const BYTES_MAX = 20 * 1024 * 1024;
const TIME_MS = 10_000;
const CONNECT_MS = 5_000;
const REDIRECTS_MAX = 3;
const ADDRESS_CHARS_MAX = 4_096;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const HEADERS = { accept: "image/*, audio/*, application/pdf", "accept-encoding": "identity", "user-agent": "Modelmart-Fetch" } as const;

type Answer = Readonly<{ location: string } | { content: Content }>;

/**
 * Every step of the way, redirects included, is judged anew: the address, all that its name leads to, and the far end of
 * the connection itself. Nothing of the request's own goes along, and what comes is known by its bytes alone.
 */
export function createContentFetcher(outbound: Pick<Outbound, "pool">, timeMs = TIME_MS): FetchContent {
  return async (address) => {
    const late = Promise.withResolvers<never>();
    let running: WireCall | undefined;
    const timer = setTimeout(() => {
      running?.abort();
      late.reject(new ContentRefused(`it took longer than ${timeMs / 1_000} s`));
    }, timeMs);
    const follow = async (): Promise<Content> => {
      let url = parse(address);
      for (let hops = 0; hops <= REDIRECTS_MAX; hops++) {
        const answer = await ask(outbound, url, (call) => (running = call));
        if ("content" in answer) return answer.content;
        url = parse(answer.location, url);
      }
      throw new ContentRefused(`it leads on more than ${REDIRECTS_MAX} times`);
    };
    try {
      return await Promise.race([follow(), late.promise]);
    } finally {
      clearTimeout(timer);
    }
  };
}

function parse(address: string, base?: URL): URL {
  const url = address.length <= ADDRESS_CHARS_MAX ? URL.parse(address, base) : null;
  if (!url) throw new ContentRefused("it is no valid address");
  return url;
}

function ask(outbound: Pick<Outbound, "pool">, url: URL, started: (call: WireCall) => void): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let call: WireCall | undefined, bytes = 0, isOver = false;
    const chunks: Buffer[] = [];
    const end = (act: () => void): void => {
      if (isOver) return;
      isOver = true;
      act();
    };
    /** The rest of what comes is of no use. */
    const stop = (act: () => void): void => end(() => {
      act();
      call?.abort();
    });
    const refuse = (why: string): void => stop(() => reject(new ContentRefused(why)));
    try {
      const pool = outbound.pool(url, "content", CONNECT_MS);
      call = pool.dispatch({ method: "GET", target: url.pathname + url.search, headers: HEADERS, body: [] }, {
        onHead(status, { location, "content-length": length, "content-encoding": coding }) {
          if (REDIRECTS.has(status) && typeof location === "string") stop(() => resolve({ location }));
          else if (status !== 200) refuse("it did not answer with a file");
          else if (Number(length ?? 0) > BYTES_MAX) refuse("the file is larger than 20 MiB");
          else if (coding !== undefined && coding !== "identity") refuse("the file came in an encoding that was not asked for");
        },
        onData(chunk) {
          if (isOver) return;
          chunks.push(chunk);
          bytes += chunk.length;
          if (bytes > BYTES_MAX) refuse("the file is larger than 20 MiB");
        },
        onEnd: () => end(() => {
          const data = Buffer.concat(chunks, bytes), type = sniffType(data);
          if (type === undefined) reject(new ContentRefused("it is no picture, sound or PDF"));
          else resolve({ content: { type, data } });
        }),
        onError: (error) => end(() => reject(told(error))),
      });
      started(call);
    } catch (error) {
      end(() => reject(told(error as Error)));
    }
  });
}

/** Whether a name is unknown, closed or inside is nobody's business who cannot see it himself. */
const told = (error: Error): ContentRefused => new ContentRefused(error instanceof OutboundRefused ? "the address is not allowed" : "it could not be reached", { cause: error });
