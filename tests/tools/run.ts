import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { keptInMemory } from "../integration/relay/kept-responses.ts";
import { openShop } from "../integration/relay/shop.ts";
import { startVendor } from "../integration/relay/vendor.ts";
import { channelFor, tells, UPSTREAMS, type Upstream } from "../integration/sdk/words.ts";
import { CODING_TOOLS, programOf, runTool, type CodingTool } from "./coding-tools.ts";
import { DONE, taskAnswer } from "./task-vendor.ts";

/*
 * Coding tools as clients, each against each vendor's protocol: `node tests/tools/run.ts <folder> [tool] [protocol]`,
 * where <folder> is one into which their packages were installed for this check. No part of the suites: the packages are
 * large, and what the tools send is held by tests of its own.
 */

const MODELS: Readonly<Record<Upstream, string>> = {
  chat: "up-model", responses: "gpt-5", messages: "claude-sonnet-4-5", gemini: "gemini-2.5-flash", converse: "claude-sonnet-4-5-by-profile", cohere: "command-a-reasoning", ollama: "qwen3",
};
/** Names under which each tool believes that a model can do what it needs. */
const SOLD = ["gpt-5", "claude-sonnet-4-5", "gemini-2.5-pro", "gemini-2.5-flash", "gemini-2.5-flash-lite", "claude-haiku-4-5-20251001"] as const;
const MODEL_OF: Readonly<Record<string, (typeof SOLD)[number]>> = { claude: "claude-sonnet-4-5", codex: "gpt-5", gemini: "gemini-2.5-pro", opencode: "gpt-5" };

async function check(tool: CodingTool, program: string, upstream: Upstream, records: string): Promise<boolean> {
  const vendor = await startVendor(tells(upstream, ({ body }) => taskAnswer(JSON.stringify(body))));
  const asked: object[] = [];
  const shop = await openShop({
    channels: [channelFor(upstream, vendor.url.slice(0, -"/v1".length))], upstreamModel: MODELS[upstream], aliases: SOLD, responses: keptInMemory(), model: { maxOutputTokens: 64_000, contextTokens: 1_000_000 },
    onRequest: (call) => void asked.push(call),
  });
  const { code, output } = await runTool(tool, program, shop.url, MODEL_OF[tool.name]!);
  const good = code === 0 && output.includes(DONE) && shop.billing.open.size === 0 && asked.length >= 3;
  await writeFile(path.join(records, `${tool.name}-${upstream}.json`), JSON.stringify({ code, output, asked, told: vendor.calls.map(({ path: where, body }) => ({ path: where, body })), log: shop.log.filter((line) => !line.includes('"outcome":"ok"')) }, null, 1));
  process.stdout.write(`${good ? "passed" : "FAILED"} ${tool.name} with ${upstream}: ${asked.length} requests, exit ${code}\n`);
  await shop.close();
  await vendor.close();
  return good;
}

const [folder, onlyTool, onlyUpstream] = process.argv.slice(2);
if (folder === undefined) throw new Error("Usage: node tests/tools/run.ts <folder with node_modules> [tool] [protocol]");
const records = path.resolve(import.meta.dirname, "../.out/tools");
await mkdir(records, { recursive: true });
let failed = 0;
for (const tool of CODING_TOOLS.filter(({ name }) => onlyTool === undefined || name === onlyTool)) {
  const program = await programOf(tool, folder);
  if (program === undefined) process.stdout.write(`skipped ${tool.name}: ${tool.package} is not in ${folder}\n`);
  else for (const upstream of UPSTREAMS.filter((name) => onlyUpstream === undefined || name === onlyUpstream)) if (!(await check(tool, program, upstream, records))) failed++;
}
process.exitCode = failed === 0 ? 0 : 1;
