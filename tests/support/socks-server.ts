import net, { type AddressInfo, type Socket } from "node:net";

/** What a SOCKS proxy was asked: by whom, and where to, with the kind of address that it was told. */
export type SocksAsked = Readonly<{ kind: "ipv4" | "name" | "ipv6"; host: string; port: number; login?: string }>;
export type SocksServer = Readonly<{ port: number; asked: SocksAsked[]; close(): Promise<void> }>;
export type SocksOptions = Readonly<{ /** `user:password` that it wants. */ login?: string; /** Its reply to what it is asked. */ reply?: number; /** Where names lead. */ hosts?: Readonly<Record<string, string>> }>;

/** A SOCKS 5 proxy that takes what RFC 1928 and 1929 say and nothing else, and answers a byte at a time. */
export async function startSocks({ login, reply = 0, hosts = {} }: SocksOptions = {}): Promise<SocksServer> {
  const asked: SocksAsked[] = [], sockets = new Set<Socket>();
  const server = net.createServer((socket) => {
    track(socket);
    serve(socket).catch(() => socket.destroy());
  });

  function track(socket: Socket): void {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => socket.destroy());
  }

  async function serve(socket: Socket): Promise<void> {
    const read = reader(socket);
    const say = (...bytes: number[]): void => bytes.forEach((byte) => socket.write(Buffer.from([byte])));
    const [version, count] = await read(2), methods = await read(count!);
    const method = login === undefined ? 0 : 2;
    if (version !== 5 || !methods.includes(method)) return void say(5, 255);
    say(5, method);
    let told: string | undefined;
    if (login !== undefined) {
      const [, length] = await read(2), user = await read(length!), password = await read((await read(1))[0]!);
      told = `${user.toString()}:${password.toString()}`;
      say(1, told === login ? 0 : 1);
      if (told !== login) return void socket.end();
    }
    const [, command, , type] = await read(4);
    const kind = type === 1 ? "ipv4" as const : type === 3 ? "name" as const : "ipv6" as const;
    const address = await read(type === 1 ? 4 : type === 4 ? 16 : (await read(1))[0]!);
    const host = kind === "name" ? address.toString() : kind === "ipv4" ? address.join(".") : address.toString("hex");
    const port = (await read(2)).readUInt16BE();
    asked.push({ kind, host, port, ...(told !== undefined && { login: told }) });
    if (command !== 1 || reply !== 0) return void say(5, reply || 7, 0, 1, 0, 0, 0, 0, 0, 0);
    const far = net.connect(port, hosts[host] ?? host, () => {
      // As it might be told where it goes out from: by a name.
      say(5, 0, 0, 3, 2, 104, 105, 0, 80);
      read.stop();
      far.pipe(socket).pipe(far);
    });
    track(far);
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port, asked,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Reads so many bytes as soon as they are there. */
function reader(socket: Socket): ((length: number) => Promise<Buffer>) & { stop(): void } {
  let kept = Buffer.alloc(0), wake: (() => void) | undefined;
  const take = (chunk: Buffer): void => {
    kept = Buffer.concat([kept, chunk]);
    wake?.();
  };
  socket.on("data", take);
  const read = async (length: number): Promise<Buffer> => {
    while (kept.length < length) await new Promise<void>((resolve) => { wake = resolve; });
    const bytes = kept.subarray(0, length);
    kept = kept.subarray(length);
    return bytes;
  };
  return Object.assign(read, { stop: () => void socket.off("data", take) });
}
