import type { GuideContext } from "#ui/storefront/docs/blocks.ts";

/** What a client is opened with. `key` is a placeholder but for the moment in which a new key is on the screen. */
export type LinkValues = Readonly<{ base: string; shop: string; model: string; key: string }>;

/** Goes where the key belongs: the reader puts his own in. */
export const KEY_PLACEHOLDER = "YOUR_API_KEY";

/** Standard base64 of UTF-8 text, which runs in browser and server alike. */
function base64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(""));
}

/** A short name for identifiers: "Corner Shop" -> corner-shop. */
export const shopSlug = (shop: string): string => shop.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "") || "shop";

/** The client reads standard base64, percent-encoded: with base64url it would turn `_` into `+` and `-` into `/`. */
export function cherryStudioLink({ base, shop, key }: LinkValues): string {
  const data = base64(JSON.stringify({ id: shopSlug(shop), name: shop, type: "openai", baseUrl: base, apiKey: key }));
  return `cherrystudio://providers/api-keys?v=1&data=${encodeURIComponent(data)}`;
}

export function chatboxLink({ base, shop, model, key }: LinkValues): string {
  const config = {
    id: shopSlug(shop), name: shop, type: "openai", urls: { website: base },
    settings: { apiHost: base, apiPath: "/v1/chat/completions", apiKey: key, models: [{ modelId: model }] },
  };
  return `chatbox://provider/import?config=${encodeURIComponent(base64(JSON.stringify(config)))}`;
}

export type CcSwitchApp = "claude" | "codex" | "gemini" | "opencode" | "openclaw";

/** Claude wants the bare address, the OpenAI-shaped ones want `/v1`. */
export function ccSwitchLink(app: CcSwitchApp, { base, shop, model, key }: LinkValues): string {
  const endpoint = app === "claude" || app === "gemini" ? base : `${base}/v1`;
  const parameters = new URLSearchParams({ resource: "provider", app, name: shop, endpoint, apiKey: key, model, homepage: base });
  if (app === "claude") for (const size of ["haikuModel", "sonnetModel", "opusModel"]) parameters.set(size, model);
  return `ccswitch://v1/import?${parameters.toString()}`;
}

/** The link of a guide, with a placeholder for the key. */
export function deepLink(name: string, { base, shop, model }: GuideContext): string {
  const values: LinkValues = { base, shop, model, key: KEY_PLACEHOLDER };
  switch (name) {
    case "cherry-studio": return cherryStudioLink(values);
    case "chatbox": return chatboxLink(values);
    case "cc-switch-codex": return ccSwitchLink("codex", values);
    case "cc-switch-gemini": return ccSwitchLink("gemini", values);
    default: return ccSwitchLink("claude", values);
  }
}
