import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** The lock was held by another process for the whole wait. */
export class HostLockTimeout extends Error {
  override readonly name = "HostLockTimeout";
}

/**
 * Runs `work` while no other process of this machine (network namespace) runs it under the same name.
 *
 * The lock is a listening socket in Linux's abstract namespace: the kernel takes it back at the moment its process
 * dies, however it dies, so there is no stale lock file to judge.
 *
 * @param name at most 90 bytes
 * @param timeoutMs how long to wait for the other process
 * @throws HostLockTimeout
 */
export async function withHostLock<T>(name: string, timeoutMs: number, work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  let server = await tryListen(`\0${name}`);
  while (!server) {
    if (performance.now() > deadline) throw new HostLockTimeout(`another process has held "${name}" for ${timeoutMs} ms`);
    await sleep(25);
    server = await tryListen(`\0${name}`);
  }
  const held = server;
  try {
    return await work();
  } finally {
    await new Promise((closed) => held.close(closed));
  }
}

function tryListen(address: string): Promise<net.Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = net.createServer((socket) => socket.destroy());
    server.once("error", (error: NodeJS.ErrnoException) => (error.code === "EADDRINUSE" ? resolve(undefined) : reject(error)));
    server.listen({ path: address, exclusive: true }, () => resolve(server));
  });
}
