import { ai302 } from "#relay/providers/302ai/index.ts";
import { ai360 } from "#relay/providers/360ai/index.ts";
import { ai21 } from "#relay/providers/ai21/index.ts";
import { anthropic } from "#relay/providers/anthropic/index.ts";
import { azure } from "#relay/providers/azure/index.ts";
import { azureSpeech } from "#relay/providers/azure-speech/index.ts";
import { baichuan } from "#relay/providers/baichuan/index.ts";
import { baiduQianfan } from "#relay/providers/baidu-qianfan/index.ts";
import { baiduV1 } from "#relay/providers/baidu-qianfan/baidu-v1.ts";
import { baseten } from "#relay/providers/baseten/index.ts";
import { bedrock } from "#relay/providers/bedrock/index.ts";
import { blackForestLabs } from "#relay/providers/black-forest-labs/index.ts";
import { cerebras } from "#relay/providers/cerebras/index.ts";
import { cloudflareWorkersAi } from "#relay/providers/cloudflare-workers-ai/index.ts";
import { cohere } from "#relay/providers/cohere/index.ts";
import { cometapi } from "#relay/providers/cometapi/index.ts";
import { coze } from "#relay/providers/coze/index.ts";
import { dashscope } from "#relay/providers/dashscope/index.ts";
import { dashscopeNative } from "#relay/providers/dashscope/dashscope-native.ts";
import { deepgram } from "#relay/providers/deepgram/index.ts";
import { deepinfra } from "#relay/providers/deepinfra/index.ts";
import { deepl } from "#relay/providers/deepl/index.ts";
import { deepseek } from "#relay/providers/deepseek/index.ts";
import { dify } from "#relay/providers/dify/index.ts";
import { dmxapi } from "#relay/providers/dmxapi/index.ts";
import { elevenlabs } from "#relay/providers/elevenlabs/index.ts";
import { fal } from "#relay/providers/fal/index.ts";
import { fastgpt } from "#relay/providers/fastgpt/index.ts";
import { featherless } from "#relay/providers/featherless/index.ts";
import { fireworks } from "#relay/providers/fireworks/index.ts";
import { gemini } from "#relay/providers/gemini/index.ts";
import { githubModels } from "#relay/providers/github-models/index.ts";
import { groq } from "#relay/providers/groq/index.ts";
import { grsai } from "#relay/providers/grsai/index.ts";
import { huggingface } from "#relay/providers/huggingface/index.ts";
import { hyperbolic } from "#relay/providers/hyperbolic/index.ts";
import { ideogram } from "#relay/providers/ideogram/index.ts";
import { inferenceNet } from "#relay/providers/inference-net/index.ts";
import { jimeng } from "#relay/providers/jimeng/index.ts";
import { jina } from "#relay/providers/jina/index.ts";
import { kling } from "#relay/providers/kling/index.ts";
import { lingyiwanwu } from "#relay/providers/lingyiwanwu/index.ts";
import { llamaCpp } from "#relay/providers/llama-cpp/index.ts";
import { lmStudio } from "#relay/providers/lm-studio/index.ts";
import { luma } from "#relay/providers/luma/index.ts";
import { midjourneyProxy } from "#relay/providers/midjourney-proxy/index.ts";
import { minimax } from "#relay/providers/minimax/index.ts";
import { mistral } from "#relay/providers/mistral/index.ts";
import { modelmart } from "#relay/providers/modelmart/index.ts";
import { mokaai } from "#relay/providers/mokaai/index.ts";
import { moonshot } from "#relay/providers/moonshot/index.ts";
import { nebius } from "#relay/providers/nebius/index.ts";
import { newApiInstance } from "#relay/providers/new-api-instance/index.ts";
import { novita } from "#relay/providers/novita/index.ts";
import { nscale } from "#relay/providers/nscale/index.ts";
import { nvidiaNim } from "#relay/providers/nvidia-nim/index.ts";
import { ollama } from "#relay/providers/ollama/index.ts";
import { ollamaNative } from "#relay/providers/ollama-native/index.ts";
import { openai } from "#relay/providers/openai/index.ts";
import { openaiCompatible } from "#relay/providers/openai-compatible/index.ts";
import { openrouter } from "#relay/providers/openrouter/index.ts";
import { ovhcloud } from "#relay/providers/ovhcloud/index.ts";
import { perplexity } from "#relay/providers/perplexity/index.ts";
import { poloapi } from "#relay/providers/poloapi/index.ts";
import { recraft } from "#relay/providers/recraft/index.ts";
import { replicate } from "#relay/providers/replicate/index.ts";
import { runway } from "#relay/providers/runway/index.ts";
import { sambanova } from "#relay/providers/sambanova/index.ts";
import { siliconflow } from "#relay/providers/siliconflow/index.ts";
import { simulator } from "#relay/providers/simulator/index.ts";
import { sora } from "#relay/providers/sora/index.ts";
import { sparkWs } from "#relay/providers/xfyun-spark/spark-ws.ts";
import { stability } from "#relay/providers/stability/index.ts";
import { stepfun } from "#relay/providers/stepfun/index.ts";
import { submodel } from "#relay/providers/submodel/index.ts";
import { suno } from "#relay/providers/suno/index.ts";
import { tencentHunyuan } from "#relay/providers/tencent-hunyuan/index.ts";
import { tencentTc3 } from "#relay/providers/tencent-hunyuan/tencent-tc3.ts";
import { together } from "#relay/providers/together/index.ts";
import { upstage } from "#relay/providers/upstage/index.ts";
import { vercelGateway } from "#relay/providers/vercel-gateway/index.ts";
import { vertex } from "#relay/providers/vertex/index.ts";
import { vidu } from "#relay/providers/vidu/index.ts";
import { vllm } from "#relay/providers/vllm/index.ts";
import { volcengine } from "#relay/providers/volcengine/index.ts";
import { voyage } from "#relay/providers/voyage/index.ts";
import { xai } from "#relay/providers/xai/index.ts";
import { xfyunSpark } from "#relay/providers/xfyun-spark/index.ts";
import { xinference } from "#relay/providers/xinference/index.ts";
import { zhipu } from "#relay/providers/zhipu/index.ts";
import { zhipuV3 } from "#relay/providers/zhipu/zhipu-v3.ts";
import type { Provider } from "#relay/providers/provider.ts";

export { endpointUrl, isAddressedByCall, type AddressedCall } from "#relay/providers/kit/endpoint-url.ts";
export { endpointsOf } from "#relay/providers/kit/endpoints.ts";
export { openSimulatedSession } from "#relay/providers/simulator/realtime.ts";
export { createSimulator } from "#relay/providers/simulator/transport.ts";

const ALL: readonly Provider[] = [
  ai302, ai360, ai21, anthropic, azure, azureSpeech, baichuan, baiduQianfan, baseten, bedrock, cerebras, cloudflareWorkersAi, cohere, cometapi,
  dashscope, deepgram, deepinfra, deepseek, dmxapi, elevenlabs, fastgpt, featherless, fireworks, gemini, githubModels, groq, huggingface,
  hyperbolic, inferenceNet, jina, lingyiwanwu, llamaCpp, lmStudio, minimax, mistral, modelmart, mokaai, moonshot,
  nebius, newApiInstance, novita, nscale, nvidiaNim, ollama, ollamaNative, openai, openaiCompatible, openrouter, ovhcloud,
  perplexity, poloapi, recraft, sambanova, siliconflow, simulator, stability, stepfun, submodel, tencentHunyuan, together, upstage,
  vercelGateway, vertex, vllm, volcengine, voyage, xai, xfyunSpark, xinference, zhipu,
  blackForestLabs, fal, grsai, replicate, jimeng, kling, luma, midjourneyProxy, runway, sora, suno, vidu,
  baiduV1, coze, dashscopeNative, deepl, dify, ideogram, sparkWs, tencentTc3, zhipuV3,
];

/** Other names of the same providers: those of the vendor table and of older store files. */
const ALIASES: Readonly<Record<string, string>> = {
  claude: "anthropic",
  "azure-openai": "azure", "aws-bedrock": "bedrock", aws: "bedrock", "google-vertex": "vertex", "google-gemini": "gemini", google: "gemini", "openai-compatible-host": "openai-compatible",
  custom: "openai-compatible", "new-api": "new-api-instance", "one-api": "new-api-instance", qwen: "dashscope", alibaba: "dashscope",
  kimi: "moonshot", glm: "zhipu", zai: "zhipu", "x-ai": "xai", "llama.cpp": "llama-cpp", lmstudio: "lm-studio", "together-ai": "together",
  "fireworks-ai": "fireworks", doubao: "volcengine", ark: "volcengine",
};

/** Every provider by its id and by its other names. */
export const providers: ReadonlyMap<string, Provider> = new Map([
  ...ALL.map((provider) => [provider.id, provider] as const),
  ...Object.entries(ALIASES).flatMap(([alias, id]) => ALL.filter((provider) => provider.id === id).map((provider) => [alias, provider] as const)),
]);
