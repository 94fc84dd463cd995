import { expect, test } from "vitest";
import { INCIDENT_KINDS, isAhead, isOpen, STAGES_OF } from "#reports/incidents.ts";
import { fieldsOf, fromField, isWritten, toField } from "#ui/incidents/incident-draft.ts";
import { INCIDENT_KINDS as SHOWN_KINDS, incidentText, STAGES_OF as SHOWN_STAGES } from "#ui/incidents/incident-words.ts";

test("the form offers the kinds and stages that the procedures take", () => {
  expect(SHOWN_KINDS).toEqual(INCIDENT_KINDS);
  expect(SHOWN_STAGES).toEqual(STAGES_OF);
  for (const stages of Object.values(STAGES_OF)) expect(stages.at(-1)).toBe("resolved");
});

test("words of one language do for both", () => {
  expect(incidentText({ en: "Slow", zh: "变慢" }, "zh")).toEqual({ text: "变慢", lang: "zh" });
  expect(incidentText({ en: "Slow", zh: " " }, "zh")).toEqual({ text: "Slow", lang: "en" });
  expect(incidentText({}, "zh")).toEqual({ text: "", lang: "zh" });
  expect([isWritten({}), isWritten({ en: " " }), isWritten({ zh: "变慢" })]).toEqual([false, false, true]);
});

test("a field for date and time is UTC, to the minute", () => {
  expect(toField(new Date("2026-11-21T13:45:12.345Z"))).toBe("2026-11-21T13:45");
  expect(fromField("2026-11-21T13:45")).toEqual(new Date("2026-11-21T13:45:00Z"));
  expect(fromField("")).toBeUndefined();
  const draft = { kind: "outage", title: { en: "Down" }, models: [], start: "" } as const;
  expect(fieldsOf(draft)).toBeUndefined();
  expect(fieldsOf({ ...draft, start: "2026-11-21T13:45" })?.startedAt).toEqual(new Date("2026-11-21T13:45:00Z"));
});

test("open is what has begun and is not resolved; ahead what has not begun", () => {
  const at = Date.parse("2026-11-21T12:00:00Z");
  const incident = (startedAt: number, resolvedAt?: number) => ({ startedAt: new Date(startedAt), resolvedAt: resolvedAt === undefined ? null : new Date(resolvedAt) });
  expect([incident(at - 1), incident(at + 1), incident(at - 2, at - 1)].map((each) => [isOpen(each, at), isAhead(each, at)])).toEqual([[true, false], [false, true], [false, false]]);
});
