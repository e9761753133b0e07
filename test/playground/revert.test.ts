/** Merged pull requests are taken back by new ones, over GraphQL. */
import { expect, test } from "vitest";
import { readBlob, readCommit } from "../../src/playground/git/objects.ts";
import { answerQuery } from "../../src/playground/graphql/execute.ts";
import { nodeId } from "../../src/playground/node-ids.ts";
import type { Issue } from "../../src/playground/model/issues.ts";
import { createUser } from "../../src/playground/people.ts";
import { mergePull } from "../../src/playground/pulls.ts";
import { issueUserToken } from "../../src/playground/tokens.ts";
import { act, branch, heard, move, openFrom } from "./small-pulls.ts";
import { smallWorld, type SmallWorld } from "./small-world.ts";

const REVERT = `mutation($input: RevertPullRequestInput!) { revertPullRequest(input: $input) {
  pullRequest { number } revertPullRequest { number title body isDraft headRefName baseRefName author { login } } } }`;

const CANNOT =
  "Sorry, this pull request couldn't be reverted automatically. It may have already been reverted, or the content may have changed since it was merged.";

test.each(["merge", "squash", "rebase"] as const)("what came by %s goes again", async (method) => {
  await using home = await smallWorld();
  const one = await home.commit(home.first, { "a.txt": "a\n" }, "One");
  await move(home, "work", await home.commit(one, { "README.md": "hello you\n" }, "Two"));
  const issue = await openFrom(home, "work", "main", "Add a");
  await branch(home, "main", { "b.txt": "b\n" });
  const sha = await mergePull(home.world, home.repository, issue, { ...act(home), method });
  const base = await branch(home, "main", { "c.txt": "c\n" });
  home.happenings.length = 0;

  const answer = await revert(home, issue);

  expect(answer).toEqual({
    data: {
      revertPullRequest: {
        pullRequest: { number: 1 },
        revertPullRequest: {
          number: 2,
          title: 'Revert "Add a"',
          body: "Reverts ada/engine#1",
          isDraft: false,
          headRefName: "revert-1-work",
          baseRefName: "main",
          author: { login: "ada" },
        },
      },
    },
  });
  expect(await files(home, "revert-1-work")).toEqual({
    "a.txt": null,
    "README.md": "hello\n",
    "b.txt": "b\n",
    "c.txt": "c\n",
  });
  const commit = await readCommit(home.repository, "refs/heads/revert-1-work");
  expect(commit?.parents).toEqual([base]);
  expect(commit?.message).toBe(`Revert "Add a (#1)"\n\nThis reverts commit ${sha}.`);
  expect(heard(home)).toEqual(["create", "push", "pull_request.opened"]);
});

test("a pull request that a push merged goes as a whole", async () => {
  await using home = await smallWorld();
  const one = await home.commit(home.first, { "a.txt": "a\n" }, "One");
  const two = await home.commit(one, { "b.txt": "b\n" }, "Two");
  await move(home, "work", two);
  const issue = await openFrom(home, "work");
  await move(home, "main", two);

  await revert(home, issue);

  expect(await files(home, "revert-1-work")).toMatchObject({ "a.txt": null, "b.txt": null });
});

test("a revert has the words that it is given, and its own branch each time", async () => {
  await using home = await smallWorld();
  const issue = await merged(home);

  await revert(home, issue);
  const again = await revert(home, issue, { title: "Away with it", body: "It broke.", draft: true });

  expect(again.data).toMatchObject({
    revertPullRequest: {
      revertPullRequest: {
        title: "Away with it",
        body: "Reverts ada/engine#1\n\nIt broke.",
        isDraft: true,
        headRefName: "revert-1-work-1",
      },
    },
  });
});

test.each<{ why: string; prepare: (home: SmallWorld) => Promise<Issue>; message: string }>([
  {
    why: "not merged",
    prepare: async (home) => {
      await branch(home, "work", { "a.txt": "a\n" });
      return openFrom(home, "work");
    },
    message: "Only merged pull requests can be reverted.",
  },
  {
    why: "changed since",
    prepare: async (home) => {
      const issue = await merged(home);
      await branch(home, "main", { "a.txt": "other\n" });
      return issue;
    },
    message: CANNOT,
  },
  {
    why: "reverted already",
    prepare: async (home) => {
      const issue = await merged(home);
      await revert(home, issue);
      const second = home.repository.issues.get(2);
      if (second) await mergePull(home.world, home.repository, second, { ...act(home), method: "squash" });
      return issue;
    },
    message: CANNOT,
  },
])("refused: $why", async ({ prepare, message }) => {
  await using home = await smallWorld();
  const issue = await prepare(home);
  const before = home.repository.nextNumber;

  const answer = await revert(home, issue);

  expect(answer).toMatchObject({
    data: { revertPullRequest: null },
    errors: [{ type: "UNPROCESSABLE", path: ["revertPullRequest"], message }],
  });
  expect(home.repository.nextNumber).toBe(before);
});

test("a reader reverts nothing", async () => {
  await using home = await smallWorld();
  const issue = await merged(home);
  const mary = createUser(home.world, { login: "mary" });

  const answer = await revert({ ...home, token: issueUserToken(home.world, mary.id) }, issue);

  expect(answer.errors).toMatchObject([
    {
      type: "FORBIDDEN",
      message: "mary does not have the correct permissions to execute `RevertPullRequest`",
    },
  ]);
});

async function merged(home: SmallWorld): Promise<Issue> {
  await branch(home, "work", { "a.txt": "a\n" });
  const issue = await openFrom(home, "work");
  await mergePull(home.world, home.repository, issue, { ...act(home), method: "squash" });
  return issue;
}

function revert({ world, token }: SmallWorld, issue: Issue, more: object = {}) {
  const pullRequestId = nodeId("PullRequest", issue.pull?.id ?? 0);
  return answerQuery(world, token, { query: REVERT, variables: { input: { pullRequestId, ...more } } });
}

async function files({ repository }: SmallWorld, name: string): Promise<Record<string, string | null>> {
  const paths = ["a.txt", "README.md", "b.txt", "c.txt"];
  const blobs = await Promise.all(paths.map((path) => readBlob(repository, `refs/heads/${name}:${path}`)));
  return Object.fromEntries(paths.map((path, index) => [path, blobs[index]?.bytes.toString() ?? null]));
}
