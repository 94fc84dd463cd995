import { spawn } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { freePort, type Shop } from "../support/shop-process.ts";
import { until } from "../support/until.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** So much of what Next printed stands in an error. */
const SAID_CHARS = 4_000;
const bin = path.join(root, "node_modules", ".bin");

export type NextServer = Readonly<{ url: string; output(): string; stop(): Promise<void> }>;

/** Builds the site when it is stale, then serves it by plain `next start` on the data of a shop that runs. */
export async function startNext(shop: Shop): Promise<NextServer> {
  const built = await shop.cli("build");
  if (built.code !== 0) throw new Error(`build ended with ${built.code}:\n${built.stderr}`);
  const port = await freePort();
  const child = spawn(path.join(bin, "node"), [path.join(root, "node_modules", "next", "dist", "bin", "next"), "start", "-p", String(port), "-H", "127.0.0.1"], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: `${bin}:${process.env.PATH}`, HOME: process.env.HOME ?? "/tmp", NODE_ENV: "production",
      MODELMART_DATA: shop.dataDir, ALLOW_PRIVATE_UPSTREAMS: "true", LOG_LEVEL: "warn", LOG_FORMAT: "json",
    },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const url = `http://127.0.0.1:${port}`;
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve();
      child.once("exit", () => resolve());
      child.kill("SIGTERM");
    });
  try {
    await until("next start", async () => {
      if (child.exitCode !== null) throw new Error(output);
      return (await fetch(`${url}/v1/models`)).status === 401;
    }, { timeoutMs: 60_000, everyMs: 200 });
  } catch (error) {
    await stop();
    throw new Error(`next start did not answer:\n${output.slice(0, SAID_CHARS)}`, { cause: error });
  }
  return { url, output: () => output, stop };
}
