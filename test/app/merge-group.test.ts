/** A merge queue gets its answer from GZA: for every group, by the review of the very head that is in it. */
import { createSecretKey } from "node:crypto";
import { expect, test } from "vitest";
import { answerMergeGroup } from "../../src/app/merge-group.ts";
import type { RecordBody } from "../../src/domain/record.ts";
import { graphql, type Client } from "../../src/github/client.ts";
import { recordMessage } from "../../src/github/read-record.ts";
import { signRecord } from "../../src/github/sign.ts";
import { setMergeQueue } from "../../src/playground/protection.ts";
import { sha, verdict } from "../domain/snapshots.ts";
import { firstRecord } from "../github/first-record.ts";
import { scriptedGitHub, type Line } from "../github/scripted-github.ts";
import { smallRepository } from "../github/small-repository.ts";
import { commitOn } from "../github/task-on-branch.ts";

const GROUP = sha("9");
const HEAD = sha("a");
const APP = 5;
const KEY = createSecretKey(Buffer.from("k".repeat(32)));
const repository = { id: 1, owner: "acme", name: "app" };
const REPORT: Line = ["POST /api/v3/repos/acme/app/check-runs", { data: {} }];
const CHECKS = `GET /api/v3/repos/acme/app/commits/${GROUP}/check-runs`;

function answer(client: Client, ref = `refs/heads/gh-readonly-queue/release/1.0/pr-12-${sha("8")}`) {
  const dependencies = { clientFor: () => Promise.resolve(client), key: KEY, appId: APP };
  return answerMergeGroup({ installation: 1, repository, head: GROUP, ref }, dependencies);
}

function grouped(headRefName: string, isCrossRepository = false): Line {
  const pullRequest = { headRefName, headRefOid: HEAD, isCrossRepository };
  return ["Grouped", { data: { repository: { pullRequest } } }];
}

function recorded(target: object | null): Line {
  return ["Record", { data: { repository: { record: target && { target } } } }];
}

function signed(change: Partial<RecordBody>): Line {
  const record = signRecord(KEY, { repository: 1, parent: null }, firstRecord(7, change));
  const message = recordMessage("it stands there", record, "0".repeat(32));
  return recorded({ oid: sha("7"), message, parents: { nodes: [] } });
}

test.each([
  ["approved", verdict({ head: HEAD, value: "approved" }), "success", "The review approves"],
  [
    "approved but for little",
    verdict({ head: HEAD, value: "approved_with_followups" }),
    "success",
    HEAD.slice(0, 7),
  ],
  ["rejected", verdict({ head: HEAD, value: "changes_requested" }), "failure", "requests changes"],
  ["pushed since", verdict({ head: sha("b"), value: "approved" }), "failure", "was not reviewed"],
  ["never reviewed", null, "failure", "was not reviewed"],
])("a task's head that is %s", async (_, found, conclusion, words) => {
  const github = scriptedGitHub(grouped("gza/7-fix"), signed({ verdict: found }), REPORT);

  await answer(github.client);

  const output = { title: expect.any(String), summary: expect.stringContaining(words) };
  expect(github.bodies).toEqual([
    { name: "gza / review", head_sha: GROUP, status: "completed", conclusion, output },
  ]);
  expect(github.variables).toMatchObject([{ pull: 12 }, { record: "refs/gza/tasks/7" }]);
});

test.each([
  ["is a person's", [grouped("feature")], "success"],
  ["comes from a fork", [grouped("gza/7-fix", true)], "success"],
  ["has a task's name and no record", [grouped("gza/7-fix"), recorded(null)], "success"],
  ["has a record that is none", [grouped("gza/7-fix"), recorded({})], "failure"],
  [
    "has a record that GZA did not write",
    [grouped("gza/7-fix"), recorded({ oid: sha("7"), message: "mine", parents: { nodes: [] } })],
    "failure",
  ],
])("a pull request that %s", async (_, lines, conclusion) => {
  const github = scriptedGitHub(...lines, REPORT);

  await answer(github.client);

  expect(github.bodies).toMatchObject([{ conclusion }]);
});

test("a group whose name is not understood is not approved", async () => {
  const github = scriptedGitHub(REPORT);

  await answer(github.client, "refs/heads/gh-readonly-queue/main/elsewhere");

  expect(github.bodies).toMatchObject([{ conclusion: "failure" }]);
});

test.each([
  ["is not made twice", [{ app: { id: APP }, conclusion: "success" }], 1],
  ["is made again when it is not there", [{ app: { id: APP + 1 }, conclusion: "success" }], 2],
])("a check whose answer was lost %s", async (_, check_runs, times) => {
  const lost: Line = [REPORT[0], "lost"];
  const github = scriptedGitHub(grouped("feature"), lost, [CHECKS, { data: { check_runs } }], REPORT);

  await answer(github.client);

  expect(github.asked.filter((asked) => asked.startsWith("POST"))).toHaveLength(times);
});

test("a queue that requires the review's check lands what is no task of GZA's", async () => {
  await using small = await smallRepository();
  const where = { owner: "ada", repo: "engine" };
  const played = small.playground.world.repositories.get(small.place.id);
  if (played === undefined) throw new Error("the repository is gone");
  const { data: main } = await small.ada.rest.git.getRef({ ...where, ref: "heads/main" });
  const head = await commitOn(small, { parent: main.object.sha, files: { "mine.txt": "m\n" } });
  await small.ada.rest.git.createRef({ ...where, ref: "refs/heads/mine", sha: head });
  const { data: pull } = await small.ada.rest.pulls.create({
    ...where,
    title: "Mine",
    head: "mine",
    base: "main",
  });
  const done = { status: "completed", conclusion: "success" } as const;
  await small.client.request("POST /repos/{owner}/{repo}/check-runs", {
    ...where,
    name: "gza / review",
    head_sha: head,
    ...done,
  });
  setMergeQueue(played, "main", { method: "squash" });
  await small.ada.rest.repos.updateBranchProtection({
    ...where,
    branch: "main",
    required_status_checks: { strict: false, contexts: ["gza / review"] },
    enforce_admins: true,
    required_pull_request_reviews: null,
    restrictions: null,
  });

  const join = `mutation Join($pull: ID!) { enqueuePullRequest(input: {pullRequestId: $pull}) { clientMutationId } }`;
  await graphql(small.client, join, { pull: pull.node_id });
  await small.playground.settled();
  const [group] = played.mergeQueue.map((entry) => entry.group);
  const { sha: tip, base } = group ?? { sha: "", base: "" };
  await answerMergeGroup(
    {
      installation: 1,
      repository: small.place,
      head: tip,
      ref: `refs/heads/gh-readonly-queue/main/pr-${pull.number}-${base}`,
    },
    {
      clientFor: () => Promise.resolve(small.client),
      key: small.observer.key,
      appId: small.observer.appId,
    },
  );
  await small.playground.settled();

  const { data: after } = await small.ada.rest.pulls.get({ ...where, pull_number: pull.number });
  expect(after).toMatchObject({ merged: true, merge_commit_sha: tip });
});
