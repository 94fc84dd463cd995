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
  const { through, authorization } = readProxy(full.proxy);
  expect([through.href, authorization]).toEqual(["http://10.0.0.5:3128/", `Basic ${Buffer.from(`ann:${password}`).toString("base64")}`]);
});

test("settings without a proxy, or whose proxy wants no password, stay as they are", () => {
  for (const settings of [{}, { proxy: "http://10.0.0.5:3128" }, { proxy: "http://ann@10.0.0.5:3128" }]) {
    expect(withoutProxyPassword(settings).settings).toBe(settings);
    expect(withProxyPassword(settings, null, "c1", open)).toBe(settings);
  }
  expect(readProxy("http://10.0.0.5:3128").authorization).toBeUndefined();
  expect(channelSettingsField.safeParse({ proxy: "http://ann:100%@10.0.0.5:3128" }).success).toBe(false);
  expect(channelSettingsField.safeParse({ proxy: "socks5://ann:a@10.0.0.5:3128" }).success).toBe(false);
});
