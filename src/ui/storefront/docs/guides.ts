import type { ApiFormat } from "#ui/storefront/formats.ts";

export type GuideKind = "start" | "use" | "money" | "reference" | "sdk" | "tool";

/** A page of the documentation. Its words stand in the message file `docs-<file>.json` under its slug. */
export type Guide = Readonly<{
  slug: string;
  kind: GuideKind;
  file: "start" | "use" | "media" | "money" | "sdk" | "tools" | "apps";
  /** The client's own name; pages without one are called by their title. */
  name?: string;
  /** What it calls itself in Chinese, where that is another name. */
  nameZh?: string;
  /** Any of these formats must be answered by the shop, or the guide would send people to an address that refuses. */
  needs?: readonly ApiFormat[];
}>;

const CHAT: readonly ApiFormat[] = ["chat"];

export const GUIDES: readonly Guide[] = [
  { slug: "quickstart", kind: "start", file: "start" },
  { slug: "authentication", kind: "start", file: "start" },
  { slug: "models", kind: "start", file: "start" },
  { slug: "streaming", kind: "use", file: "use", needs: CHAT },
  { slug: "tools", kind: "use", file: "use", needs: CHAT },
  { slug: "embeddings", kind: "use", file: "use", needs: ["embeddings"] },
  { slug: "images", kind: "use", file: "media", needs: ["images"] },
  { slug: "audio", kind: "use", file: "media", needs: ["audio"] },
  { slug: "rerank", kind: "use", file: "media", needs: ["rerank"] },
  { slug: "moderations", kind: "use", file: "media", needs: ["moderations"] },
  { slug: "errors", kind: "use", file: "use" },
  { slug: "parameters", kind: "use", file: "use" },
  { slug: "limits", kind: "use", file: "use" },
  { slug: "billing", kind: "money", file: "money" },
  { slug: "receipts", kind: "money", file: "money" },
  { slug: "top-up", kind: "money", file: "money" },
  { slug: "openai-sdk", kind: "sdk", file: "sdk", name: "OpenAI SDK", needs: ["chat", "embeddings"] },
  { slug: "anthropic-sdk", kind: "sdk", file: "sdk", name: "Anthropic SDK", needs: ["messages"] },
  { slug: "google-sdk", kind: "sdk", file: "sdk", name: "Google GenAI SDK", needs: ["gemini"] },
  { slug: "langchain", kind: "sdk", file: "sdk", name: "LangChain", needs: CHAT },
  { slug: "llamaindex", kind: "sdk", file: "sdk", name: "LlamaIndex", needs: CHAT },
  { slug: "vercel-ai-sdk", kind: "sdk", file: "sdk", name: "Vercel AI SDK", needs: CHAT },
  { slug: "litellm", kind: "sdk", file: "sdk", name: "LiteLLM", needs: CHAT },
  { slug: "claude-code", kind: "tool", file: "tools", name: "Claude Code", needs: ["messages"] },
  { slug: "codex-cli", kind: "tool", file: "tools", name: "Codex CLI", needs: ["responses"] },
  { slug: "gemini-cli", kind: "tool", file: "tools", name: "Gemini CLI", needs: ["gemini"] },
  { slug: "cc-switch", kind: "tool", file: "tools", name: "CC Switch", needs: ["messages", "responses", "gemini"] },
  { slug: "cursor", kind: "tool", file: "tools", name: "Cursor", needs: CHAT },
  { slug: "cline", kind: "tool", file: "tools", name: "Cline", needs: CHAT },
  { slug: "roo-code", kind: "tool", file: "tools", name: "Roo Code", needs: CHAT },
  { slug: "continue", kind: "tool", file: "tools", name: "Continue", needs: CHAT },
  { slug: "zed", kind: "tool", file: "tools", name: "Zed", needs: CHAT },
  { slug: "opencode", kind: "tool", file: "tools", name: "OpenCode", needs: CHAT },
  { slug: "cherry-studio", kind: "tool", file: "apps", name: "Cherry Studio", needs: CHAT },
  { slug: "chatbox", kind: "tool", file: "apps", name: "Chatbox", needs: CHAT },
  { slug: "open-webui", kind: "tool", file: "apps", name: "Open WebUI", needs: CHAT },
  { slug: "lobechat", kind: "tool", file: "apps", name: "LobeChat", needs: CHAT },
  { slug: "nextchat", kind: "tool", file: "apps", name: "NextChat", needs: CHAT },
  { slug: "librechat", kind: "tool", file: "apps", name: "LibreChat", needs: CHAT },
  { slug: "dify", kind: "tool", file: "apps", name: "Dify", needs: CHAT },
  { slug: "n8n", kind: "tool", file: "apps", name: "n8n", needs: CHAT },
  { slug: "immersive-translate", kind: "tool", file: "apps", name: "Immersive Translate", nameZh: "沉浸式翻译", needs: CHAT },
];

export const KINDS: readonly GuideKind[] = ["start", "use", "money", "sdk", "tool"];

export const works = ({ needs }: Guide, offered: ReadonlySet<ApiFormat>): boolean => needs === undefined || needs.some((format) => offered.has(format));

/** A client's name as its users in this language know it. */
export const clientName = ({ name, nameZh }: Pick<Guide, "nameZh"> & { name: string }, locale: string): string => (locale === "zh" ? nameZh ?? name : name);

/** Guides for clients that work with what this shop answers. */
export const clientGuides = (offered: ReadonlySet<ApiFormat>): readonly (Guide & { name: string })[] =>
  GUIDES.filter((guide): guide is Guide & { name: string } => guide.name !== undefined && works(guide, offered));
