export { ArrayFramer } from "#relay/dialects/gemini/array-framer.ts";
export { geminiClient, geminiUpstream } from "#relay/dialects/gemini/codec.ts";
