/** One process's metrics in Prometheus' text format. */
export type Exposition = Readonly<{ process: string; text: string }>;

/**
 * Joins several processes' metrics into one page: the label `process` is added to every sample, and a family that
 * several have is written once with all its samples, as the format wants one HELP and TYPE a family.
 */
export function joinExpositions(expositions: readonly Exposition[]): string {
  const families = new Map<string, { head: string[]; samples: string[] }>();
  for (const { process, text } of expositions) {
    let family: { head: string[]; samples: string[] } | undefined;
    for (const line of text.split("\n")) {
      const head = /^# (HELP|TYPE) (\S+)/.exec(line);
      if (head) {
        const name = head[2] ?? "";
        family = families.get(name) ?? { head: [], samples: [] };
        families.set(name, family);
        if (!family.head.some((known) => known.startsWith(`# ${head[1]} `))) family.head.push(line);
      } else if (line !== "" && !line.startsWith("#")) {
        family?.samples.push(labelled(line, process));
      }
    }
  }
  const blocks = [...families.values()].map(({ head, samples }) => [...head, ...samples].join("\n"));
  return `${blocks.join("\n\n")}\n`;
}

function labelled(sample: string, process: string): string {
  const label = `process="${process}"`;
  const match = /^([^\s{]+)(?:\{(.*)\})?(\s.*)$/.exec(sample);
  if (!match) return sample;
  const [, name, labels, rest] = match;
  return `${name}{${labels ? `${labels.replace(/,$/, "")},` : ""}${label}}${rest}`;
}
