/** Reviews of nothing but what a rebase changed: what a reviewer is shown, what it need not be asked, and what comes out. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Job } from "../../../src/domain/job.ts";
import type { Report } from "../../../src/domain/report.ts";
import { readDiff } from "../../../src/runner/git/diff.ts";
import { forkPoint } from "../../../src/runner/git/patch.ts";
import { changeOf, type Change } from "../../../src/runner/review/review-range.ts";
import { BASE, BRANCH, branched, pick, settled, text, TEXT, type Branched } from "../publish/rebased.ts";
import { run, runWorkflow } from "../task-server.ts";

/** The branch as a rebase has left it on the server, and the job to review it. */
function rebased(on: Branched, work: (clone: string, on: Branched) => void): { job: Job; head: string } {
  const { server, onto, before } = on;
  const clone = join(server.root, "rebased");
  run(server.root, "clone", "--quiet", server.bare, clone);
  run(clone, "checkout", "--quiet", "-b", "work", onto);
  work(clone, on);
  run(clone, "push", "--quiet", "--force", "origin", "work:gza/7-task");
  server.git("update-ref", "refs/gza/backup/7/3", before);
  const head = run(clone, "rev-parse", "HEAD");
  const start = { ...server.job.start, base: onto, head };
  return {
    head,
    job: { ...server.job, attempt: 1, kind: "review", how: "range", start, rebased: { attempt: 3, before } },
  };
}

async function changed(on: Branched, work: (clone: string, on: Branched) => void): Promise<Change> {
  const { job, head } = rebased(on, work);
  const dir = on.server.bare;
  const fork = (await forkPoint(dir, on.onto, head)) ?? "";
  return changeOf(dir, { job, head, fork, files: await readDiff(dir, { before: fork, after: head }, 10) });
}

async function reviewed(on: Branched, work: (clone: string, on: Branched) => void): Promise<Report> {
  const { job } = rebased(on, work);
  return runWorkflow({ ...on.server, inputs: on.server.handOut(JSON.stringify(job)) });
}

function scripted(steps: unknown[]): Record<string, string> {
  return { ".github/gza-script.yml": JSON.stringify({ 7: { review: { 1: steps } } }) };
}

it("shows the comparison, the files whose patch is another, and what came to the base in them", async () => {
  using on = branched();

  const change = await changed(on, settled);

  if (change.kind !== "changed") throw new Error("the rebase changed a file");
  expect(change.files.map(({ path }) => path)).toEqual(["a.txt"]);
  expect(change.gone).toEqual([]);
  expect(change.rangeDiff).toMatch(/^1: {2}\w{12} ! 1: {2}\w{12} Say ours\n[\s\S]*\n2: {2}\w{12} = 2: /);
  expect(change.landed).toMatch(/^[0-9a-f]{12} Say theirs$/);
});

it("names what the pull request does not change any more", async () => {
  using on = branched();

  const change = await changed(on, (clone, { commits: [first = "", second = ""] }) => {
    pick(clone, first, { "a.txt": text(5, "theirs") });
    pick(clone, second);
  });

  expect(change).toMatchObject({ kind: "changed", files: [], gone: ["a.txt"] });
});

it("answers by itself where lines have only moved", async () => {
  using on = branched(
    [{ subject: "Say ours", files: { "a.txt": text(9, "ours") } }],
    [{ subject: "Say theirs", files: { "a.txt": `one more\n${TEXT.join("")}` } }],
    scripted([{ say: "Nobody asks me." }]),
  );

  const report = await reviewed(on, (clone, { commits: [first = ""] }) => pick(clone, first));

  expect(report).toMatchObject({
    end: "completed",
    summary: "The rebase changed nothing of the patch.",
    findings: [],
    coverage: [],
    review: { patch: expect.stringMatching(/^[0-9a-f]{40}$/), dropped: [], gone: [] },
    usage: { turns: 0, usd: 0 },
  });
});

it("brings home what a reviewer finds in the rest", async () => {
  const finding = {
    severity: "blocker",
    title: "Theirs is lost",
    path: "a.txt",
    line: 5,
    evidence: "only ours",
  };
  using on = branched(
    BRANCH,
    BASE,
    scripted([{ json: { summary: "It lost theirs.", findings: [finding] } }]),
  );

  const report = await reviewed(on, (clone, { commits }) => {
    for (const oid of commits) pick(clone, oid);
  });

  expect(report).toMatchObject({
    kind: "review",
    end: "completed",
    summary: "It lost theirs.",
    findings: [{ title: "Theirs is lost", line: 5, anchor: { line: 5, start_line: null } }],
    coverage: [{ path: "a.txt", seen: true, why: null }],
    review: { gone: [] },
    work: null,
    rebase: null,
  });
});

it("says in one sentence that the old head is not kept any more", async () => {
  using on = branched();
  const { job } = rebased(on, settled);
  on.server.git("update-ref", "-d", "refs/gza/backup/7/3");
  rmSync(join(on.server.root, "rebased"), { recursive: true });

  const report = await runWorkflow({ ...on.server, inputs: on.server.handOut(JSON.stringify(job)) });

  expect(report).toMatchObject({ end: "infrastructure", findings: null });
  expect(report.summary).toContain(`${on.before}, the head before its rebase, is not kept any more`);
});

it("calls a job bad that does not say what was there before", async () => {
  using on = branched();
  const { job } = rebased(on, settled);

  const report = await runWorkflow({
    ...on.server,
    inputs: on.server.handOut(JSON.stringify({ ...job, rebased: null })),
  });

  expect(report).toMatchObject({ end: "bad_report", findings: null });
});
