import { endpointUrl, isAddressedByCall } from "#relay/providers/index.ts";
import type { AddressedCall } from "#relay/providers/index.ts";
import type { Provider, ProviderEndpoint } from "#relay/providers/provider.ts";
import type { Channel } from "#snapshot/snapshot.ts";

export type Addresses = (channel: Channel, provider: Provider, endpoint: ProviderEndpoint, call: AddressedCall & Readonly<{ secret: string }>) => URL;

/**
 * Remembers the addresses of a snapshot's channels: taking a URL apart costs more than choosing the channel. They go
 * with the snapshot that they belong to. Those that name the model are made anew each time.
 */
export function createAddresses(): Addresses {
  const known = new WeakMap<Channel, Map<ProviderEndpoint, URL>>();
  return (channel, provider, endpoint, call) => {
    if (isAddressedByCall(endpoint)) {
      const place = provider.place?.({ secret: call.secret, settings: channel.settings, upstreamModel: call.upstreamModel, baseUrl: channel.baseUrl });
      return endpointUrl(provider, channel.baseUrl, endpoint, place ? { ...call, place } : call);
    }
    let urls = known.get(channel);
    if (!urls) known.set(channel, (urls = new Map()));
    let url = urls.get(endpoint);
    if (!url) urls.set(endpoint, (url = endpointUrl(provider, channel.baseUrl, endpoint)));
    return url;
  };
}
