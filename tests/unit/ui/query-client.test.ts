import { QueryObserver } from "@tanstack/react-query";
import { expect, test } from "vitest";
import { createQueryClient } from "#ui/trpc/query-client.ts";

test("a first load that began before a change is made again, and its answer never shown", async () => {
  const queries = createQueryClient();
  const answers: PromiseWithResolvers<string>[] = [];
  const queryFn = (): Promise<string> => {
    const answer = Promise.withResolvers<string>();
    answers.push(answer);
    return answer.promise;
  };
  const observer = new QueryObserver(queries, { queryKey: ["keys"], queryFn });
  const seen: unknown[] = [];
  const stop = observer.subscribe(({ data, error }) => seen.push(error ?? data));
  const settled = queries.invalidateQueries({ queryKey: ["keys"] });
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(answers).toHaveLength(2);
  answers[0]!.resolve("without the new one");
  answers[1]!.resolve("with the new one");
  await settled;
  expect(observer.getCurrentResult()).toMatchObject({ data: "with the new one", isFetching: false });
  expect(seen.filter((one) => one !== undefined)).toEqual(["with the new one"]);
  stop();
});
