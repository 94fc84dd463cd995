import { expect, test } from "vitest";
import { channelProxyAad, withoutProxyPassword, withProxyPassword } from "#channels/channel-proxy.ts";
import { channelSettingsField } from "#channels/channel-settings.ts";
import { readProxy } from "#platform/outbound/agent.ts";

const open = (sealed: Buffer, aad: string): string => {
  expect(aad).toBe(channelProxyAad("c1"));
  return sealed.toString();
};

test.each(["p@ss:word/1", "plain", "100%", "密码"])("the password %s is taken out of the settings and put back into calls", (password) => {
  const settings = { proxy: `http://ann:${encodeURIComponent(password)}@10.0.0.5:3128`, hide_ids: true };
  expect(channelSettingsField.safeParse(settings).success).toBe(true);
  const kept = withoutProxyPassword(settings);
  expect(kept).toEqual({ settings: { proxy: "http://ann@10.0.0.5:3128", hide_ids: true }, password });
  const full = withProxyPassword(kept.settings, Buffer.from(password), "c1", open);
  expect(readProxy(full.proxy)).toEqual({ kind: "http", through: new URL("http://10.0.0.5:3128"), authorization: `Basic ${Buffer.from(`ann:${password}`).toString("base64")}` });

  const socks = { proxy: `socks5h://ann:${encodeURIComponent(password)}@proxy.example.com` };
  expect(channelSettingsField.safeParse(socks).success).toBe(true);
  const bare = withoutProxyPassword(socks);
  expect(bare).toEqual({ settings: { proxy: "socks5h://ann@proxy.example.com" }, password });
  expect(readProxy(withProxyPassword(bare.settings, Buffer.from(password), "c1", open).proxy)).toMatchObject({ through: new URL("http://proxy.example.com:1080"), login: { user: "ann", password } });
});

test("settings without a proxy, or whose proxy wants no password, stay as they are", () => {
  for (const settings of [{}, { proxy: "http://10.0.0.5:3128" }, { proxy: "http://ann@10.0.0.5:3128" }]) {
    expect(withoutProxyPassword(settings).settings).toBe(settings);
    expect(withProxyPassword(settings, null, "c1", open)).toBe(settings);
  }
  expect(readProxy("http://10.0.0.5:3128")).toMatchObject({ authorization: undefined });
  expect(channelSettingsField.safeParse({ proxy: "http://ann:100%@10.0.0.5:3128" }).success).toBe(false);
  for (const proxy of ["socks4://10.0.0.5:1080", "socks5://", "socks5://10.0.0.5:1080/path", "socks5://10.0.0.5?x", "socks5://a b", "socks5://ann:100%@10.0.0.5"]) {
    expect(channelSettingsField.safeParse({ proxy }).success, proxy).toBe(false);
  }
});
