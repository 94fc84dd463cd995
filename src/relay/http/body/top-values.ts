import { RelayError } from "#relay/errors.ts";
import { JsonFault, walkNested } from "#relay/http/body/walker.ts";
import { namesIn } from "#relay/routing/model-line.ts";

export type Range = readonly [start: number, end: number];

export const invalid = (param: string, expected: string): RelayError =>
  new RelayError("invalid_value", `Invalid value for '${param}': expected ${expected}.`, { param });

export const unsupported = (param: string, why: string): RelayError => new RelayError("unsupported_parameter", `'${param}' ${why}`, { param });

/** Reads single values of a scanned body with their types checked; JSON null is as if the key were absent. */
export class TopValues {
  private readonly body: Buffer;
  private readonly ranges: Map<string, Range>;

  constructor(body: Buffer, ranges: Map<string, Range>) {
    this.body = body;
    this.ranges = ranges;
  }

  /** First byte of the value. */
  private first(key: string): number | undefined {
    const range = this.ranges.get(key);
    if (!range || this.body[range[0]] === 110) return undefined;
    return this.body[range[0]];
  }

  private parsed(key: string): unknown {
    const [start, end] = this.ranges.get(key)!;
    return JSON.parse(this.body.toString("utf8", start, end));
  }

  has(key: string): boolean {
    return this.first(key) !== undefined;
  }

  require(key: string): void {
    if (!this.has(key)) throw new RelayError("missing_required_parameter", `Missing required parameter: '${key}'.`, { param: key });
  }

  /** The first of a list serves where none is named. */
  model(): string {
    if (!this.has("model") && this.has("models")) return namesIn(this.parsed("models"))[0] ?? this.named();
    return this.named();
  }

  private named(): string {
    this.require("model");
    if (this.first("model") !== 34) throw invalid("model", "a string");
    const model = this.parsed("model") as string;
    if (model === "") throw invalid("model", "a name");
    return model;
  }

  boolean(key: string): boolean | undefined {
    const first = this.first(key);
    if (first === undefined) return undefined;
    if (first !== 116 && first !== 102) throw invalid(key, "true or false");
    return first === 116;
  }

  /** A non-negative integer. */
  count(key: string): number | undefined {
    const first = this.first(key);
    if (first === undefined) return undefined;
    const value = first === 45 || (first >= 48 && first <= 57) ? (this.parsed(key) as number) : Number.NaN;
    if (!Number.isSafeInteger(value) || value < 0) throw invalid(key, "a whole number of 0 or more");
    return value;
  }

  text(key: string): string | undefined {
    const first = this.first(key);
    if (first === undefined) return undefined;
    if (first !== 34) throw invalid(key, "a string");
    return this.parsed(key) as string;
  }

  number(key: string): number | undefined {
    const first = this.first(key);
    if (first === undefined) return undefined;
    if (first !== 45 && !(first >= 48 && first <= 57)) throw invalid(key, "a number");
    return this.parsed(key) as number;
  }

  /** The largest where several are given. */
  cap(keys: readonly string[]): number | undefined {
    const caps = keys.map((key) => this.count(key)).filter((cap) => cap !== undefined);
    return caps.length > 0 ? Math.max(...caps) : undefined;
  }

  /** How many answers are asked for. Vendors differ in what they make of 0; held would be nothing. */
  candidates(keys: readonly string[], most: number): number {
    const counts = keys.map((key) => {
      const count = this.count(key) ?? 1;
      if (count === 0) throw invalid(key, "a whole number of 1 or more");
      return count;
    });
    const largest = Math.max(1, ...counts);
    if (largest > most) throw invalid(keys[0]!, `at most ${most}`);
    return largest;
  }

  array(key: string, length: number, min: number, max: number): void {
    const first = this.first(key);
    if (first === undefined) return;
    if (first !== 91) throw invalid(key, "an array");
    if (length < min || length > max) throw invalid(key, `an array of ${min} to ${max} elements`);
  }

  textOrArray(key: string): void {
    if (!this.isText(key) && this.first(key) !== 91) throw invalid(key, "a string or an array");
  }

  isText(key: string): boolean {
    return this.first(key) === 34;
  }

  includeUsage(): boolean {
    const first = this.first("stream_options");
    if (first === undefined) return false;
    if (first !== 123) throw invalid("stream_options", "an object");
    return (this.parsed("stream_options") as { include_usage?: unknown }).include_usage === true;
  }

  /** Files members of an object under `key.member`. @param names every spelling -> the name to file it under */
  open(key: string, names: ReadonlyMap<string, string>): void {
    const first = this.first(key);
    if (first === undefined) return;
    if (first !== 123) throw invalid(key, "an object");
    walkNested(this.body, this.ranges.get(key)![0], (member, start, end) => {
      const name = names.get(member);
      if (name === undefined) return;
      const full = `${key}.${name}`;
      if (this.ranges.has(full)) throw new JsonFault(`the key "${member}" stands there twice`);
      this.ranges.set(full, [start, end]);
    });
  }
}
