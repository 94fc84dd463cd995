import type { Sealer } from "#channels/channel-keys.store.ts";

type Settings = Readonly<Record<string, unknown>>;

/** Ties the sealed password of a channel's proxy to its row, so that it opens nowhere else. */
export const channelProxyAad = (channelId: string): string => `channels|proxy_sealed|${channelId}`;

/** Settings as they may be shown and kept, and the password of their proxy by itself. */
export function withoutProxyPassword<S extends Settings>(settings: S): Readonly<{ settings: S; password?: string }> {
  const url = typeof settings.proxy === "string" ? URL.parse(settings.proxy) : null;
  if (url === null || url.password === "") return { settings };
  const password = decodeURIComponent(url.password);
  url.password = "";
  return { settings: { ...settings, proxy: plainAddress(url) }, password };
}

/** Settings as calls need them. @param sealed the password, where the proxy has one */
export function withProxyPassword<S extends Settings>(settings: S, sealed: Buffer | null, channelId: string, open: Sealer["open"]): S {
  const url = typeof settings.proxy === "string" ? URL.parse(settings.proxy) : null;
  if (url === null || sealed === null) return settings;
  url.password = encodeURIComponent(open(sealed, channelProxyAad(channelId)));
  return { ...settings, proxy: plainAddress(url) };
}

const plainAddress = ({ href }: URL): string => href.replace(/\/$/, "");
