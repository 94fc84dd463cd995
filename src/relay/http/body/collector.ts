import type { Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";
import { RelayError } from "#relay/errors.ts";
import { UNCOUNTED_BYTES, type BodyLimits } from "#relay/http/body/limits.ts";

/** Takes a body's bytes as they come, instead of memory. */
export interface ByteSink {
  /** Returns false when it is behind: wait for `onDrain`. */
  write(chunk: Buffer): boolean;
  onDrain(listener: () => void): void;
}

/** Short repetitive text may well shrink a hundredfold: the ratio is judged above this size, where it matters. */
const RATIO_SLACK_BYTES = 1024 * 1024;

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

const tooLarge = (maxBytes: number): RelayError =>
  new RelayError("request_too_large", `The request body is larger than ${maxBytes} bytes.`, { headers: { connection: "close" } });

/**
 * @throws RelayError request_too_large by its own word, before a byte is read; unsupported_media_type for an
 *   unknown or stacked `content-encoding`
 */
export function checkBodyHead(headers: Readonly<Record<string, string | undefined>>, maxBytes: number): void {
  const length = headers["content-length"];
  if (length !== undefined && Number(length) > maxBytes) throw tooLarge(maxBytes);
  const encoding = encodingOf(headers);
  if (encoding !== undefined && !Object.hasOwn(DECODERS, encoding)) {
    throw new RelayError("unsupported_media_type", "This content-encoding is not supported. Send gzip, deflate, br or zstd, once.", {
      headers: { connection: "close" },
    });
  }
}

function encodingOf(headers: Readonly<Record<string, string | undefined>>): string | undefined {
  const encoding = headers["content-encoding"]?.trim().toLowerCase();
  return encoding === undefined || encoding === "" || encoding === "identity" ? undefined : encoding;
}

/**
 * Gathers a body from chunks, decoding it on the way, within its limits. `settle` is called once, with the
 * body or with the error that ended it: request_too_large, server_overloaded, invalid_json (broken compression).
 */
export class BodyCollector {
  private readonly maxBytes: number;
  private readonly limits: BodyLimits;
  private readonly settle: (result: Buffer | RelayError) => void;
  private readonly decoder: Transform | undefined;
  private readonly parts: Buffer[] = [];
  private received = 0;
  private bytes = 0;
  private counted = 0;
  private over = false;
  private readonly sink: ByteSink | undefined;

  constructor(
    headers: Readonly<Record<string, string | undefined>>,
    maxBytes: number,
    limits: BodyLimits,
    settle: (result: Buffer | RelayError) => void,
    sink?: ByteSink,
  ) {
    this.sink = sink;
    this.maxBytes = maxBytes;
    this.limits = limits;
    this.settle = settle;
    const encoding = encodingOf(headers);
    this.decoder = encoding === undefined ? undefined : DECODERS[encoding]!();
    const { decoder } = this;
    decoder?.on("data", (chunk: Buffer) => {
      if (!this.add(chunk)) decoder.pause();
    });
    if (decoder) sink?.onDrain(() => decoder.resume());
    this.decoder?.on("end", () => this.finish());
    this.decoder?.on("error", (cause) => this.stop(new RelayError("invalid_json", "The request body could not be decompressed.", { cause })));
  }

  /** Returns false when the decoder is behind: wait for `onDrain`. */
  push(chunk: Buffer): boolean {
    if (this.over) return true;
    this.received += chunk.length;
    if (!this.decoder) return this.add(chunk);
    return this.decoder.write(chunk);
  }

  onDrain(listener: () => void): void {
    if (this.decoder) this.decoder.on("drain", listener);
    else this.sink?.onDrain(listener);
  }

  end(): void {
    if (this.decoder) this.decoder.end();
    else this.finish();
  }

  /** Ends with an error of the sender's (slow, gone). */
  stop(error: RelayError): void {
    if (this.over) return;
    this.over = true;
    this.parts.length = 0;
    this.release();
    this.decoder?.destroy();
    this.settle(error);
  }

  /** Bytes received so far, as sent. */
  get receivedBytes(): number {
    return this.received;
  }

  /** Gives the body's share of the node's memory back. Call when the request has ended. */
  release(): void {
    if (this.counted > 0) this.limits.budget?.give(this.counted);
    this.counted = 0;
  }

  /** Returns false when the sink is behind. */
  private add(chunk: Buffer): boolean {
    if (this.over) return true;
    this.bytes += chunk.length;
    if (this.bytes > this.maxBytes || (this.decoder && this.bytes > this.limits.ratioMax * this.received + RATIO_SLACK_BYTES)) {
      this.stop(tooLarge(this.maxBytes));
      return true;
    }
    if (this.sink) return this.sink.write(chunk);
    if (this.fitsBudget()) this.parts.push(chunk);
    else this.stop(new RelayError("server_overloaded", "Too many large requests at once. Try again shortly.", { headers: { connection: "close" } }));
    return true;
  }

  private fitsBudget(): boolean {
    const wanted = this.bytes - UNCOUNTED_BYTES - this.counted;
    if (wanted <= 0 || !this.limits.budget) return true;
    if (!this.limits.budget.take(wanted)) return false;
    this.counted += wanted;
    return true;
  }

  private finish(): void {
    if (this.over) return;
    this.over = true;
    const body = this.parts.length === 1 ? this.parts[0]! : Buffer.concat(this.parts, this.bytes);
    this.parts.length = 0;
    this.settle(body);
  }
}
