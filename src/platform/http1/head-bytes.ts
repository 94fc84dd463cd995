import { RepeatedBytes } from "#platform/repeated-bytes.ts";

/** What another parser could take for a value's end, or what one byte cannot say (RFC 9110, 5.5). */
const UNSAFE = /[^\t\x20-\x7e\x80-\xff]/;

/** Where heads of HTTP/1.1 messages are written, one after the other. */
export class HeadBytes {
  readonly #bytes = new RepeatedBytes({ encoding: "latin1", between: ": ", after: "\r\n", check: checkValue });

  begin(): void {
    this.#bytes.begin();
  }

  /** What we have written ourselves. */
  add(text: string): void {
    this.#bytes.text(text);
  }

  /** @throws TypeError when the value cannot be sent */
  header(name: string, value: string): void {
    this.#bytes.pair(name, value);
  }

  /** What has been written: the next head overwrites it. */
  end(): Buffer {
    return this.#bytes.end();
  }
}

function checkValue(name: string, value: string): void {
  if (UNSAFE.test(value)) throw new TypeError(`The header ${name} has a value that cannot be sent.`);
}
