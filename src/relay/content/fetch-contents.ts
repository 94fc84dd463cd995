import { ContentRefused } from "#platform/outbound/fetch-content.ts";
import type { Content } from "#platform/outbound/fetch-content.ts";
import { RelayError } from "#relay/errors.ts";
import type { ContentSource } from "#relay/content/content-cache.ts";

const ADDRESSES_MAX = 16;
const BYTES_MAX = 20 * 1024 * 1024;

/** A protocol was tried that must be told content which only its address is known of. */
export class ContentWanted extends Error {
  override readonly name = "ContentWanted";
  readonly addresses: readonly string[];
  constructor(addresses: readonly string[]) {
    super("content must be fetched first");
    this.addresses = [...new Set(addresses)];
  }
}

/** @throws RelayError invalid_value, request_too_large */
export async function fetchContents(source: ContentSource, userId: string, addresses: readonly string[]): Promise<ReadonlyMap<string, Content>> {
  if (addresses.length > ADDRESSES_MAX) throw invalid(`at most ${ADDRESSES_MAX} files can be given by address to this model`);
  const found = await Promise.all(addresses.map(async (address) => [address, await fetchOne(source, userId, address)] as const));
  if (found.reduce((sum, [, { data }]) => sum + data.length, 0) > BYTES_MAX) {
    throw new RelayError("request_too_large", "The files that the request gives by address are larger than 20 MiB together.", { param: "messages" });
  }
  return new Map(found);
}

const fetchOne = (source: ContentSource, userId: string, address: string): Promise<Content> =>
  source(userId, address).catch((cause: unknown) => {
    if (cause instanceof ContentRefused) throw invalid(`'${address.slice(0, 200)}' cannot be fetched: ${cause.message}`, cause);
    throw cause;
  });

const invalid = (why: string, cause?: unknown): RelayError =>
  new RelayError("invalid_value", `The model's provider takes files as data only, and ${why}.`, { param: "messages", cause });
