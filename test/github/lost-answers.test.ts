/** GitHub did it and the answer was lost: nothing is done a second time, and nothing is taken for undone. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import { applyEffect } from "../../src/github/apply-effect.ts";
import { applyMove } from "../../src/github/move.ts";
import { observe } from "../../src/github/observe.ts";
import { firstBrief, firstRecord } from "./first-record.ts";
import { askedIssue, smallRepository, type SmallRepository } from "./small-repository.ts";

const where = { owner: "ada", repo: "engine" };
let small: SmallRepository;

beforeAll(async () => {
  small = await smallRepository();
});
afterAll(() => small.playground.stop());

async function look(issue: number): Promise<Snapshot> {
  const read = await observe(
    small.client,
    { repository: small.place, issue },
    { ...small.observer, evidence: [] },
  );
  if (read === "gone") throw new Error("the issue is gone");
  return read;
}

test("a move whose answer was lost is known to be won", async () => {
  const issue = await askedIssue(small);
  const snapshot = await look(issue);
  const move = {
    story: "asked",
    record: firstRecord(issue),
    brief: firstBrief(),
    findings: null,
    receipt: null,
    queue: null,
    job: null,
    refs: [],
  };
  small.loseAnswer("POST", /graphql$/);

  const moved = await applyMove(small.client, { snapshot, move }, small.observer.key);
  const { record } = await look(issue);

  expect(moved.kind).toBe("won");
  expect(record).toMatchObject({ kind: "record", oid: moved.kind === "won" && moved.oid });
});

test("a comment whose answer was lost is found and not said again", async () => {
  const issue = await askedIssue(small);
  const snapshot = await look(issue);
  small.loseAnswer("POST", /\/comments$/);

  const evidence = await applyEffect(
    small.client,
    { snapshot, record: null },
    { kind: "say", key: "ready:1", on: issue, body: "<!-- gza:ready:1 -->\nReady." },
  );
  const { data } = await small.ada.rest.issues.listComments({ ...where, issue_number: issue });

  expect(data.map(({ id }) => id)).toEqual(evidence.map((found) => found.kind === "said" && found.id));
});
