import { bytesOf, isInMemory } from "#platform/outbound/body-part.ts";
import { formData } from "#relay/conversion/calls/form-data.ts";
import { badReply, replyOf } from "#relay/conversion/calls/vendor-reply.ts";
import { UPLOADS, type Upload } from "#relay/dialects/plain-kit/uploads.ts";
import type { Wire } from "#relay/dialects/stream-kit/wire.ts";
import { scripted, type Script } from "#relay/upstream/scripted.ts";
import type { Transport, UpstreamCall, UpstreamControl, UpstreamHeaders, UpstreamSink } from "#relay/upstream/transport.ts";

/** Where a vendor takes files, and what it says of one that it has taken. */
export type UploadRule = Readonly<{
  path(pathname: string): string;
  /** Further fields of the form. */
  fields?: Readonly<Record<string, string>>;
  /** The number that it has been given. */
  idOf(reply: Wire): unknown;
}>;

const MARK = Buffer.from(`"${UPLOADS}"`);
const ID = /^[\w-]{1,200}$/;

/** Calls whose files are uploaded first. One that is refused is told as if the call itself had been. */
export const uploading = (transport: Transport, rule: UploadRule): Transport => ({
  send: (call, sink) => (call.body.some((part) => isInMemory(part) && part.includes(MARK)) ? new UploadingCall(transport, rule, call, sink) : transport.send(call, sink)),
});

class UploadingCall implements UpstreamControl, UpstreamSink {
  readonly #transport: Transport;
  readonly #call: UpstreamCall;
  readonly #sink: UpstreamSink;
  #control: UpstreamControl;
  #body: Buffer[] = [];
  #status = 0;
  #headers: UpstreamHeaders = {};
  #paused = false;

  constructor(transport: Transport, rule: UploadRule, call: UpstreamCall, sink: UpstreamSink) {
    this.#transport = transport;
    this.#call = call;
    this.#sink = sink;
    this.#control = scripted(transport, uploads(rule)).send(call, this);
  }

  pause(): void {
    this.#paused = true;
    this.#control.pause();
  }
  resume(): void {
    this.#paused = false;
    this.#control.resume();
  }
  abort(): void {
    this.#control.abort();
  }

  onHead(status: number, headers: UpstreamHeaders): void {
    this.#status = status;
    this.#headers = headers;
  }
  onData(chunk: Buffer): void {
    this.#body.push(chunk);
  }
  onError(error: Error & { code?: string }, phase: "connect" | "head" | "body"): void {
    if (phase === "body") this.#sink.onHead(this.#status || 200, this.#headers);
    this.#sink.onError(error, phase);
  }

  /** The uploads are done: what came of them is the body of the call itself. */
  onEnd(): void {
    if (this.#status < 300) {
      this.#control = this.#transport.send({ ...this.#call, body: this.#body }, this.#sink);
      if (this.#paused) this.#control.pause();
      return;
    }
    this.#sink.onHead(this.#status, this.#headers);
    for (const chunk of this.#body) this.#sink.onData(chunk);
    this.#sink.onEnd();
  }
}

const uploads = (rule: UploadRule): Script => async (send, call) => {
  const { [UPLOADS]: files, ...body } = JSON.parse(Buffer.concat(await Promise.all(call.body.map((part) => bytesOf(part)))).toString("utf8")) as Readonly<Record<string, unknown>>;
  let text = JSON.stringify(body);
  for (const { stands, name, mime, data } of files as readonly Upload[]) {
    const url = new URL(call.url);
    url.pathname = rule.path(url.pathname);
    const fields = Object.entries(rule.fields ?? {}).map(([field, value]) => ({ name: field, value }));
    const form = formData([...fields, { name: "file", value: Buffer.from(data, "base64"), fileName: name, type: mime }]);
    const id = rule.idOf(replyOf(await send({ url, headers: { "content-type": form.contentType, accept: "application/json" }, body: form.body })));
    if (typeof id !== "string" || !ID.test(id)) throw badReply("The upstream gave the file no number.");
    text = text.replaceAll(stands, id);
  }
  return Buffer.from(text);
};
