/** Handling one task: rounds until nothing is left, effects in order, a bound. */
import { describe, expect, test } from "vitest";
import { handle, type HandleDependencies } from "../../src/app/handle.ts";
import { createQueueLanes } from "../../src/app/queue-lanes.ts";
import { createWaiting } from "../../src/app/waiting.ts";
import type { Decision, Effect } from "../../src/domain/decision.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import { decide as realDecide } from "../../src/domain/decide.ts";
import { later } from "../../src/domain/time.ts";
import { pull, ready, sha } from "../domain/snapshots.ts";
import { firstBrief, firstRecord } from "../github/first-record.ts";
import { askedIssue, smallRepository, type SmallRepository } from "../github/small-repository.ts";
import { look, taskOnBranch, taskWithPull } from "../github/task-on-branch.ts";

const REST: Decision = { rule: 20, reason: "at_rest", move: null, effects: [], again: null };

const where = { owner: "ada", repo: "engine" };

const NO_FILES = { findings: null, receipt: null, queue: null, job: null, refs: [] };

function comment(issue: number, key: string): Effect {
  return { kind: "say", key, on: issue, body: `<!-- gza:${key} -->\nHello.` };
}

/** A repository with one task, and its handling by a policy of the test's own. */
async function handling(
  decide: (snapshot: Snapshot, round: number) => Decision,
  ask: (small: SmallRepository) => Promise<number> = askedIssue,
) {
  await using small = await smallRepository();
  const issue = await ask(small);
  const lines: string[] = [];
  const points: string[] = [];
  let rounds = 0;
  const dependencies: HandleDependencies = {
    clientFor: () => Promise.resolve(small.client),
    observer: small.observer,
    decide: (snapshot) => decide(snapshot, (rounds += 1)),
    waiting: createWaiting(() => undefined),
    lanes: createQueueLanes(),
    echoes: { know: () => undefined },
    log: {
      info: (_: object, line?: string) => lines.push(line ?? ""),
      warn: (_: object, line?: string) => lines.push(line ?? ""),
    } as never,
    interrupt: ({ when, what }) => points.push(`${when} ${what === "move" ? what : what.kind}`),
  };
  const before = small.playground.requests().length;
  const again = await handle({ installation: 1, repository: small.place, issue }, dependencies);
  const asked = small.playground.requests().slice(before);
  const queries = asked.filter(({ kind }) => kind === "graphql").map(({ path }) => path);
  const { data } = await small.ada.rest.issues.listComments({ ...where, issue_number: issue });
  return { again, rounds, lines, points, queries, bodies: data.map(({ body }) => body) };
}

test("looks again when the decision says so, by GitHub's clock", async () => {
  const { again, rounds } = await handling((snapshot) => ({ ...REST, again: later(snapshot.now, 90) }));

  expect([again, rounds]).toEqual([90_000, 1]);
});

test("decides anew on what the effects found out, and ends when they find out nothing new", async () => {
  const { rounds, points, bodies } = await handling((snapshot) => ({
    ...REST,
    effects: [comment(snapshot.issue.number, "one"), comment(snapshot.issue.number, "two")],
  }));

  expect(rounds).toBe(2);
  expect(points.slice(0, 4)).toEqual(["before say", "after say", "before say", "after say"]);
  expect(bodies).toEqual(["<!-- gza:one -->\nHello.", "<!-- gza:two -->\nHello."]);
});

test("an effect that fails keeps the ones after it from being done", async () => {
  const work = handling((snapshot) => ({
    ...REST,
    effects: [
      { kind: "set_labels", on: 999, add: ["gza:ready"], remove: [] },
      comment(snapshot.issue.number, "one"),
    ],
  }));

  await expect(work).rejects.toMatchObject({ status: 404 });
});

test("shows the state only when a round has left it as it is", async () => {
  const { rounds, points, bodies } = await handling((snapshot, round) => {
    const { number } = snapshot.issue;
    const record = firstRecord(number, { phase: "parked", reason: "config" });
    const move = { story: "parked", record, brief: firstBrief(), ...NO_FILES };
    const effects: Effect[] = [
      comment(number, "parked:1"),
      {
        kind: "edit_status",
        id: snapshot.said.get("parked:1")?.id ?? 1,
        body: "<!-- gza:status -->\nParked.",
      },
      { kind: "set_labels", on: number, add: ["gza:needs-you"], remove: [] },
    ];
    return { ...REST, move: round === 1 ? move : null, effects };
  });

  expect(rounds).toBe(2);
  expect(points.filter((point) => point.startsWith("before"))).toEqual([
    "before move",
    "before say",
    "before say",
    "before edit_status",
    "before set_labels",
  ]);
  expect(bodies).toEqual(["<!-- gza:status -->\nParked."]);
});

describe("what came to the base lately", () => {
  const conflicting = pull({ mergeable: "conflicting", behindBy: 2, baseHead: sha("6") });
  const begins = realDecide(ready({}, { pull: conflicting }));

  test("is read where a rebase begins, which is then decided anew", async () => {
    const seen: string[][] = [];
    const { queries } = await handling((snapshot) => {
      seen.push(snapshot.landed.map(({ title }) => title));
      return seen.length === 1 ? begins : REST;
    }, taskAfterMerge);

    expect(begins.move?.job).toMatchObject({ kind: "new", job: { kind: "rebase" } });
    expect(seen).toEqual([[], ["Merged before"]]);
    expect(queries).toEqual(["Snapshot", "Landed"]);
  });

  test("costs nothing otherwise", async () => {
    const { queries } = await handling(() => REST, taskAfterMerge);

    expect(queries).not.toContain("Landed");
  });
});

/** A task with a pull request, on a base that another pull request came to. */
async function taskAfterMerge(small: SmallRepository): Promise<number> {
  const { issue } = await taskWithPull(small);
  const other = await taskOnBranch(small);
  const words = { head: other.branch, base: "main", title: "Merged before" };
  const { data } = await small.ada.rest.pulls.create({ ...where, ...words });
  await small.ada.rest.pulls.merge({ ...where, pull_number: data.number });
  await look(small, issue);
  return issue;
}

test("a task that never comes to rest is left alone for a minute", async () => {
  const { again, rounds, lines } = await handling((snapshot, round) => ({
    ...REST,
    effects: [comment(snapshot.issue.number, `round${round}`)],
  }));

  expect([again, rounds]).toEqual([60_000, 12]);
  expect(lines.at(-1)).toContain("does not come to rest");
});
