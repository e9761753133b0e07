/** What a task is besides its issue and its work: what an attempt left, who is asked for a role, the set-up, an issue that is gone. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Move } from "../../src/domain/decision.ts";
import { unfinishedRef, WORKFLOW_PATH } from "../../src/domain/names.ts";
import type { RecordBody } from "../../src/domain/record.ts";
import { applyEffect } from "../../src/github/apply-effect.ts";
import { applyMove } from "../../src/github/move.ts";
import { deleteIssue, transferIssue } from "../../src/playground/departures.ts";
import { report } from "../domain/snapshots.ts";
import { firstBrief, firstRecord } from "./first-record.ts";
import { askedIssue, smallRepository, type SmallRepository } from "./small-repository.ts";
import { look, taskWithPull } from "./task-on-branch.ts";

const where = { owner: "ada", repo: "engine" };
let small: SmallRepository;

beforeAll(async () => {
  small = await smallRepository({ [WORKFLOW_PATH]: "on: workflow_dispatch\njobs: {}\n" });
});
afterAll(() => small.playground.stop());

/** A task whose record says this. */
async function task(change: Partial<RecordBody> = {}): Promise<number> {
  const issue = await askedIssue(small);
  const move: Move = {
    story: "asked",
    record: firstRecord(issue, change),
    brief: firstBrief(),
    findings: null,
    receipt: null,
    queue: null,
    job: null,
    refs: [],
  };
  await applyMove(small.client, { snapshot: await look(small, issue), move }, small.observer.key);
  return issue;
}

async function commit(files: { [path: string]: string }, parents: string[]): Promise<string> {
  const tree = Object.entries(files).map(([path, content]) => {
    return { path, content, mode: "100644" as const, type: "blob" as const };
  });
  const { data: made } = await small.ada.rest.git.createTree({ ...where, tree });
  const { data } = await small.ada.rest.git.createCommit({ ...where, message: "R", tree: made.sha, parents });
  return data.sha;
}

function repository() {
  const found = small.playground.world.repositories.get(small.place.id);
  if (!found) throw new Error("the repository is gone");
  return found;
}

describe("unfinished work", () => {
  test("is read with its report, its commits and its session", async () => {
    const issue = await task();
    const job = await commit({ "job.json": "{}" }, []);
    const work = await commit({ "a.txt": "a" }, []);
    const text = JSON.stringify(report({ end: "max_turns", session: true }));
    const oid = await commit({ "report.json": text, session: "words" }, [job, work]);
    await small.ada.rest.git.createRef({ ...where, ref: unfinishedRef(issue), sha: oid });

    const { unfinished } = await look(small, issue);

    const session: unknown = expect.stringMatching(/^[0-9a-f]{40}$/);
    const read = { kind: "report", report: { end: "max_turns" } };
    expect(unfinished).toMatchObject({ oid, work, session, report: read });
  });

  test("may have no commits and no session, and what is no report is said to be none", async () => {
    const issue = await task();
    const oid = await commit({ "other.json": "{}" }, [await commit({ "job.json": "{}" }, [])]);
    await small.ada.rest.git.createRef({ ...where, ref: unfinishedRef(issue), sha: oid });

    const { unfinished } = await look(small, issue);

    const why = "there is no report.json";
    expect(unfinished).toEqual({ oid, work: null, session: null, report: { kind: "unreadable", why } });
  });
});

describe("an issue that is gone", () => {
  test.each(["deleted", "transferred"])(
    "%s, is closed and without a word, and its record stays",
    async (way) => {
      const issue = await task();
      const { world } = small.playground;
      const found = repository().issues.get(issue);
      if (!found) throw new Error("there is no issue");
      const by = { actorId: small.adaId, token: null };
      const to = await small.playground.createRepository({ owner: "ada", name: way, files: { a: "a\n" } });
      if (way === "deleted") deleteIssue(world, repository(), found, by);
      else transferIssue(world, repository(), found, { ...by, to });

      const snapshot = await look(small, issue);

      expect(snapshot.issue).toMatchObject({
        number: issue,
        gone: true,
        state: "closed",
        locked: true,
        labels: [],
      });
      expect(snapshot).toMatchObject({ record: { kind: "record" }, comments: [], discussion: [] });
    },
  );
});

describe("the set-up", () => {
  test("without an installation to ask, nothing is missing", async () => {
    const { installation, repository: read } = await look(small, await task());

    expect(installation.missing).toEqual([]);
    expect(installation.url).toMatch(/^http:\/\/[^/]+\/settings\/installations$/);
    expect(read.workflow).toBe("present");
  });

  test("a workflow that was switched off is told where it may be why nothing starts, and is not asked about elsewhere", async () => {
    await small.ada.rest.actions.listRepoWorkflows(where);
    for (const workflow of repository().workflows) workflow.state = "disabled_manually";
    const before = small.playground.requests().length;

    const queued = await look(small, await task());
    const asked = small.playground
      .requests()
      .slice(before)
      .filter(({ path }) => path.endsWith("/gza.yml"));
    const parked = await look(small, await task({ phase: "parked", reason: "setup" }));
    for (const workflow of repository().workflows) workflow.state = "active";

    expect([queued.repository.workflow, asked, parked.repository.workflow]).toEqual([
      "present",
      [],
      "disabled",
    ]);
  });
});

describe("roles", () => {
  test("of who spoke and who wrote the text are asked for when somebody who may has commanded a task", async () => {
    const { data } = await small.eve.rest.issues.create({ ...where, title: "It stalls", body: "Often." });
    const say = (by: "ada" | "eve", body: string) =>
      small[by].rest.issues.createComment({ ...where, issue_number: data.number, body });

    await say("eve", "/gza run");
    const refused = await look(small, data.number);
    await say("ada", "/gza run");
    const asked = await look(small, data.number);

    expect([...refused.roles.values()]).toEqual(["read"]);
    expect([...asked.roles.values()].toSorted()).toEqual(["admin", "read"]);
  });

  test("talk on an issue that nobody asked for costs one query", async () => {
    const { data } = await small.eve.rest.issues.create({ ...where, title: "It stalls", body: "Often." });
    await small.eve.rest.issues.createComment({ ...where, issue_number: data.number, body: "Me too" });
    const before = small.playground.requests().length;

    const snapshot = await look(small, data.number);

    expect(small.playground.requests().length - before).toBe(1);
    expect([snapshot.discussion.length, snapshot.roles.size]).toEqual([1, 0]);
  });
});

test("a replaced pull request is closed, once or twice", async () => {
  const { snapshot, pull, issue } = await taskWithPull(small);
  const effect = { kind: "close_pull", number: pull.number } as const;

  const closed = await applyEffect(small.client, { snapshot, record: null }, effect);
  const again = await applyEffect(small.client, { snapshot, record: null }, effect);
  const after = await look(small, issue);

  expect([closed, again]).toEqual([[{ kind: "pull_closed", number: pull.number }], closed]);
  expect(after.pull?.state).toBe("closed");
});
