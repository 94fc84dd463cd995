/**
 * `npm run shots [-- --only AREA|SCREEN[,…] --looks en-390-dark[,…] --fast]`: pictures of every screen, in each language, width and theme, with a
 * table of console errors, overflow and what axe finds. The code is no part of the product and lives with the tests.
 */
export default async function run(argv: readonly string[]): Promise<number> {
  const { takeShots } = await import("../../tests/e2e/shots/run.ts");
  return takeShots(argv);
}
