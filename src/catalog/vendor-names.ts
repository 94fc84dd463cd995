/** How companies write themselves; a shop names its vendors by a short word (`openai`) until it says otherwise. */
const NAMES: Readonly<Record<string, string>> = {
  "01-ai": "01.AI", ai21: "AI21", alibaba: "Alibaba", amazon: "Amazon", anthropic: "Anthropic", baai: "BAAI", baichuan: "Baichuan", baidu: "Baidu",
  "black-forest-labs": "Black Forest Labs", bytedance: "ByteDance", cohere: "Cohere", dashscope: "DashScope", deepseek: "DeepSeek", doubao: "Doubao",
  elevenlabs: "ElevenLabs", gemini: "Google", google: "Google", ibm: "IBM", jina: "Jina AI", kimi: "Kimi", kling: "Kling", llama: "Llama", luma: "Luma",
  meta: "Meta", microsoft: "Microsoft", midjourney: "Midjourney", minimax: "MiniMax", mistral: "Mistral", mistralai: "Mistral", moonshot: "Moonshot",
  moonshotai: "Moonshot", nvidia: "NVIDIA", openai: "OpenAI", perplexity: "Perplexity", qwen: "Qwen", recraft: "Recraft", runway: "Runway",
  stability: "Stability AI", stepfun: "StepFun", suno: "Suno", tencent: "Tencent", vidu: "Vidu", voyage: "Voyage AI", xai: "xAI", zai: "Z.ai",
  zhipu: "Zhipu",
};

/** The name that the shop gave, else the company's own way of writing it, else the short word. */
export const vendorName = (slug: string, name: string): string => (name === slug ? NAMES[slug] ?? name : name);
