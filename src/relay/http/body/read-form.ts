import Busboy, { type BusboyFileStream } from "@fastify/busboy";
import type { BodyPart } from "#platform/outbound/body-part.ts";
import type { Spool, SpoolFile } from "#platform/spool.ts";
import { RelayError } from "#relay/errors.ts";
import type { ByteSink } from "#relay/http/body/collector.ts";
import { invalid } from "#relay/http/body/top-values.ts";
import type { Form, FormPart } from "#relay/http/body/form.ts";
import type { Inbound } from "#relay/http/exchange.ts";

export type FormLimits = Readonly<{ bytesMax: number; fileBytesMax: number }>;

/** A prompt may have 32,000 letters of any language. */
const FIELD_BYTES_MAX = 256 * 1024;
const PARTS_MAX = 100;
const HEADER_PAIRS_MAX = 20;
const HEADER_BYTES_MAX = 8 * 1024;
/** A file of up to this size stays in memory. */
const IN_MEMORY_BYTES = 1024 * 1024;

const FIELD_NAME = /^[\w.-]{1,100}(?:\[\w{0,40}\])?$/;
const MEDIA_TYPE = /^[\w.+-]{1,60}\/[\w.+-]{1,100}$/;

export const isForm = (headers: Inbound["headers"]): boolean => /^\s*multipart\/form-data\b/i.test(headers["content-type"] ?? "");

/**
 * Reads a form as it comes, in bounded memory.
 * @throws RelayError invalid_value (no form, cut short, strange names), request_too_large, and as `Inbound.body`
 */
export async function readForm(inbound: Pick<Inbound, "headers" | "body">, limits: FormLimits, spool: Spool): Promise<Form> {
  const reading = new Reading(inbound.headers, limits, spool);
  try {
    await inbound.body(limits.bytesMax, reading);
    return await reading.finish();
  } catch (error) {
    reading.abandon(error as Error);
    throw error;
  }
}

const broken = (cause?: unknown): RelayError => new RelayError("invalid_value", "The request body is not a complete multipart form.", { cause });
const tooLarge = (what: string): RelayError => new RelayError("request_too_large", `${what} is too large.`, { headers: { connection: "close" } });

class Reading implements ByteSink {
  readonly #parser: InstanceType<typeof Busboy>;
  readonly #spool: Spool;
  readonly #parts: (FormPart | Promise<FormPart>)[] = [];
  readonly #files: SpoolFile[] = [];
  readonly #streams: BusboyFileStream[] = [];
  readonly #finished: Promise<void>;
  #failed: RelayError | undefined;
  #drained: (() => void) | undefined;
  readonly #over: (error?: Error) => void;

  constructor(headers: Inbound["headers"], limits: FormLimits, spool: Spool) {
    this.#spool = spool;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const over = (error?: Error): void => (error ? reject(error) : resolve());
    this.#finished = promise;
    this.#over = over;
    this.#finished.catch(() => undefined); // told by `finish`, if anybody still asks
    try {
      this.#parser = new Busboy({
        headers: { ...headers, "content-type": headers["content-type"] ?? "" },
        limits: { fieldSize: FIELD_BYTES_MAX, fileSize: limits.fileBytesMax, parts: PARTS_MAX, headerPairs: HEADER_PAIRS_MAX, headerSize: HEADER_BYTES_MAX },
      });
    } catch (cause) {
      throw broken(cause);
    }
    this.#parser.on("field", (name, value, nameCut, valueCut) => this.#field(name, value, nameCut || valueCut));
    this.#parser.on("file", (name, stream, fileName, _encoding, type) => this.#file(name, stream, fileName, type));
    this.#parser.on("partsLimit", () => this.#fail(tooLarge("The form")));
    this.#parser.on("error", (cause) => this.#fail(broken(cause)));
    this.#parser.on("finish", () => this.#over());
    this.#parser.on("drain", () => this.#drained?.());
  }

  write(chunk: Buffer): boolean {
    return this.#failed !== undefined || this.#parser.write(chunk);
  }

  onDrain(listener: () => void): void {
    this.#drained = listener;
  }

  async finish(): Promise<Form> {
    if (this.#failed) throw this.#failed;
    this.#parser.end();
    await this.#finished;
    const parts = await Promise.all(this.#parts);
    return { parts, close: () => this.#close() };
  }

  /** The body did not come whole. */
  abandon(error: Error): void {
    for (const stream of this.#streams) stream.destroy(error);
    this.#over(error);
    // What is being written must be written before its file can go.
    void Promise.allSettled(this.#parts).then(() => this.#close());
  }

  #close(): void {
    for (const file of this.#files) file.close().catch(() => undefined);
  }

  #fail(error: RelayError): void {
    if (this.#failed) return;
    this.#failed = error;
    for (const stream of this.#streams) stream.destroy(error);
    this.#over(error);
    this.#drained?.();
  }

  #field(name: string, value: string, cut: boolean): void {
    if (cut) this.#fail(tooLarge(`The field '${String(name).slice(0, 40)}'`));
    else if (!isName(name)) this.#fail(invalid("form", "fields with plain names"));
    else this.#parts.push({ name, value });
  }

  #file(name: string, stream: BusboyFileStream, fileName: string | undefined, type: string): void {
    this.#streams.push(stream);
    stream.on("error", () => undefined); // whoever reads it hears of it
    stream.on("limit", () => this.#fail(tooLarge("A file of the form")));
    if (this.#failed) stream.destroy();
    else if (!isName(name)) this.#fail(invalid("form", "fields with plain names"));
    else {
      const part = this.#receive(stream).then((body): FormPart => ({ name, fileName: cleanName(fileName), type: MEDIA_TYPE.test(type) ? type : "application/octet-stream", body }));
      part.catch((error: Error) => this.#fail(error instanceof RelayError ? error : broken(error)));
      this.#parts.push(part);
    }
  }

  async #receive(stream: BusboyFileStream): Promise<BodyPart> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let file: SpoolFile | undefined;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (file) await file.append(chunk);
      else {
        chunks.push(chunk);
        if (bytes > IN_MEMORY_BYTES) {
          file = await this.#spool.open();
          this.#files.push(file);
          await file.append(Buffer.concat(chunks.splice(0)));
        }
      }
    }
    return file ?? Buffer.concat(chunks);
  }
}

const isName = (name: unknown): boolean => typeof name === "string" && FIELD_NAME.test(name);

/** Vendors tell the kind of a file by the end of its name: that much is kept. */
function cleanName(given: string | undefined): string {
  const name = (given ?? "").replaceAll(/[^\w.-]+/g, "_").replace(/^[._]+/, "").slice(-100);
  return name === "" ? "file" : name;
}
