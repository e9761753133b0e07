/** What leaves the agent's workflow job: no value that the run holds, and a report that says what was taken out. */
import { expect, it } from "vitest";
import type { RawReport } from "../../../src/runner/raw-report.ts";
import { createTaskServer } from "../task-server.ts";
import { BASE64, commit, DONE, handedOver, KEY, RULE } from "./handed-over.ts";

it("lets clean work through as it was", async () => {
  using server = createTaskServer([]);

  const { raw, published } = await handedOver(server, {
    work: (clone) => commit(clone, "a.txt", "fine\n"),
  });

  expect(raw).toEqual(DONE);
  expect(published).toMatchObject({ end: "completed", work: { commits: 1, finished: true } });
});

it("keeps no bundle with a key of the run, and says where it is", async () => {
  using server = createTaskServer([]);

  const { raw, published, files } = await handedOver(server, {
    work: (clone) => commit(clone, "data.txt", `${BASE64}\n`),
  });

  expect(raw.refused).toEqual([{ path: "data.txt", rule: RULE }]);
  expect(files("work.bundle")).toBe(false);
  expect(published).toMatchObject({ end: "guard_refused", work: null, guard: raw.refused });
});

it("takes the run's keys out of every text of the report, and says so", async () => {
  using server = createTaskServer([]);
  const report: RawReport = {
    ...DONE,
    last_words: `The key is ${KEY}.`,
    tools: { [`Bash ${KEY}`]: 1 },
    hosts: { used: [`${BASE64}.example.com`], tunnelled: [], refused: [] },
    verify: { exit: 0, seconds: 1, tail: `env\n${[...KEY].join("\n")}\n` },
    question: [...KEY].toReversed().join(""),
  };

  const { raw, published } = await handedOver(server, {
    work: (clone) => commit(clone, "a.txt", "fine\n"),
    report,
  });

  expect(raw.last_words).toBe("The key is [secret removed: a key of this workflow run].");
  expect(raw.question).toMatch(/^\[secret removed: a key of this workflow/);
  expect(raw.hosts.used).toEqual(["[secret removed: a key of this workflow run].example.com"]);
  expect(raw.verify?.tail).not.toContain(KEY[9]);
  expect(raw.summary).toBe("Done.\n\nGZA has removed from this report: a key of this workflow run.");
  expect(published).toMatchObject({ end: "completed", summary: raw.summary });
});
