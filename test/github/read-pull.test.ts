/** What people say on a pull request, and what GZA keeps of its reviews, as they are read from GitHub. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Move } from "../../src/domain/decision.ts";
import { NO_FINDINGS, type Findings } from "../../src/domain/finding.ts";
import { findingsHash } from "../../src/domain/findings.ts";
import type { RecordBody } from "../../src/domain/record.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import { applyMove } from "../../src/github/move.ts";
import { smallRepository, type SmallRepository } from "./small-repository.ts";
import { commitOn, look, taskOnBranch, taskWithPull } from "./task-on-branch.ts";

const where = { owner: "ada", repo: "engine" };
const TEN = Array.from({ length: 10 }, (_, index) => `line ${index + 1}\n`).join("");

let small: SmallRepository;

beforeAll(async () => {
  small = await smallRepository();
});
afterAll(() => small.playground.stop());

function bodyOf({ record }: Snapshot): RecordBody {
  if (record.kind !== "record") throw new Error("there is no record");
  const { mac: _, ...body } = record.record;
  return body;
}

async function moveTo(snapshot: Snapshot, change: Partial<RecordBody>, files: Partial<Move> = {}) {
  const record = { ...bodyOf(snapshot), ...change };
  const move = {
    story: "goes on",
    record,
    brief: null,
    findings: null,
    receipt: null,
    queue: null,
    job: null,
    refs: [],
    ...files,
  };
  return applyMove(small.client, { snapshot, move }, small.observer.key);
}

function requestsSince(before: number): string[] {
  return small.playground
    .requests()
    .slice(before)
    .map(({ kind, path }) => `${kind} ${path}`);
}

describe("reviews", () => {
  test("of people are read with what they want, and with the role of whoever wants a change", async () => {
    const { issue, pull, head } = await taskWithPull(small);
    const review = { ...where, pull_number: pull.number, commit_id: head };
    await small.eve.rest.pulls.createReview({ ...review, event: "COMMENT", body: "Hm." });
    await small.ada.rest.pulls.createReview({ ...review, event: "REQUEST_CHANGES", body: "Not so." });

    const snapshot = await look(small, issue);

    expect(snapshot.pull?.reviews).toMatchObject([
      { by: { login: "eve" }, isBot: false, state: "commented", body: "Hm.", at: expect.any(String) },
      { by: { login: "ada" }, state: "changes_requested", body: "Not so." },
    ]);
    expect(snapshot.roles.get(small.adaId)).toBe("admin");
  });

  test("that were taken up already cost no question for a role", async () => {
    const { issue, pull, head } = await taskWithPull(small);
    const review = { ...where, pull_number: pull.number, commit_id: head };
    await small.ada.rest.pulls.createReview({ ...review, event: "REQUEST_CHANGES", body: "Not so." });
    const spent = { attempts: 1, turns: 1, usd: 0 };
    const first = await look(small, issue);
    const asked = { ...bodyOf(first).asked, at: "2099-01-01T00:00:00Z" };
    await moveTo(first, { pull: pull.number, spent, asked });

    const before = small.playground.requests().length;
    const open = await look(small, issue);
    await moveTo(open, { seen: { comment: 0, feedback: first.now } });
    const between = small.playground.requests().length;
    await look(small, issue);

    expect(requestsSince(before)).toContain("rest /repos/ada/engine/collaborators/ada/permission");
    expect(requestsSince(between)).toEqual(["graphql Snapshot"]);
  });
});

describe("threads", () => {
  test("are read from their first to their last word, with the role of whoever spoke last", async () => {
    const { issue, pull, head } = await taskWithPull(small, { "a.txt": TEN });
    const { data: comment } = await small.eve.rest.pulls.createReviewComment({
      ...where,
      pull_number: pull.number,
      commit_id: head,
      path: "a.txt",
      line: 4,
      body: "Why four?",
    });
    const reply = { ...where, pull_number: pull.number, comment_id: comment.id };
    for (let word = 1; word <= 24; word += 1) {
      await small.ada.rest.pulls.createReplyForReviewComment({ ...reply, body: `word ${word}` });
    }

    const snapshot = await look(small, issue);

    const bodies = snapshot.pull?.threads[0]?.comments.map(({ body }) => body) ?? [];
    expect([bodies[0], bodies[1], bodies.at(-1), bodies.length]).toEqual([
      "Why four?",
      "word 5",
      "word 24",
      21,
    ]);
    expect([...snapshot.roles.keys()]).toContain(small.adaId);
  });

  test("whose lines a later head has changed have no line any more", async () => {
    const { issue, pull, head, branch } = await taskWithPull(small, { "a.txt": TEN });
    const comment = { ...where, pull_number: pull.number, commit_id: head, path: "a.txt", body: "Why?" };
    await small.ada.rest.pulls.createReviewComment({ ...comment, line: 4 });
    await small.ada.rest.pulls.createReviewComment({ ...comment, line: 8 });
    const files = { "a.txt": TEN.replace("line 4", "another line\nline four") };
    const next = await commitOn(small, { parent: head, files });
    await small.ada.rest.git.updateRef({ ...where, ref: `heads/${branch}`, sha: next });

    const snapshot = await look(small, issue);

    expect(snapshot.pull?.threads.map(({ line }) => line)).toEqual([null, 9]);
  });
});

describe("findings", () => {
  const findings: Findings = {
    ...NO_FINDINGS,
    replies: [{ attempt: 2, feedback: "0123456789ab", thread: "T_1", body: "Taken up." }],
  };

  test("are written beside the brief, read back, and kept by later moves", async () => {
    const { issue, snapshot } = await taskOnBranch(small);
    await moveTo(snapshot, { findings: findingsHash(findings) }, { findings });
    const first = await look(small, issue);
    await moveTo(first, { reason: "waits_for_checks" });

    const second = await look(small, issue);

    expect(first.findings).toEqual(findings);
    expect(second).toMatchObject({ findings, brief: snapshot.brief, record: { kind: "record" } });
  });

  test("that are not the signed ones make the record unreadable", async () => {
    const { issue, snapshot } = await taskOnBranch(small);

    await moveTo(snapshot, { findings: findingsHash(NO_FINDINGS) }, { findings });
    const { record } = await look(small, issue);

    expect(record).toMatchObject({ kind: "unreadable", why: expect.stringContaining("findings.json") });
  });

  test("that are signed and not there make the record unreadable", async () => {
    const { issue, snapshot } = await taskOnBranch(small);

    await moveTo(snapshot, { findings: findingsHash(findings) });
    const { record } = await look(small, issue);

    expect(record).toMatchObject({ kind: "unreadable", why: expect.stringContaining("findings.json") });
  });

  test("that no record vouches for are not looked at", async () => {
    const { issue, snapshot } = await taskOnBranch(small);

    await moveTo(snapshot, { findings: null }, { findings });
    const after = await look(small, issue);

    expect(after).toMatchObject({ findings: null, receipt: null, record: { kind: "record" } });
  });

  test("as large as they may become are read whole", async () => {
    const { issue, snapshot } = await taskOnBranch(small);
    const reply = { attempt: 2, feedback: "0123456789ab", thread: "T_1", body: "ü".repeat(2000) };
    const large: Findings = { ...NO_FINDINGS, replies: Array.from({ length: 115 }, () => reply) };

    await moveTo(snapshot, { findings: findingsHash(large) }, { findings: large });

    expect((await look(small, issue)).findings).toEqual(large);
  });
});

test("the default branch's checks that pushes bring are read, not those of GZA or of dispatched runs", async () => {
  const { issue, snapshot } = await taskOnBranch(small);
  const sha = snapshot.repository.defaultHead;
  const state = { ...where, sha, context: "deploy" };
  await small.ada.rest.repos.createCommitStatus({ ...state, state: "failure" });
  const own = {
    ...where,
    head_sha: sha,
    name: "gza / review",
    status: "completed",
    conclusion: "success",
  } as const;
  await small.client.request("POST /repos/{owner}/{repo}/check-runs", { ...own });

  const { repository } = await look(small, issue);

  expect(repository.baseChecks).toEqual([{ name: "deploy", outcome: "failure" }]);
});
