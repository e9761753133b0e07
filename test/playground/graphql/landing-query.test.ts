/** What is asked of pull requests before they land: comparisons, files, states, and lists of them. */
import { expect, test } from "vitest";
import { answerQuery } from "../../../src/playground/graphql/execute.ts";
import type { Protection } from "../../../src/playground/model/checks.ts";
import { mergePull } from "../../../src/playground/pulls.ts";
import { testMergesDone } from "../../../src/playground/test-merge.ts";
import { act, branch, move, openFrom } from "../small-pulls.ts";
import { smallWorld, type SmallWorld } from "../small-world.ts";

const OPEN = `query($branch: String!) { repository(owner: "ada", name: "engine") { autoMergeAllowed
  pullRequests(first: 10, states: OPEN, baseRefName: "main", orderBy: { field: CREATED_AT, direction: ASC }) { nodes {
    number headRefName headRefOid mergeable mergeStateStatus isInMergeQueue isMergeQueueEnabled
    autoMergeRequest { enabledAt mergeMethod } mergeQueueEntry { position state }
    files(first: 100) { totalCount nodes { path changeType } }
    baseRef { target { oid } compare(headRef: $branch) { aheadBy behindBy status } }
  } } } }`;

const MERGED = `{ repository(owner: "ada", name: "engine") {
  pullRequests(first: 5, states: MERGED, baseRefName: "main", orderBy: { field: UPDATED_AT, direction: DESC }) { nodes {
    number title body mergedAt mergeCommit { oid } } } } }`;

test("an open pull request says where it stands to its base and what it changes", async () => {
  await using home = await smallWorld();
  const tip = await branch(home, "work", { "a.txt": "a\n", "README.md": "hello you\n" });
  await openFrom(home, "work");
  const base = await branch(home, "main", { "c.txt": "c\n" });

  await ask(home, OPEN, "work");
  await testMergesDone(home.world);
  const answer = await ask(home, OPEN, "work");

  expect(answer).toEqual({
    repository: {
      autoMergeAllowed: false,
      pullRequests: {
        nodes: [
          {
            number: 1,
            headRefName: "work",
            headRefOid: tip,
            mergeable: "MERGEABLE",
            mergeStateStatus: "CLEAN",
            isInMergeQueue: false,
            isMergeQueueEnabled: false,
            autoMergeRequest: null,
            mergeQueueEntry: null,
            files: {
              totalCount: 2,
              nodes: [
                { path: "README.md", changeType: "MODIFIED" },
                { path: "a.txt", changeType: "ADDED" },
              ],
            },
            baseRef: { target: { oid: base }, compare: { aheadBy: 1, behindBy: 1, status: "DIVERGED" } },
          },
        ],
      },
    },
  });
});

test.each([
  { head: "main", compared: { aheadBy: 0, behindBy: 0, status: "IDENTICAL" } },
  { head: "ada:old", compared: { aheadBy: 0, behindBy: 1, status: "BEHIND" } },
  { head: "refs/heads/work", compared: { aheadBy: 1, behindBy: 1, status: "DIVERGED" } },
  { head: "gone", compared: null },
])("a branch is compared with $head", async ({ head, compared }) => {
  await using home = await smallWorld();
  await branch(home, "work", { "a.txt": "a\n" });
  await openFrom(home, "work");
  await move(home, "old", home.first);
  await branch(home, "main", { "c.txt": "c\n" });

  const answer = await ask(home, OPEN, head);

  expect(answer).toMatchObject({
    repository: { pullRequests: { nodes: [{ baseRef: { compare: compared } }] } },
  });
});

test("of what was merged, the last is first, with its words and its commit", async () => {
  await using home = await smallWorld();
  for (const name of ["one", "two"]) {
    await branch(home, name, { [`${name}.txt`]: "x\n" });
    await openFrom(home, name, "main", `Add ${name}`);
  }
  const [first, second] = [...home.repository.issues.values()];
  if (!first || !second) throw new Error("two pull requests were opened");

  const earlier = await mergePull(home.world, home.repository, second, { ...act(home), method: "merge" });
  second.updatedAt = "2026-01-01T00:00:00Z";
  const later = await mergePull(home.world, home.repository, first, { ...act(home), method: "squash" });
  const answer = await ask(home, MERGED, "");

  expect(answer).toEqual({
    repository: {
      pullRequests: {
        nodes: [
          {
            number: 1,
            title: "Add one",
            body: "",
            mergedAt: expect.any(String),
            mergeCommit: { oid: later },
          },
          {
            number: 2,
            title: "Add two",
            body: "",
            mergedAt: expect.any(String),
            mergeCommit: { oid: earlier },
          },
        ],
      },
    },
  });
});

test.each([
  { rule: { strict: true }, draft: false, state: "BEHIND" },
  { rule: { strict: true, requiredApprovals: 1 }, draft: false, state: "BEHIND" },
  { rule: { requiredApprovals: 1 }, draft: false, state: "BLOCKED" },
  { rule: { requiredChecks: ["ci"] }, draft: false, state: "BLOCKED" },
  { rule: {}, draft: false, state: "CLEAN" },
  { rule: { strict: true }, draft: true, state: "DRAFT" },
])("behind its base, under $rule, it is $state", async ({ rule, draft, state }) => {
  await using home = await smallWorld();
  protect(home, rule);
  await branch(home, "work", { "a.txt": "a\n" });
  const issue = await openFrom(home, "work");
  if (issue.pull) issue.pull.draft = draft;
  home.repository.protections = [];
  await branch(home, "main", { "c.txt": "c\n" });
  protect(home, rule);

  const first = await ask(home, OPEN, "work");
  await testMergesDone(home.world);
  const then = await ask(home, OPEN, "work");

  expect(first).toMatchObject(standing({ mergeable: "UNKNOWN", mergeStateStatus: "UNKNOWN" }));
  expect(then).toMatchObject(standing({ mergeable: "MERGEABLE", mergeStateStatus: state }));
});

test("what conflicts is dirty, whatever else is amiss", async () => {
  await using home = await smallWorld();
  await branch(home, "work", { "README.md": "mine\n" });
  await openFrom(home, "work");
  await branch(home, "main", { "README.md": "theirs\n" });
  protect(home, { strict: true, requiredChecks: ["ci"] });

  await ask(home, OPEN, "work");
  await testMergesDone(home.world);
  const answer = await ask(home, OPEN, "work");

  expect(answer).toMatchObject(standing({ mergeable: "CONFLICTING", mergeStateStatus: "DIRTY" }));
});

function standing(expected: { mergeable: string; mergeStateStatus: string }) {
  return { repository: { pullRequests: { nodes: [expected] } } };
}

function protect({ repository }: SmallWorld, rule: Partial<Protection>): void {
  const plain = { pattern: "main", requiredChecks: [], strict: false, pullRequired: false };
  repository.protections = [{ ...plain, requiredApprovals: 0, enforceAdmins: true, ...rule }];
}

async function ask({ world, token }: SmallWorld, query: string, name: string) {
  const answer = await answerQuery(world, token, {
    query,
    ...(name === "" ? {} : { variables: { branch: name } }),
  });
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer.data;
}
