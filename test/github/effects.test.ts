/** Each effect done twice is done once. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Effect } from "../../src/domain/decision.ts";
import type { Record } from "../../src/domain/record.ts";
import type { Evidence, Snapshot } from "../../src/domain/snapshot.ts";
import { applyEffect } from "../../src/github/apply-effect.ts";
import { findRun } from "../../src/github/find-run.ts";
import { observe } from "../../src/github/observe.ts";
import { signRecord } from "../../src/github/sign.ts";
import { firstRecord } from "./first-record.ts";
import { askedIssue, smallRepository, type SmallRepository } from "./small-repository.ts";

const WORKFLOW = `name: gza
run-name: gza \${{ inputs.task }} \${{ inputs.attempt }}
on:
  workflow_dispatch:
    inputs:
      task: { required: true }
      attempt: { required: true }
jobs:
  agent:
    runs-on: ubuntu-latest
    steps:
      - run: "true"
`;
const where = { owner: "ada", repo: "engine" };
const J = "1".repeat(40);

let small: SmallRepository;
let issue: number;
let snapshot: Snapshot;

beforeAll(async () => {
  small = await smallRepository({ ".github/workflows/gza.yml": WORKFLOW });
  issue = await askedIssue(small);
  snapshot = await look();
});
afterAll(() => small.playground.stop());

async function look(): Promise<Snapshot> {
  const read = await observe(
    small.client,
    { repository: small.place, issue },
    { ...small.observer, evidence: [] },
  );
  if (read === "gone") throw new Error("the issue is gone");
  return read;
}

/** Both times from the same, by then outdated, snapshot: as a second replica would, or the first one after a crash. */
async function twice(effect: Effect, record: Record | null = null): Promise<Evidence[][]> {
  const first = await applyEffect(small.client, { snapshot, record }, effect);
  const second = await applyEffect(small.client, { snapshot, record }, effect);
  return [first, second];
}

async function bodies(): Promise<string[]> {
  const { data } = await small.ada.rest.issues.listComments({ ...where, issue_number: issue });
  return data.map(({ body }) => body ?? "");
}

describe("comments", () => {
  test("are said once per key", async () => {
    const body = "<!-- gza:ready:1 -->\nReady.";

    const [first, second] = await twice({ kind: "say", key: "ready:1", on: issue, body });

    expect(first).toMatchObject([{ kind: "said", key: "ready:1" }]);
    expect(second).toEqual(first);
    expect((await bodies()).filter((one) => one === body)).toHaveLength(1);
  });

  test("somebody else's copy of the hidden line does not keep GZA silent", async () => {
    const body = "<!-- gza:ready:2 -->\nReady.";
    await small.eve.rest.issues.createComment({ ...where, issue_number: issue, body });

    await twice({ kind: "say", key: "ready:2", on: issue, body });

    expect((await bodies()).filter((one) => one === body)).toHaveLength(2);
  });

  test("the status is written over, and written anew when somebody deleted it", async () => {
    const [created] = await twice({ kind: "edit_status", id: null, body: "<!-- gza:status -->\nQueued." });
    const id = created?.[0]?.kind === "said" ? created[0].id : 0;
    await twice({ kind: "edit_status", id, body: "<!-- gza:status -->\nRunning." });
    const edited = (await bodies()).filter((one) => one.includes("gza:status"));
    await small.ada.rest.issues.deleteComment({ ...where, comment_id: id });

    await twice({ kind: "edit_status", id, body: "<!-- gza:status -->\nDone." });

    expect(edited).toEqual(["<!-- gza:status -->\nRunning."]);
    expect((await bodies()).filter((one) => one.includes("gza:status"))).toEqual([
      "<!-- gza:status -->\nDone.",
    ]);
  });

  test("get one reaction; a deleted one gets none", async () => {
    const { data } = await small.ada.rest.issues.createComment({
      ...where,
      issue_number: issue,
      body: "/gza cancel",
    });

    await twice({ kind: "react", comment: data.id, content: "eyes" });
    const { data: reactions } = await small.ada.rest.reactions.listForIssueComment({
      ...where,
      comment_id: data.id,
    });
    const gone = await twice({ kind: "react", comment: 999_999, content: "eyes" });

    expect(reactions.map(({ content }) => content)).toEqual(["eyes"]);
    expect(gone.flat()).toHaveLength(2);
  });
});

test("labels are made in their colour, put on and taken off", async () => {
  await twice({ kind: "set_labels", on: issue, add: ["gza:needs-you"], remove: ["gza:ready"] });
  const { data: label } = await small.ada.rest.issues.getLabel({ ...where, name: "gza:needs-you" });
  const on = (await look()).issue.labels;
  await twice({ kind: "set_labels", on: issue, add: [], remove: ["gza:needs-you"] });
  const off = (await look()).issue.labels;

  expect(label.color).toBe("d93f0b");
  expect([on, off]).toEqual([["gza", "gza:needs-you"], ["gza"]]);
});

test("an issue is closed as completed", async () => {
  const other = await askedIssue(small);

  await twice({ kind: "close_issue", issue: other });
  const { data } = await small.ada.rest.issues.get({ ...where, issue_number: other });

  expect([data.state, data.state_reason]).toEqual(["closed", "completed"]);
});

describe("a dispatch", () => {
  function inFlight(): Record {
    const attempt: Record["attempt"] = {
      n: 1,
      kind: "implement",
      how: "first",
      agent: "claude",
      model: null,
      start: { base: snapshot.repository.defaultHead, head: null },
      evidence: "0123456789ab",
      job: J,
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
    const body = firstRecord(issue, { phase: "running", reason: "started", attempt });
    return signRecord(small.observer.key, { repository: small.place.id, parent: null }, body);
  }

  test("starts the run, which is found by its id and by its name, and is the App's own", async () => {
    const effect = { kind: "dispatch", attempt: 1, ref: "main" } as const;

    const evidence = await applyEffect(small.client, { snapshot, record: inFlight() }, effect);
    await small.playground.settled();
    const id = evidence[0]?.kind === "dispatched" ? evidence[0].run : null;
    const dispatcher = { defaultBranch: "main", bot: snapshot.me.id };
    const wanted = { issue, job: J, base: snapshot.repository.defaultHead, id, since: snapshot.now };
    const byId = await findRun(small.client, small.place, { wanted, dispatcher });
    const byName = await findRun(small.client, small.place, { wanted: { ...wanted, id: null }, dispatcher });

    expect(id).toBeGreaterThan(0);
    expect(byId).toMatchObject({ id, status: "completed", conclusion: "success", genuine: true });
    expect(byName).toEqual(byId);
    const renamed = { wanted, dispatcher: { ...dispatcher, defaultBranch: "trunk" } };
    expect(await findRun(small.client, small.place, renamed)).toMatchObject({ genuine: true });
  });

  test("by a person makes a run that is not genuine", async () => {
    await small.ada.rest.actions.createWorkflowDispatch({
      ...where,
      workflow_id: "gza.yml",
      ref: "main",
      inputs: { task: String(issue), attempt: "2".repeat(40) },
    });
    await small.playground.settled();

    const run = await findRun(small.client, small.place, {
      wanted: {
        issue,
        job: "2".repeat(40),
        base: snapshot.repository.defaultHead,
        id: null,
        since: snapshot.now,
      },
      dispatcher: { defaultBranch: "main", bot: snapshot.me.id },
    });

    expect(run).toMatchObject({ genuine: false });
  });

  test("that is refused says so in GitHub's words", async () => {
    const effect = { kind: "dispatch", attempt: 1, ref: "nowhere" } as const;

    const evidence = await applyEffect(small.client, { snapshot, record: inFlight() }, effect);

    expect(evidence).toMatchObject([{ kind: "dispatch_refused", attempt: 1, status: 422 }]);
  });

  test("of an attempt that is not in flight any more does nothing", async () => {
    const evidence = await applyEffect(
      small.client,
      { snapshot, record: inFlight() },
      { kind: "dispatch", attempt: 2, ref: "main" },
    );

    expect(evidence).toEqual([]);
  });

  test("a run that is over, or never was, counts as cancelled", async () => {
    const evidence = await twice({ kind: "cancel_run", run: 999_999 });

    expect(evidence.flat()).toEqual([
      { kind: "run_cancelled", run: 999_999 },
      { kind: "run_cancelled", run: 999_999 },
    ]);
  });
});
