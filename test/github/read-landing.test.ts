/** How a pull request stands with its base, what came there lately, and the receipt, as they are read from GitHub. */
import { Octokit } from "@octokit/rest";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Move } from "../../src/domain/decision.ts";
import { receiptHash, type Receipt } from "../../src/domain/receipt.ts";
import type { RecordBody } from "../../src/domain/record.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import { connect } from "../../src/github/client.ts";
import { applyMove } from "../../src/github/move.ts";
import { readLanded } from "../../src/github/read-landed.ts";
import { testMergesDone } from "../../src/playground/test-merge.ts";
import { smallRepository, type SmallRepository } from "./small-repository.ts";
import { commitOn, look, pushToBase, taskOnBranch, taskWithPull } from "./task-on-branch.ts";

const where = { owner: "ada", repo: "engine" };
let small: SmallRepository;

beforeAll(async () => {
  small = await smallRepository({ ".github/gza.yml": "label: gza\n" });
});
afterAll(() => small.playground.stop());

async function moveTo(snapshot: Snapshot, change: Partial<RecordBody>, files: Partial<Move> = {}) {
  if (snapshot.record.kind !== "record") throw new Error("there is no record");
  const { mac: _, ...body } = snapshot.record.record;
  const nothing = { brief: null, findings: null, receipt: null, queue: null, job: null, refs: [] };
  const move = { story: "goes on", record: { ...body, ...change }, ...nothing, ...files };
  return applyMove(small.client, { snapshot, move }, small.observer.key);
}

/** Past the first reading, which only starts GitHub's test merge. */
async function looked(issue: number): Promise<Snapshot> {
  await look(small, issue);
  await testMergesDone(small.playground.world);
  return look(small, issue);
}

function queriesSince(before: number, { playground }: SmallRepository = small): string[] {
  const asked = playground.requests().slice(before);
  return asked.filter(({ kind }) => kind === "graphql").map(({ path }) => path);
}

describe("a pull request", () => {
  test("is read with its base's tip, how far it is behind, its files, and what GitHub may do by itself", async () => {
    const { issue } = await taskWithPull(small, { "a.txt": "a\n", "b.txt": "b\n" });
    const baseHead = await pushToBase(small, { "c.txt": "c\n" });

    const { pull } = await looked(issue);

    expect(pull).toMatchObject({
      baseHead,
      behindBy: 1,
      mustCatchUp: false,
      files: [`${issue}.txt`, "a.txt", "b.txt"],
      queue: "none",
      autoMerge: "forbidden",
    });
  });

  test("may be left to GitHub where the repository allows it", async () => {
    const { issue } = await taskWithPull(small);
    await small.ada.rest.repos.update({ ...where, allow_auto_merge: true });

    const { pull } = await look(small, issue);
    await small.ada.rest.repos.update({ ...where, allow_auto_merge: false });

    expect(pull?.autoMerge).toBe("allowed");
  });

  test("with more files than GitHub lists at once is read without any", async () => {
    const files = Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`many/${n}.txt`, "x\n"]));
    const { issue } = await taskWithPull(small, files);

    expect((await look(small, issue)).pull?.files).toBeNull();
  });

  test("whose branch is gone is read without a comparison", async () => {
    const { issue, branch, pull } = await taskWithPull(small);
    await small.ada.rest.pulls.update({ ...where, pull_number: pull.number, state: "closed" });
    await small.ada.rest.git.deleteRef({ ...where, ref: `heads/${branch}` });

    const read = await look(small, issue);

    expect(read.pull).toMatchObject({ state: "closed", behindBy: null, baseHead: expect.any(String) });
  });
});

test("a comparison that GitHub fails at costs nothing but itself", async () => {
  const { issue } = await taskWithPull(small);
  const path = ["repository", "pullRequest", "baseRef", "compare"];
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const response = await small.playground.fetch(url, init);
    if (!String(init.body).includes("query Snapshot")) return response;
    const answer = (await response.json()) as { data: { repository: { pullRequest: { baseRef: object } } } };
    Object.assign(answer.data.repository.pullRequest.baseRef, { compare: null });
    const errors = [{ type: "NOT_FOUND", message: "Could not resolve to a ref", path }];
    return Response.json({ ...answer, errors }, { headers: response.headers });
  };
  const auth = small.token;
  const octokit = new Octokit({ auth, baseUrl: `${small.playground.url}/api/v3`, request: { fetch } });

  const read = await look({ ...small, client: connect(octokit) }, issue);

  expect(read.pull).toMatchObject({ behindBy: null, baseHead: expect.any(String), state: "open" });
});

describe("what came to the base lately", () => {
  test("is read newest first and cleaned", async () => {
    const { issue } = await taskWithPull(small, { "both.txt": "mine\n" });
    for (const [title, files] of [
      ["Older", { "other.txt": "o\n" }],
      ["Newer", { "both.txt": "theirs\n" }],
    ] as const) {
      const branch = title.toLowerCase();
      const { data: main } = await small.ada.rest.git.getRef({ ...where, ref: "heads/main" });
      const sha = await commitOn(small, { parent: main.object.sha, files });
      await small.ada.rest.git.createRef({ ...where, ref: `refs/heads/${branch}`, sha });
      const body = "For @eve. <!-- hidden -->";
      const { data } = await small.ada.rest.pulls.create({
        ...where,
        head: branch,
        base: "main",
        title,
        body,
      });
      await small.ada.rest.pulls.merge({ ...where, pull_number: data.number });
    }

    const { pull } = await looked(issue);
    const before = small.playground.requests().length;
    await look(small, issue);
    const looking = queriesSince(before);
    const landed = await readLanded(small.client, small.place, "main");

    expect([pull?.mergeable, looking]).toEqual(["conflicting", ["Snapshot"]]);
    expect(landed.map(({ title }) => title).slice(0, 2)).toEqual(["Newer", "Older"]);
    expect(landed[0]).toMatchObject({ number: expect.any(Number), commit: pull?.baseHead });
    expect(landed[0]?.body).not.toMatch(/@eve|hidden/);
  });
});

describe("a receipt", () => {
  const receipt: Receipt = {
    v: 1,
    asked: { by: { id: 5, login: "anna" }, at: "2026-01-02T03:04:05Z", how: "label" },
    brief: { hash: "b".repeat(64), removed: [] },
    attempts: [],
    rebases: [
      {
        by: "git",
        dropped: [],
        conflicts: [],
        before: "1".repeat(40),
        onto: "2".repeat(40),
        commits: { before: 1, after: 1 },
        range_diff: "1: 1 = 1: 2",
        attempt: 2,
        at: "2026-01-02T03:04:05Z",
        after: "3".repeat(40),
        same: true,
      },
    ],
  };

  test("is written beside the other files, read back, and kept by a move that changes another", async () => {
    const { issue, snapshot } = await taskOnBranch(small);
    await moveTo(snapshot, { receipt: receiptHash(receipt) }, { receipt });
    const first = await look(small, issue);
    await moveTo(first, {}, { brief: first.brief });

    const second = await look(small, issue);

    expect(first).toMatchObject({ receipt, brief: snapshot.brief });
    expect(second).toMatchObject({ receipt, brief: snapshot.brief, record: { kind: "record" } });
  });

  test("that is not the signed one makes the record unreadable", async () => {
    const { issue, snapshot } = await taskOnBranch(small);
    await moveTo(snapshot, { receipt: receiptHash({ ...receipt, rebases: [] }) }, { receipt });

    const { record } = await look(small, issue);

    expect(record).toMatchObject({ kind: "unreadable", why: expect.stringContaining("receipt.json") });
  });
});

describe("the ledger's list", () => {
  test("is read for a task that is ready or to be merged, and shows others that are ready", async () => {
    const { issue, pull } = await taskWithPull(small);
    const other = await taskOnBranch(small);
    await moveTo(other.snapshot, { phase: "ready", reason: "ready" });
    const merge = { by: { id: 7, login: "ada" }, method: null, at: "2026-01-02T03:04:05Z" };
    const listed: boolean[] = [];

    for (const change of [
      { phase: "open", reason: "waits_for_checks" },
      { phase: "open", reason: "waits_for_checks", merge },
      { phase: "ready", reason: "ready", merge: null },
    ] as const) {
      await moveTo(await look(small, issue), { pull: pull.number, ...change });
      const { ledger } = await look(small, issue);
      listed.push(ledger.records.some((record) => record.issue === other.issue));
    }

    expect(listed).toEqual([false, true, true]);
  });

  test("is read in one query once it is known that the config merges without a word", async () => {
    await using other = await smallRepository({ ".github/gza.yml": "merge: { when: approved }\n" });
    const { issue } = await taskWithPull(other);
    await look(other, issue);
    const before = other.playground.requests().length;

    await look(other, issue);

    expect(queriesSince(before, other)).toEqual(["Snapshot"]);
  });
});
