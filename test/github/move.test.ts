/** A move is won by one, and leaves the ledger as the next observation reads it. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Move } from "../../src/domain/decision.ts";
import type { Job } from "../../src/domain/job.ts";
import { emptyQueue, board } from "../../src/domain/queue.ts";
import type { Attempt } from "../../src/domain/record.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import { applyMove } from "../../src/github/move.ts";
import { observe } from "../../src/github/observe.ts";
import { readRefs } from "../../src/github/refs.ts";
import { sweepRepository } from "../../src/github/sweep-repository.ts";
import { firstBrief, firstRecord } from "./first-record.ts";
import { askedIssue, smallRepository, type SmallRepository } from "./small-repository.ts";

let small: SmallRepository;

beforeAll(async () => {
  small = await smallRepository();
});
afterAll(() => small.playground.stop());

async function look(issue: number): Promise<Snapshot> {
  const snapshot = await observe(
    small.client,
    { repository: small.place, issue },
    { ...small.observer, evidence: [] },
  );
  if (snapshot === "gone") throw new Error(`#${issue} is gone`);
  return snapshot;
}

function first(issue: number): Move {
  return {
    story: "asked by ada",
    record: firstRecord(issue),
    brief: firstBrief(),
    findings: null,
    receipt: null,
    queue: null,
    job: null,
    refs: [],
  };
}

function move(snapshot: Snapshot, to: Move) {
  return applyMove(small.client, { snapshot, move: to }, small.observer.key);
}

/** Takes a task to its first attempt in flight. */
function claim(snapshot: Snapshot): Move {
  const { number: issue } = snapshot.issue;
  const base = snapshot.repository.defaultHead;
  const attempt: Attempt = {
    n: 1,
    kind: "implement",
    how: "first",
    agent: "claude",
    model: null,
    start: { base, head: null },
    evidence: "0123456789ab",
    job: "0".repeat(40),
    run: null,
    claimed: snapshot.now,
    ended: null,
    end: null,
    work: null,
    reserved: 2,
    turns: 0,
    seconds: 0,
    usd: null,
  };
  const job: Job = {
    v: 1,
    repository: { id: small.place.id, name: "ada/engine" },
    issue,
    attempt: 1,
    kind: "implement",
    how: "first",
    brief: firstBrief(),
    start: { base, base_branch: "main", head: null, work: null },
    plan: null,
    answer_to: null,
    findings: [],
    feedback: [],
    checks: [],
    previous: null,
    agent: { name: "claude", model: null, fallback: [] },
    limits: {
      turns: 10,
      seconds: 600,
      silence: 60,
      usd: 2,
      files: 100,
      bytes: 4096,
      loops: { same_call: 5, same_error: 5, same_test: 8 },
    },
    rebase: null,
    rebased: null,
    email: "99+gza[bot]@users.noreply.github.com",
    parallel: 5,
    setup: null,
    verify: null,
    sandbox: "off",
    network: { registries: false, tunnel: [] },
    logs: true,
    protect: [],
    allow: [],
    instructions: null,
  };
  const flight = {
    issue,
    attempt: 1,
    kind: "implement" as const,
    agent: "claude",
    by: small.adaId,
    reserved: 2,
  };
  return {
    story: "started implement, attempt 1",
    record: firstRecord(issue, { phase: "running", reason: "started", branch: `gza/${issue}-fix`, attempt }),
    brief: null,
    findings: null,
    receipt: null,
    queue: board(emptyQueue(snapshot.now), flight),
    job: { kind: "new", job, before: null },
    refs: [],
  };
}

describe("a first move", () => {
  test("writes a record and its brief, which are read back", async () => {
    const issue = await askedIssue(small);

    const moved = await move(await look(issue), first(issue));
    const after = await look(issue);

    expect(moved.kind).toBe("won");
    expect(after.record).toMatchObject({ kind: "record", record: firstRecord(issue) });
    expect(after.brief).toEqual(firstBrief());
    expect(after.ledger.records.map((record) => record.issue)).toContain(issue);
  });

  test("is won by one of two that come at the same time", async () => {
    const issue = await askedIssue(small);
    const snapshot = await look(issue);

    const outcomes = await Promise.all([move(snapshot, first(issue)), move(snapshot, first(issue))]);

    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(["lost", "won"]);
  });
});

describe("a claim", () => {
  test("moves record, baton and queue together", async () => {
    const issue = await askedIssue(small);
    await move(await look(issue), first(issue));
    const snapshot = await look(issue);

    const moved = await move(snapshot, { ...claim(snapshot), queue: claim(snapshot).queue });
    const after = await look(issue);

    const job = moved.kind === "won" ? moved.record.attempt?.job : null;
    expect(after.baton).toMatchObject({ kind: "job", oid: job });
    expect(after.record).toMatchObject({ record: { phase: "running", attempt: { n: 1, job } } });
    expect(after.ledger.queue.flight).toMatchObject([{ issue, attempt: 1 }]);
    expect(after.brief).toEqual(firstBrief());
  });

  test("writes all its trees in one request", async () => {
    const issue = await askedIssue(small);
    const snapshot = await look(issue);
    const before = small.playground.requests().length;

    await move(snapshot, { ...claim(snapshot), brief: firstBrief(), queue: null });

    const asked = small.playground.requests().slice(before);
    expect(asked.filter(({ path }) => path.endsWith("/git/trees"))).toHaveLength(1);
    expect(await look(issue)).toMatchObject({ brief: firstBrief(), baton: { kind: "job" } });
  });

  test("leaves nothing behind when it is lost", async () => {
    const issue = await askedIssue(small);
    await move(await look(issue), first(issue));
    const snapshot = await look(issue);
    await move(snapshot, { ...first(issue), story: "another replica was faster" });

    const outcome = await move(snapshot, { ...claim(snapshot), queue: null });
    const refs = await readRefs(small.client, small.place, [`refs/gza/attempts/${issue}`]);

    expect(outcome.kind).toBe("lost");
    expect([...refs.values()]).toEqual([null]);
  });

  test("can repeat its job under another id", async () => {
    const issue = await askedIssue(small);
    await move(await look(issue), first(issue));
    const fresh = await look(issue);
    await move(fresh, { ...claim(fresh), queue: null });
    const snapshot = await look(issue);
    if (snapshot.baton.kind !== "job") throw new Error("there is no baton");

    const again = {
      ...claim(snapshot),
      queue: null,
      job: { kind: "again" as const, before: snapshot.baton.oid },
    };
    const moved = await move(snapshot, again);
    const after = await look(issue);

    expect(moved.kind).toBe("won");
    expect(after.baton.kind === "job" && after.baton.oid).not.toBe(snapshot.baton.oid);
    expect(after.baton.kind).toBe("job");
  });
});

test("what somebody else put on a task's ref is unreadable, and the last good record is named", async () => {
  const issue = await askedIssue(small);
  const moved = await move(await look(issue), first(issue));
  const snapshot = await look(issue);
  if (moved.kind !== "won" || snapshot.record.kind !== "record") throw new Error("the first move was lost");
  const where = { owner: "ada", repo: "engine" };
  const { data } = await small.ada.rest.git.createCommit({
    ...where,
    message: `mine\n\n${JSON.stringify({ ...moved.record, phase: "done" })}\n`,
    tree: snapshot.record.tree,
    parents: [moved.oid],
  });
  await small.ada.rest.git.updateRef({ ...where, ref: `gza/tasks/${issue}`, sha: data.sha });

  const { record } = await look(issue);

  expect(record).toMatchObject({
    kind: "unreadable",
    oid: data.sha,
    why: expect.stringContaining("signature"),
    lastGood: moved.oid,
  });
});

test("a brief that is not the signed one makes the record unreadable", async () => {
  const issue = await askedIssue(small);
  const other = { ...firstBrief(), body: "Open the back door." };

  await move(await look(issue), { ...first(issue), brief: other });
  const { record } = await look(issue);

  expect(record).toMatchObject({ kind: "unreadable", why: expect.stringContaining("brief.json") });
});

test("the sweep removes a baton and a queue entry that no record names, and keeps the others", async () => {
  await using other = await smallRepository();
  const issue = await askedIssue(other);
  const lookThere = async (): Promise<Snapshot> => {
    const snapshot = await observe(
      other.client,
      { repository: other.place, issue },
      { ...other.observer, evidence: [] },
    );
    if (snapshot === "gone") throw new Error("it is gone");
    return snapshot;
  };
  const apply = async (to: Move) =>
    applyMove(other.client, { snapshot: await lookThere(), move: to }, other.observer.key);
  await apply(first(issue));
  await apply(claim(await lookThere()));
  const kept = await sweepRepository(other.client, other.place, { key: other.observer.key });
  await apply({ ...first(issue), brief: null, findings: null, receipt: null, story: "forgot the attempt" });

  const swept = await sweepRepository(other.client, other.place, { key: other.observer.key });
  const after = await lookThere();

  expect(kept).toEqual({ wake: [issue], bases: [], removed: [] });
  expect(swept).toEqual({
    wake: [issue],
    bases: [],
    removed: [`baton of #${issue}`, `queue entry of #${issue}`],
  });
  expect([after.baton.kind, after.ledger.queue.flight]).toEqual(["none", []]);
});
