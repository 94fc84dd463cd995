import { describe, expect, test } from "vitest";
import { probeModels } from "#relay/probe-models.ts";
import { providers } from "#relay/providers/index.ts";
import type { Provider } from "#relay/providers/provider.ts";
import type { Transport, UpstreamCall } from "#relay/upstream/transport.ts";

type Answer = Readonly<{ status?: number; body: string }>;

/** A vendor that answers by the address, and what it was asked. */
function vendor(answer: (url: URL) => Answer): { transport: Transport; calls: UpstreamCall[] } {
  const calls: UpstreamCall[] = [];
  const nothing = (): void => undefined;
  return {
    calls,
    transport: {
      send(call, sink) {
        calls.push(call);
        const { status = 200, body } = answer(call.url);
        queueMicrotask(() => {
          sink.onHead(status, {});
          const bytes = Buffer.from(body);
          // in two pieces, as it comes from a network
          sink.onData(bytes.subarray(0, 7));
          sink.onData(bytes.subarray(7));
          sink.onEnd();
        });
        return { pause: nothing, resume: nothing, abort: nothing };
      },
    },
  };
}

const to = (provider: Provider, baseUrl?: string) => ({ provider, connectMs: 1_000, secret: "sk-secret-1234", ...(baseUrl !== undefined && { baseUrl }) });
const compatible = providers.get("openai-compatible")!;
const json = (value: unknown): Answer => ({ body: JSON.stringify(value) });
const list = async (value: unknown) => probeModels(vendor(() => json(value)).transport, to(compatible, "https://a.example/v1"));

describe("the list of a vendor", () => {
  test.each([
    ["of OpenAI", { object: "list", data: [{ id: "b" }, { id: "a" }, { id: "a" }] }],
    ["of Google", { models: [{ name: "models/b" }, { name: "models/a" }] }],
    ["of Ollama", { models: [{ name: "a", model: "a" }, { name: "b", model: "b" }] }],
    ["as a bare array", ["b", { id: "a" }, null, 7, { id: "" }, { id: "x".repeat(201) }]],
  ])("%s is read, sorted and without doubles", async (_, value) => {
    expect((await list(value)).names).toEqual(["a", "b"]);
  });

  test("lies beside the operations, and is asked for with the channel's key", async () => {
    for (const [base, expected] of [["https://a.example", "https://a.example/v1/models"], ["https://a.example/v1", "https://a.example/v1/models"], ["https://a.example/v1/chat/completions", "https://a.example/v1/models"], ["https://a.example/x/v4/", "https://a.example/x/v4/models"]] as const) {
      const { transport, calls } = vendor(() => json({ data: [] }));
      await probeModels(transport, to(compatible, base));
      expect([calls[0]!.method, calls[0]!.url.href, calls[0]!.headers["authorization"]]).toEqual(["GET", expected, "Bearer sk-secret-1234"]);
    }
  });

  test("is found for vendors that speak another format only", async () => {
    const path = (dialectPath: string): Provider => ({ ...compatible, baseUrl: "https://v.example/v1beta", paths: { chat: { ...compatible.paths.chat!, path: dialectPath } } });
    for (const [operation, expected] of [["/messages", "/v1beta/models"], ["/responses", "/v1beta/models"], ["/models/{model}:generateContent", "/v1beta/models"]] as const) {
      const { transport, calls } = vendor(() => json({ data: [] }));
      await probeModels(transport, to(path(operation)));
      expect(calls[0]!.url.pathname).toBe(expected);
    }
  });
});

describe("a list of several pages", () => {
  const paged = (parameter: string, page: (from: string | null) => unknown) => vendor((url) => json(page(url.searchParams.get(parameter))));

  test.each([
    ["after_id", (from: string | null) => (from === null ? { data: [{ id: "a" }], has_more: true, last_id: "a" } : { data: [{ id: "b" }], has_more: false, last_id: "b" })],
    ["pageToken", (from: string | null) => (from === null ? { models: [{ name: "models/a" }], nextPageToken: "2" } : { models: [{ name: "models/b" }] })],
  ])("by %s is read to its end", async (parameter, page) => {
    const { transport, calls } = paged(parameter, page);
    expect([(await probeModels(transport, to(compatible, "https://a.example/v1"))).names, calls.length]).toEqual([["a", "b"], 2]);
  });

  test("that never ends is left when it brings nothing new", async () => {
    const { transport, calls } = paged("after_id", () => ({ data: [{ id: "a" }], has_more: true, last_id: "a" }));
    expect([(await probeModels(transport, to(compatible, "https://a.example/v1"))).names, calls.length]).toEqual([["a"], 2]);
  });

  test("of which one fails is no list: what is missing would look as if it were gone", async () => {
    const { transport } = vendor((url) => (url.searchParams.has("after_id") ? { status: 500, body: '{"error":{"message":"sk-secret-1234 broke"}}' } : json({ data: [{ id: "a" }], has_more: true, last_id: "a" })));
    const listed = await probeModels(transport, to(compatible, "https://a.example/v1"));
    expect([listed.status, listed.names, listed.error]).toEqual([500, undefined, "…1234 broke"]);
  });
});

test.each([["<html>welcome</html>"], ['{"data":"none"}'], ["null"], ['{"data":[']])("%s is no list, not an empty one", async (body) => {
  const listed = await probeModels(vendor(() => ({ body })).transport, to(compatible, "https://a.example/v1"));
  expect([listed.names, listed.error]).toEqual([undefined, "The answer is no list of models."]);
});
