/** The further ends of improve and fix attempts: nothing changed, unreadable words, merged bases. */
import { expect, it } from "vitest";
import { FIX, mended, mending, said } from "./mended.ts";
import { runWorkflow } from "../task-server.ts";

it("counts work whose closing words nobody can read", async () => {
  const report = await mended("improve", [FIX, { say: "All done." }, { again: { closed: "everything" } }]);

  expect(report).toMatchObject({
    end: "completed",
    work: { finished: true },
    closed: [],
    summary: "All done.",
  });
});

it.each([
  ["everything is disputed", [said("disputed")], "completed"],
  ["something is left open", [said("disputed", ["F1"])], "unchanged"],
  ["it claims to have mended something", [said("addressed")], "unchanged"],
  ["nobody can read what it says", [{ say: "Nothing to do." }], "unchanged"],
])("without a change ends by its arguments: %s", async (_, script, end) => {
  const report = await mended("improve", script);

  expect(report).toMatchObject({ end, work: null });
});

it("does not take commits that change nothing for a change", async () => {
  const report = await mended("improve", [
    { run: "git commit -q --allow-empty -m Again" },
    said("addressed"),
  ]);

  expect(report).toMatchObject({
    end: "unchanged",
    work: null,
    closed: [{ how: "addressed" }, { how: "addressed" }],
  });
});

it("takes white space for a change, which it can be all of", async () => {
  const report = await mended("improve", [
    { edit: { path: "src/add.js", find: "a + b + b", replace: "a  + b + b" } },
    said("addressed"),
  ]);

  expect(report).toMatchObject({ end: "completed", work: { commits: 1 } });
});

it("mends red checks, or says that it changed nothing", async () => {
  const checks = [{ name: "test", log: "1 failing" }];

  const fixed = await mended("fix", [FIX, { say: "It added twice." }], { checks });
  const left = await mended("fix", [{ say: "The network was down." }], { checks });

  expect(fixed).toMatchObject({
    end: "completed",
    summary: "It added twice.",
    work: { finished: true },
    closed: null,
  });
  expect(left).toMatchObject({ end: "unchanged", summary: "The network was down.", work: null });
});

it("leaves commits of the base as they are that an attempt merges in", async () => {
  using server = mending("improve", [
    FIX,
    { run: "git -c user.name=E -c user.email=e@e.e commit -qam Mend && git merge -q --no-edit origin/main" },
    said("addressed"),
  ]);

  const report = await runWorkflow(server);
  const work = String(report.work?.head);

  expect(report).toMatchObject({ end: "completed", work: { commits: 2, files: 1 } });
  expect(server.git("merge-base", work, "main")).toBe(server.job.start.base);
});
