/** A scenario that a client went through with a vendor, and what was told as left out. */
export type Cell = Readonly<{ client: string; upstream: string; scenario: string; losses: readonly string[] }>;

/** The passes as a table a scenario: clients down, vendors' protocols across. A loss stands in the place of the tick's silence. */
export function matrixOf(cells: readonly Cell[]): string {
  const all = (key: "client" | "upstream" | "scenario"): readonly string[] => [...new Set(cells.map((cell) => cell[key]))];
  const upstreams = all("upstream");
  const found = new Map(cells.map((cell) => [`${cell.client}\0${cell.upstream}\0${cell.scenario}`, cell]));
  const tables = all("scenario").map((scenario) => {
    const rows = all("client").map((client) => [client, ...upstreams.map((upstream) => textOf(found.get(`${client}\0${upstream}\0${scenario}`)))]);
    return [`## ${scenario}`, "", row(["", ...upstreams]), row(["", ...upstreams].map(() => "---")), ...rows.map(row)].join("\n");
  });
  return `# Clients and vendors' protocols\n\n${cells.length} of ${all("scenario").length * all("client").length * upstreams.length} passed. A code is what the answer's head told as left out; a dash stands where a vendor gives no proofs of its thoughts, or a library gives none back.\n\n${tables.join("\n\n")}\n`;
}

const row = (texts: readonly string[]): string => `| ${texts.join(" | ")} |`;
const textOf = (cell: Cell | undefined): string => (cell === undefined ? "–" : cell.losses.length === 0 ? "✓" : `✓ (${cell.losses.join(", ")})`);
