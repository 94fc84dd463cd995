import { expect, test } from "vitest";
import { inParallel, scripted, StepRefused } from "#relay/upstream/scripted.ts";
import type { Script } from "#relay/upstream/scripted.ts";
import type { Transport, UpstreamCall, UpstreamControl, UpstreamSink } from "#relay/upstream/transport.ts";

const CALL: UpstreamCall = { method: "POST", url: new URL("https://vendor.example/v1/things"), headers: { authorization: "Bearer secret" }, body: [], connectMs: 1 };

type Sent = Readonly<{ call: UpstreamCall; sink: UpstreamSink; aborted: () => boolean }>;

/** A transport that notes what is sent and answers when told to. */
function transport(): Readonly<{ sent: Sent[]; transport: Transport }> {
  const sent: Sent[] = [];
  return {
    sent,
    transport: {
      send(call, sink) {
        let aborted = false;
        sent.push({ call, sink, aborted: () => aborted });
        return { pause: () => undefined, resume: () => undefined, abort: () => (aborted = true) };
      },
    },
  };
}

function reply({ sink }: Sent, status: number, body: string): void {
  sink.onHead(status, { "content-type": "application/json", "x-request-id": "v1" });
  sink.onData(Buffer.from(body));
  sink.onEnd();
}

/** Plays a script; what its caller hears, as text. */
function play(script: Script, outside?: Transport) {
  const vendor = transport();
  const heard: string[] = [];
  let control: UpstreamControl | undefined;
  const over = new Promise<void>((resolve) => {
    control = scripted(vendor.transport, script, outside).send(CALL, {
      onHead: (status, headers) => heard.push(`head ${status} ${String(headers["content-type"])}`),
      onData: (chunk) => heard.push(`data ${chunk.toString()}`),
      onEnd: () => resolve(void heard.push("end")),
      onError: (error, phase) => resolve(void heard.push(`error ${phase} ${error.code ?? error.message}`)),
    });
  });
  return { vendor, heard, over, abort: () => control!.abort() };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const two: Script = async (send) => Buffer.concat((await inParallel(["a", "b"], 2, (body) => send({ body: [Buffer.from(body)] }))).map(({ body }) => body));

test("steps go as the call goes, and their replies make one answer", async () => {
  const { vendor, heard, over } = play(two);
  await turn();
  expect(vendor.sent.map(({ call }) => [call.url.href, call.headers.authorization, call.body[0]!.toString()])).toEqual([["https://vendor.example/v1/things", "Bearer secret", "a"], ["https://vendor.example/v1/things", "Bearer secret", "b"]]);
  reply(vendor.sent[1]!, 200, "2");
  reply(vendor.sent[0]!, 200, "1");
  await over;
  expect(heard).toEqual(["head 200 application/json", "data 12", "end"]);
});

test("the first step that is refused ends the call with its own words, and hangs up on the others", async () => {
  const { vendor, heard, over } = play(two);
  await turn();
  reply(vendor.sent[1]!, 429, "slow down");
  await over;
  expect(heard).toEqual(["head 429 application/json", "data slow down", "end"]);
  expect(vendor.sent[0]!.aborted()).toBe(true);
});

test("a broken connection is one, with its code", async () => {
  const { vendor, heard, over } = play(two);
  await turn();
  vendor.sent[0]!.sink.onError(Object.assign(new Error("refused"), { code: "ECONNREFUSED" }), "connect");
  await over;
  expect(heard).toEqual(["error connect ECONNREFUSED"]);
});

test("what cannot be read, or is refused in the reading, is told after the vendor has worked", async () => {
  const unreadable = play(() => Promise.reject(new Error("no such thing")));
  await unreadable.over;
  expect(unreadable.heard).toEqual(["head 200 undefined", "error body no such thing"]);
  const refused = play(() => Promise.reject(new StepRefused({ status: 200, headers: {}, body: Buffer.from("{}") })));
  await refused.over;
  expect(refused.heard[0]).toBe("head 300 undefined");
});

test("what a reply names is fetched elsewhere, without the key, and its failure is not the vendor's", async () => {
  const outside = transport();
  const fetching: Script = async (send) => {
    const { body } = await send({ outside: true, method: "GET", url: new URL("https://pictures.example/1.png"), body: [] });
    return { body, contentType: "image/png" };
  };
  const good = play(fetching, outside.transport);
  await turn();
  expect(outside.sent[0]!.call.headers).not.toHaveProperty("authorization");
  reply(outside.sent[0]!, 200, "PNG");
  await good.over;
  expect(good.heard).toEqual(["head 200 image/png", "data PNG", "end"]);

  const gone = play(fetching, outside.transport);
  await turn();
  reply(outside.sent[1]!, 404, "gone");
  await gone.over;
  expect(gone.heard).toEqual([expect.stringMatching(/^error body /)]);
  const nowhere = play(fetching);
  await nowhere.over;
  expect(nowhere.heard.at(-1)).toMatch(/^error body /);
});

test("who hangs up hears nothing more", async () => {
  const { vendor, heard, abort } = play(two);
  await turn();
  abort();
  expect(vendor.sent.every(({ aborted }) => aborted())).toBe(true);
  reply(vendor.sent[0]!, 200, "late");
  await turn();
  expect(heard).toEqual([]);
});

test("no more than so many at once, and none after a failure", async () => {
  let now = 0, most = 0;
  const run = async (item: number): Promise<number> => {
    most = Math.max(most, ++now);
    await turn();
    now--;
    if (item === 3) throw new Error("three");
    return item * 2;
  };
  expect(await inParallel([0, 1, 2, 4, 5], 2, run)).toEqual([0, 2, 4, 8, 10]);
  expect(most).toBe(2);
  const tried: number[] = [];
  await expect(inParallel([3, 1, 2, 4, 5, 6], 2, (item) => (tried.push(item), run(item)))).rejects.toThrow("three");
  await turn();
  expect(tried.length).toBeLessThan(6);
});
