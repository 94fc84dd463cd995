import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { KEY } from "../integration/relay/shop.ts";

/** How a run of a tool ended, and what it printed. */
export type Run = Readonly<{ code: number | null; output: string }>;
/** A coding tool of the terminal, without its window: does one task in a folder of its own and ends. */
export type CodingTool = Readonly<{ name: string; package: string; prepare(home: string, url: string, model: string): Promise<Readonly<{ args: readonly string[]; env: Readonly<Record<string, string>> }>> }>;

export const TASK = "Run the two steps, then say what they printed.";
/** A tool that has not ended after so long hangs. */
const DEADLINE_MS = 180_000;

async function put(file: string, content: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
}

const claude: CodingTool = {
  name: "claude", package: "@anthropic-ai/claude-code",
  prepare: (home, url, model) => Promise.resolve({
    args: ["-p", TASK, "--model", model, "--allowedTools", "Bash", "--output-format", "json"],
    env: { ANTHROPIC_BASE_URL: url, ANTHROPIC_AUTH_TOKEN: KEY, CLAUDE_CONFIG_DIR: path.join(home, ".claude"), DISABLE_AUTOUPDATER: "1", CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1" },
  }),
};

const codex: CodingTool = {
  name: "codex", package: "@openai/codex",
  async prepare(home, url, model) {
    await put(path.join(home, ".codex/config.toml"), `model = "${model}"\nmodel_provider = "shop"\n\n[model_providers.shop]\nname = "Shop"\nbase_url = "${url}/v1"\nenv_key = "SHOP_KEY"\nwire_api = "responses"\n`);
    return { args: ["exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", TASK], env: { CODEX_HOME: path.join(home, ".codex"), SHOP_KEY: KEY } };
  },
};

const gemini: CodingTool = {
  name: "gemini", package: "@google/gemini-cli",
  async prepare(home, url, model) {
    await put(path.join(home, ".gemini/settings.json"), JSON.stringify({ security: { auth: { selectedType: "gemini-api-key" } }, privacy: { usageStatisticsEnabled: false }, general: { disableAutoUpdate: true, disableUpdateNag: true } }));
    return { args: ["-p", TASK, "--yolo", "-m", model], env: { GEMINI_API_KEY: KEY, GOOGLE_GEMINI_BASE_URL: url, GEMINI_CLI_TRUST_WORKSPACE: "true" } };
  },
};

const opencode: CodingTool = {
  name: "opencode", package: "opencode-ai",
  async prepare(home, url, model) {
    const provider = { shop: { npm: "@ai-sdk/openai-compatible", name: "Shop", options: { baseURL: `${url}/v1`, apiKey: KEY }, models: { [model]: { name: model } } } };
    await put(path.join(home, ".config/opencode/opencode.json"), JSON.stringify({ $schema: "https://opencode.ai/config.json", autoupdate: false, share: "disabled", provider, model: `shop/${model}`, small_model: `shop/${model}`, permission: "allow" }));
    return { args: ["run", "-m", `shop/${model}`, TASK], env: { OPENCODE_DISABLE_AUTOUPDATE: "1", OPENCODE_DISABLE_MODELS_FETCH: "1" } };
  },
};

export const CODING_TOOLS: readonly CodingTool[] = [claude, codex, gemini, opencode];

/** Where a tool's program is, among packages that were installed for this check; undefined = it was not. */
export async function programOf(tool: CodingTool, folder: string): Promise<string | undefined> {
  const root = path.join(folder, "node_modules", tool.package);
  if (!existsSync(root)) return undefined;
  const { bin } = JSON.parse(await readFile(path.join(root, "package.json"), "utf8")) as { bin: string | Record<string, string> };
  return path.join(root, typeof bin === "string" ? bin : (bin[tool.name] ?? Object.values(bin)[0]!));
}

/** Nothing of the one who runs this but where programs are. */
const surroundings = (home: string): NodeJS.ProcessEnv => ({ NODE_ENV: "production", PATH: process.env.PATH, HOME: home, TERM: "dumb", NO_COLOR: "1", CI: "1" });

/** One task in an empty folder, with a home and an environment of the tool's own. */
export async function runTool(tool: CodingTool, program: string, url: string, model: string): Promise<Run> {
  const home = await mkdtemp(path.join(os.tmpdir(), "coding-tool-"));
  try {
    const work = path.join(home, "work");
    await mkdir(work);
    const { args, env } = await tool.prepare(home, url, model);
    return await new Promise((resolve, reject) => {
      const child = spawn(program, args, { cwd: work, stdio: ["ignore", "pipe", "pipe"], env: { ...surroundings(home), ...env } });
      let output = "";
      for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => void (output += text));
      const deadline = setTimeout(() => child.kill("SIGKILL"), DEADLINE_MS);
      child.on("error", reject);
      child.on("close", (code) => {
        clearTimeout(deadline);
        resolve({ code, output });
      });
    });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
