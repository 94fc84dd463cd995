/**
 * `npm run bench [-- --rounds N --seconds N --json FILE --baseline-only --profile FOLDER --streams N --convert --beside-web PAGES_PER_SECOND]`: measures the relay against a bare proxy in the
 * same run. The measuring code is no part of the product and lives with the tests.
 */
export default async function run(argv: readonly string[]): Promise<number> {
  const { runBench } = await import("../../tests/bench/run.ts");
  return runBench(argv);
}
