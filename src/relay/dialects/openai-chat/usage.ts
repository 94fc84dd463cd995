/** The reading of usage is one for all OpenAI-shaped formats; chat is where others look for it. */
export { normaliseUsage, type UsageFlags } from "#relay/dialects/openai-kit/usage.ts";
