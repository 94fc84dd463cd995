import net, { type AddressInfo } from "node:net";
import { once } from "node:events";
import { expect, test } from "vitest";
import { whyNotListening } from "#cli/start/listen-error.ts";

const failure = async (port: number, host: string): Promise<unknown> => (await once(net.createServer().listen(port, host), "error").catch((error: unknown) => [error]))[0];

test("a port that is taken and an address of elsewhere are told in a sentence, all else as it is", async () => {
  const holder = net.createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  const { port } = holder.address() as AddressInfo;
  expect(whyNotListening(await failure(port, "127.0.0.1"), { host: "127.0.0.1", port })?.message).toBe(
    `Port ${port} of 127.0.0.1 is taken by another process. Stop that one, or set PORT to a free port.`,
  );
  // An address kept for documentation: nobody's.
  expect(whyNotListening(await failure(0, "192.0.2.1"), { host: "192.0.2.1", port: 0 })?.message).toBe("HOST is 192.0.2.1, which is no address of this machine.");
  expect(whyNotListening(new Error("other"), { host: "h", port: 1 })).toBeUndefined();
  holder.close();
});
