/** The publisher and branches of odd shapes: merges, protected files of people, renames, names that git itself would clean. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ANN, branched, commit, GZA, pick, published, text, TEXT, type Branched } from "./rebased.ts";
import { peoplesClone, run } from "../task-server.ts";

const CODEOWNERS = "/a @ann\n\n\n\n\n\n\n/b @ann\n";

it("carries a person's protected file through every step where git alone merges it", async () => {
  using on = branched(
    [
      { subject: "Own a", files: { CODEOWNERS: CODEOWNERS.replace("/a @ann", "/a @bob") } },
      { subject: "Own b", files: { CODEOWNERS: "/a @bob\n\n\n\n\n\n\n/b @bob\n" } },
    ],
    [
      {
        subject: "Own c",
        files: { CODEOWNERS: CODEOWNERS.replace("\n\n\n\n", "\n\n\n/c @eve\n\n"), "c.txt": "c\n" },
      },
    ],
    { CODEOWNERS },
  );

  const report = await published(on, (clone, { commits }) => {
    for (const oid of commits) pick(clone, oid);
  });

  expect(report).toMatchObject({ end: "completed", guard: [], work: { commits: 2, files: 1 } });
  expect(report.git("show", `${report.work?.head}:CODEOWNERS`)).toBe("/a @bob\n\n\n/c @eve\n\n\n\n\n/b @bob");
});

it("does not carry a person's protected file where that undoes what the base has made of it", async () => {
  using on = branched(
    [{ subject: "Own a", files: { CODEOWNERS: "/a @bob\n" } }],
    [{ subject: "Take it away", files: { CODEOWNERS: "/a @eve\n" } }],
    { CODEOWNERS: "/a @ann\n" },
  );

  const report = await published(on, (clone, { commits: [first = ""] }) => pick(clone, first));

  expect(report).toMatchObject({ end: "guard_refused", guard: [{ path: "CODEOWNERS", rule: "protected" }] });
});

/** A branch into which a person has merged the base once. */
function merging(): Branched {
  const on = branched();
  const clone = peoplesClone(on.server);
  run(clone, "checkout", "--quiet", "main");
  commit(clone, {
    subject: "Go on",
    files: { ".github/workflows/ci.yml": "on: push\n", "a.txt": text(5, "theirs again") },
  });
  run(clone, "push", "--quiet", on.server.bare, "main");
  const onto = run(clone, "rev-parse", "HEAD");
  run(clone, "checkout", "--quiet", "gza/7-task");
  run(clone, "merge", "--quiet", "--strategy-option=ours", "-m", "Merge main", on.onto);
  run(clone, "push", "--quiet", on.server.bare, "gza/7-task");
  return { ...on, onto, before: run(clone, "rev-parse", "HEAD") };
}

function merged(clone: string, { before }: Branched): void {
  run(clone, "reset", "--quiet", "--hard", before);
  run(clone, "merge", "--quiet", "--no-commit", "--strategy-option=ours", "origin/main");
  writeFileSync(join(clone, "a.txt"), text(5, "all of it"));
  run(clone, "commit", "--quiet", "--all", "-m", "Merge main once more");
}

it("takes a merge of the base where the branch holds merges, and compares both as a whole", async () => {
  using on = merging();

  const report = await published(on, merged);

  expect(report).toMatchObject({
    end: "completed",
    work: { commits: 4 },
    rebase: { commits: { before: 3, after: 4 } },
  });
  expect(report.git("rev-parse", `${report.work?.head}^1`)).toBe(on.before);
  expect(report.git("show", "-s", "--format=%an <%ae>", report.work?.head ?? "")).toBe(GZA);
  expect(report.rebase?.range_diff).toMatch(
    /^There are merge commits.*\n\n1: {2}\w+ ! 1: {2}\w+ The branch as a whole\n/,
  );
  expect(report.rebase?.range_diff).toContain("++all of it\n");
});

it.each([
  ["with one more commit to fit", 1, { end: "completed", work: { commits: 5 } }],
  ["with two more", 2, { end: "guard_refused", guard: [{ path: "(all)", rule: "too_many_commits" }] }],
])("counts such a merge %s", async (_, count, outcome) => {
  using on = merging();

  const report = await published(on, (clone, known) => {
    merged(clone, known);
    for (let index = 0; index < count; index += 1)
      commit(clone, { subject: "Fit to main", author: GZA, files: { "b.txt": `fitted ${index}\n` } });
  });

  expect(report).toMatchObject(outcome);
});

it("refuses what such a merge changes of the base", async () => {
  using on = merging();

  const report = await published(on, (clone, known) => {
    merged(clone, known);
    writeFileSync(join(clone, ".github/workflows/ci.yml"), "on: pull_request_target\n");
    run(clone, "commit", "--quiet", "--all", "--amend", "--no-edit");
  });

  expect(report.guard).toEqual([{ path: ".github/workflows/ci.yml", rule: "outside_rebase" }]);
});

it("follows a file that the base has renamed", async () => {
  using on = branched(
    [{ subject: "Say ours", files: { "a.txt": text(5, "ours") } }],
    [{ subject: "Move a", files: { "a.txt": null, "moved/ä b.txt": TEXT.join("") } }],
  );

  const report = await published(on, (clone, { commits: [first = ""] }) => pick(clone, first));

  expect(report).toMatchObject({ end: "completed", work: { files: 1 }, rebase: { by: "agent" } });
  expect(report.git("show", `${report.work?.head}:moved/ä b.txt`)).toContain("ours");
  expect(report.rebase?.range_diff).toContain("moved/ä b.txt");
});

it("lets lines stand that look like a conflict's and were there before", async () => {
  const guide = `<<<<<<< HEAD\n${text(5, "a guide to conflicts")}`;
  using on = branched(
    [{ subject: "Explain", files: { "a.txt": guide } }],
    [{ subject: "Say theirs", files: { "a.txt": text(5, "theirs") } }],
  );

  const report = await published(on, (clone, { commits: [first = ""] }) =>
    pick(clone, first, { "a.txt": guide.replace("guide", "longer guide") }),
  );

  expect(report).toMatchObject({ end: "completed", guard: [] });
});

it("writes an author as it was, also one that git would clean, and tells those of one subject apart by their order", async () => {
  const odd = "Ann. <ann@example.com,>";
  using on = branched([
    { subject: "wip", author: ANN, body: "First.", files: { "b.txt": "1\n" } },
    { subject: "wip", author: ANN, body: "Second.", files: { "b.txt": "2\n" } },
  ]);
  const clone = peoplesClone(on.server);
  const raw = run(clone, "cat-file", "commit", on.before).replace(`author ${ANN}`, `author ${odd}`);
  const file = join(on.server.root, "commit");
  writeFileSync(file, `${raw}\n`);
  const before = run(clone, "hash-object", "-t", "commit", "-w", file);
  run(clone, "push", "--quiet", "--force", on.server.bare, `${before}:refs/heads/gza/7-task`);

  const report = await published({ ...on, before }, (folder, { commits: [first = ""] }) => {
    pick(folder, first);
    pick(folder, on.before);
    const own = run(folder, "cat-file", "commit", "HEAD").replace(`author ${ANN}`, `author ${odd}`);
    writeFileSync(file, `${own}\n`);
    run(folder, "reset", "--quiet", "--hard", run(folder, "hash-object", "-t", "commit", "-w", file));
  });

  const shown = report.git("log", "--reverse", "--format=%an <%ae> %b", `${on.onto}..${report.work?.head}`);
  expect(shown).toBe(`${ANN} First.\n\n${odd} Second.`);
});

it("cuts a long comparison at a line and says how much is missing", async () => {
  const many = (words: string): string =>
    Array.from(
      { length: 900 },
      (_, index) => `${index < 500 ? words : "both"} ${index} ${"x".repeat(20)}\n`,
    ).join("");
  using on = branched([{ subject: "Say much", files: { "a.txt": many("ours") } }]);

  const report = await published(on, (clone, { commits: [first = ""] }) =>
    pick(clone, first, { "a.txt": many("both") }),
  );

  const shown = report.rebase?.range_diff ?? "";
  expect(shown.length).toBeGreaterThan(19_000);
  expect(shown.length).toBeLessThanOrEqual(20_000);
  expect(shown).toMatch(/ x{20}\n\(\d{3,4} more lines are left out\)$/);
});
