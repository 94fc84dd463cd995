import type { Operation } from "#relay/dialects/dialect.ts";
import { endpointUrl } from "#relay/providers/index.ts";
import type { Provider } from "#relay/providers/provider.ts";
import type { Channel } from "#snapshot/snapshot.ts";

/**
 * Remembers the addresses of a snapshot's channels: taking a URL apart costs more than choosing the channel. They go
 * with the snapshot that they belong to.
 */
export function createAddresses(): (channel: Channel, provider: Provider, operation: Operation) => URL {
  const known = new WeakMap<Channel, Map<Operation, URL>>();
  return (channel, provider, operation) => {
    let urls = known.get(channel);
    if (!urls) known.set(channel, (urls = new Map()));
    let url = urls.get(operation);
    if (!url) urls.set(operation, (url = endpointUrl(provider, channel.baseUrl, operation)));
    return url;
  };
}
