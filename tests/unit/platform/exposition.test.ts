import { expect, test } from "vitest";
import { joinExpositions } from "#platform/exposition.ts";

const family = (name: string, ...samples: string[]): string => `# HELP ${name} what\n# TYPE ${name} counter\n${samples.join("\n")}\n\n`;

test("samples get the label of their process, families are written once", () => {
  const joined = joinExpositions([
    { process: "relay", text: family("a", "a 1", 'a{x="1"} 2') + family("b", "b 3 1700000000000") },
    { process: "web", text: family("a", "a 4") },
  ]);
  expect(joined).toBe(
    '# HELP a what\n# TYPE a counter\na{process="relay"} 1\na{x="1",process="relay"} 2\na{process="web"} 4\n\n' +
      '# HELP b what\n# TYPE b counter\nb{process="relay"} 3 1700000000000\n',
  );
});

test("a process that did not answer leaves the others whole", () => {
  expect(joinExpositions([{ process: "web", text: "" }, { process: "relay", text: family("a", "a 1") }])).toContain('a{process="relay"} 1');
});
