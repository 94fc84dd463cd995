import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import net from "node:net";

/** Whether this machine can start a Redis of its own. */
export const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;

export type TestRedis = Readonly<{ url: string; stop(): Promise<void>; start(): Promise<void> }>;

/** A Redis in memory on a port of its own; stopped, it has forgotten everything. */
export async function startRedis(): Promise<TestRedis> {
  const port = await freePort();
  let server: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    server = spawn("redis-server", ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"], { stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    for await (const chunk of server.stdout!) {
      said += String(chunk);
      if (/ready to accept connections/i.test(said)) break;
    }
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    async stop() {
      const gone = once(server!, "exit");
      server!.kill("SIGKILL");
      await gone;
    },
  };
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
