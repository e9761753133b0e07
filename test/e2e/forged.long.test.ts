/** Records, batons and reports that are not what they claim to be: nothing of them is started, published or merged. */
import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { batonRef, taskRef } from "../../src/domain/names.ts";
import { MAX_REPORT_BYTES } from "../../src/domain/report.ts";
import { dispatchWorkflow } from "../../src/playground/actions/engine.ts";
import type { WorkflowRun } from "../../src/playground/model/actions.ts";
import { findUser } from "../../src/playground/world.ts";
import { story, twice, type Story } from "./world.ts";

const FORGERIES: { [name: string]: (from: Story, one: number, other: number) => string } = {
  unsigned: (from, one) =>
    rewritten(from, one, (text) => text.replace(/"mac":"[0-9a-f]+"/, `"mac":"${"0".repeat(64)}"`)),
  changed: (from, one) =>
    rewritten(from, one, (text) => text.replace('"phase":"running"', '"phase":"queued"')),
  "of another task": (from, _, other) => from.git("rev-parse", taskRef(other)),
  "not a child of what it was signed for": (from, one) => orphan(from, one),
};

it("a record that GZA did not write for this task is refused, said once, and left alone until it is mended", async () => {
  await using from = await story();
  await from.begin();
  from.playground.actions.hold();
  const one = await from.ask();
  const other = await from.ask();
  await dispatched(from, [one, other]);
  const good = from.git("rev-parse", taskRef(one));

  for (const forge of Object.values(FORGERIES)) {
    from.git("update-ref", taskRef(one), good);
    from.git("update-ref", taskRef(one), forge(from, one, other));
    await from.say(one, "/gza merge");
    await from.quiet();
    await from.say(one, "Anybody there?");
    await from.quiet();
  }
  const complaints = from.said(one).filter((body) => body.includes("gza:record:"));
  const labels = [...from.issue(one).labels];
  const refs = from.git("for-each-ref", "--format=%(refname)", "refs/heads", "refs/gza/attempts");
  from.git("update-ref", taskRef(one), good);
  from.playground.actions.release();
  const isShown = (): boolean => from.issue(one).labels.includes("gza:ready");
  const mended = await from.until(one, ({ phase }) => phase === "ready" && isShown());

  expect(complaints).toHaveLength(Object.keys(FORGERIES).length);
  const foreign = /its signature is not this App's/;
  const reasons = [foreign, foreign, /it is the record of #2/, foreign];
  for (const [index, complaint] of complaints.entries()) {
    expect(complaint).toMatch(reasons[index] ?? /^$/);
    expect(complaint).toMatch(new RegExp(`git push .*:${taskRef(one)}\``));
  }
  expect(labels).toContain("gza:needs-you");
  expect(refs.split("\n")).toEqual([batonRef(one), batonRef(other), "refs/heads/main"]);
  expect(mended.attempts).toMatchObject([{ n: 1, end: "completed" }]);
  expect(twice(from, one)).toEqual([]);
});

it("a run with an old baton, and a second dispatch of the same attempt, leave as superseded and land nothing", async () => {
  await using from = await story();
  await from.begin();
  from.playground.actions.hold();
  const issue = await from.ask();
  await dispatched(from, [issue]);
  const job = from.git("rev-parse", batonRef(issue));

  from.git("update-ref", batonRef(issue), commit(from, `${job}^{tree}`, [job]));
  from.playground.actions.release();
  const ready = await from.until(issue, ({ phase }) => phase === "ready");
  const actorId = findUser(from.playground.world, "ada")?.id ?? 0;
  const inputs = { task: String(issue), attempt: ready.attempts[1]?.job ?? "" };
  await dispatchWorkflow(from.playground.world, from.repository, {
    workflow: "gza.yml",
    ref: "main",
    inputs,
    actorId,
    token: null,
  });
  await from.settle();
  const [old, own, second] = from.runs().toSorted((a, b) => a.id - b.id);

  expect(ready.attempts).toMatchObject([
    { n: 1, end: "superseded" },
    { n: 2, end: "completed" },
  ]);
  expect(from.git("log", "-1", "--format=%B", ready.branch ?? "")).toContain("Gza-Attempt: 2");
  expect(old && summaryOf(old)).toMatch(/superseded|cancelled/);
  expect(own?.conclusion).toBe("success");
  expect(second && summaryOf(second)).toContain("superseded");
  expect(from.record(issue)).toMatchObject({ phase: "ready", attempts: [{ n: 1 }, { n: 2 }] });
  expect(twice(from, issue)).toEqual([]);
});

it("a report that is garbage, too long, of an unknown version or missing lands nothing and is said", async () => {
  await using from = await story();
  await from.begin();
  from.playground.actions.hold();
  const reports: { [reason: string]: string | null } = {
    garbage: "{ not JSON",
    long: JSON.stringify({ v: 1, summary: "x".repeat(MAX_REPORT_BYTES) }),
    unknown: JSON.stringify({ v: 9 }),
    missing: null,
  };
  const issues: number[] = [];
  for (const name of Object.keys(reports)) issues.push(await from.ask(name));
  await dispatched(from, issues);

  for (const [index, report] of Object.values(reports).entries()) {
    const ref = batonRef(issues[index] ?? 0);
    from.git("update-ref", ref, commit(from, treeWith(from, report), [from.git("rev-parse", ref)]));
  }
  from.playground.actions.release();
  const parked = [];
  for (const issue of issues) parked.push(await from.until(issue, ({ phase }) => phase === "parked"));
  const calls = issues.map((issue) => from.said(issue).filter((body) => body.includes("gza:parked:")).length);

  expect(parked.map(({ reason }) => reason)).toEqual(["bad_report", "bad_report", "setup", "bad_report"]);
  expect(parked.map(({ attempts }) => attempts.map(({ end }) => end))).toEqual(
    issues.map(() => ["bad_report"]),
  );
  expect(calls).toEqual([1, 1, 1, 1]);
  expect(from.git("for-each-ref", "--format=%(refname)", "refs/heads", "refs/gza/attempts")).toBe(
    "refs/heads/main",
  );
});

/** The task's newest record with another message, on the same parent. */
function rewritten(from: Story, issue: number, change: (message: string) => string): string {
  const message = change(from.git("log", "-1", "--format=%B", taskRef(issue)));
  return commit(from, `${taskRef(issue)}^{tree}`, [`${taskRef(issue)}^`], message);
}

/** A good message on a parent that it was not signed for. */
function orphan(from: Story, issue: number): string {
  return commit(
    from,
    `${taskRef(issue)}^{tree}`,
    [taskRef(issue)],
    from.git("log", "-1", "--format=%B", taskRef(issue)),
  );
}

function commit(from: Story, tree: string, parents: string[], message = "by a person"): string {
  const ids = parents.flatMap((parent) => ["-p", from.git("rev-parse", parent)]);
  const eve = ["-c", "user.name=Eve", "-c", "user.email=eve@example.test"];
  return from.git(...eve, "commit-tree", from.git("rev-parse", tree), ...ids, "-m", message);
}

/** A tree with this `report.json`; null: with nothing. */
function treeWith(from: Story, report: string | null): string {
  const put = (args: string[], input: string): string =>
    execFileSync("git", ["--git-dir", from.repository.directory, ...args], {
      encoding: "utf8",
      input,
    }).trim();
  if (report === null) return put(["mktree"], "");
  return put(["mktree"], `100644 blob ${put(["hash-object", "-w", "--stdin"], report)}\treport.json\n`);
}

/** Waits until the runs of these tasks stand in GitHub's queue, which is held. */
async function dispatched(from: Story, issues: number[]): Promise<void> {
  while (from.runs().length < issues.length) await from.quiet();
  await from.quiet();
}

function summaryOf(run: WorkflowRun): string {
  return [run.conclusion, ...run.jobs.map(({ summary }) => summary)].join();
}
