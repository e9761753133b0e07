/** Issues that leave: what is told of a transfer, a deletion and a conversion, and what whoever asks for them is answered. */
import type { IssuesDeletedEvent, IssuesOpenedEvent, IssuesTransferredEvent } from "@octokit/webhooks-types";
import type { Octokit } from "@octokit/rest";
import { expect, test } from "vitest";
import { convertToDiscussion, deleteIssue, transferIssue } from "../../src/playground/departures.ts";
import type { Issue } from "../../src/playground/model/issues.ts";
import type { Repository } from "../../src/playground/model/world.ts";
import { ENGINE, engineWorld, refusal, type EngineWorld } from "./engine-world.ts";

const ONE = { ...ENGINE, issue_number: 1 };

interface Told {
  name: string;
  action: string | null;
  repository: string;
  payload: Record<string, unknown>;
}

interface Talked extends EngineWorld {
  loom: Repository;
  issue: Issue;
  /** What was told since the issue was there. */
  told: Told[];
  act: { actorId: number; token: null };
}

test("a transferred issue goes on under a new number, and its old address leads there", async () => {
  const { playground, repository, ada, loom, issue, told, act } = await talked();

  const moved = transferIssue(playground.world, repository, issue, { ...act, to: loom });
  const unfollowed = await ada.request("GET /repos/{owner}/{repo}/issues/{issue_number}", {
    ...ONE,
    request: { redirect: "manual" },
  });
  const followed = await ada.issues.get(ONE);
  const { data: comments } = await ada.issues.listComments(ONE);
  const { data: listed } = await ada.issues.listForRepo({ ...ENGINE, state: "all" });

  expect(told).toMatchObject([
    {
      name: "issues",
      action: "transferred",
      repository: "engine",
      payload: {
        issue: { number: 1, title: "Talk" },
        changes: { new_issue: { id: moved.id, number: 1 }, new_repository: { full_name: "ada/loom" } },
      } satisfies Payload<IssuesTransferredEvent>,
    },
    {
      name: "issues",
      action: "opened",
      repository: "loom",
      payload: {
        issue: { id: moved.id },
        changes: { old_issue: { id: issue.id }, old_repository: { full_name: "ada/engine" } },
      } satisfies Payload<IssuesOpenedEvent>,
    },
  ]);
  const url = `${playground.url}/api/v3/repositories/${loom.id}/issues/1`;
  expect(unfollowed).toMatchObject({
    status: 301,
    headers: { location: url },
    data: { message: "Moved Permanently", url },
  });
  expect(followed.data).toMatchObject({
    id: moved.id,
    repository_url: expect.stringMatching(/\/ada\/loom$/),
  });
  expect(followed.data.labels).toMatchObject([{ name: "bug" }]);
  expect(comments).toMatchObject([{ body: "hello", user: { login: "mary" } }]);
  expect(listed).toEqual([]);
});

test("a transfer out of sight is not found", async () => {
  const { playground, repository, mary, issue, act } = await talked();
  const secret = await playground.createRepository({ owner: "ada", name: "secret", private: true });

  transferIssue(playground.world, repository, issue, { ...act, to: secret });

  expect(await refusal(mary.issues.get(ONE))).toMatchObject({ status: 404, message: "Not Found" });
});

test("a deleted issue is gone for good, with its comments", async () => {
  const { playground, repository, ada, issue, told, act } = await talked();

  deleteIssue(playground.world, repository, issue, act);
  const comment = await refusal(ada.issues.createComment({ ...ONE, body: "hello" }));

  expect(told).toMatchObject([
    {
      name: "issues",
      action: "deleted",
      payload: { issue: { number: 1 } } satisfies Payload<IssuesDeletedEvent>,
    },
  ]);
  expect(await refusal(ada.issues.get(ONE))).toMatchObject({
    status: 410,
    message: "This issue was deleted",
  });
  expect(comment.status).toBe(410);
  expect(repository.comments.size).toBe(0);
});

test.each(["deleted", "transferred"])("GraphQL does not find a %s issue", async (how) => {
  const { playground, repository, ada, loom, issue, act } = await talked();

  if (how === "deleted") deleteIssue(playground.world, repository, issue, act);
  else transferIssue(playground.world, repository, issue, { ...act, to: loom });
  const answer = await faults(
    playground.url,
    ada,
    '{ repository(owner: "ada", name: "engine") { issue(number: 1) { id } } }',
  );

  expect(answer).toMatchObject({
    data: { repository: { issue: null } },
    errors: [
      {
        type: "NOT_FOUND",
        path: ["repository", "issue"],
        message: "Could not resolve to an Issue with the number of 1.",
      },
    ],
  });
});

test("people transfer and delete over GraphQL, as far as their role goes", async () => {
  const { playground, repository, ada, charles, loom, issue } = await talked();
  const baseUrl = `${playground.url}/api`;
  const { data: shown } = await ada.issues.get(ONE);
  const { data: other } = await ada.issues.create({ ...ENGINE, title: "Another" });
  const { data: target } = await ada.repos.get({ owner: "ada", repo: "loom" });
  const deletion = "mutation($id: ID!) { deleteIssue(input: {issueId: $id}) { repository { name } } }";

  const byWriter = await faults(playground.url, charles, deletion, { id: other.node_id });
  await ada.graphql(deletion, { id: other.node_id, baseUrl });
  const moved = await ada.graphql(
    "mutation($id: ID!, $to: ID!) { transferIssue(input: {issueId: $id, repositoryId: $to}) { issue { number repository { name } } } }",
    { id: shown.node_id, to: target.node_id, baseUrl },
  );

  expect(byWriter).toMatchObject({ errors: [{ type: "FORBIDDEN" }] });
  expect(moved).toEqual({ transferIssue: { issue: { number: 1, repository: { name: "loom" } } } });
  expect(repository.issues.size).toBe(0);
  expect(loom.issues.get(1)?.title).toBe(issue.title);
});

test("an issue made a discussion stays behind closed and locked, and nobody speaks in it again", async () => {
  const { playground, repository, ada, issue, told, act } = await talked();

  convertToDiscussion(playground.world, repository, issue, act);
  const comment = await refusal(ada.issues.createComment({ ...ONE, body: "hello" }));
  const { data: shown } = await ada.issues.get(ONE);
  const { data: timeline } = await ada.issues.listEventsForTimeline(ONE);

  expect(told.map(({ name, action }) => `${name}.${action}`)).toEqual(["issues.closed", "issues.locked"]);
  expect(shown).toMatchObject({ state: "closed", locked: true });
  expect(timeline.at(-1)).toMatchObject({ event: "converted_to_discussion", actor: { login: "ada" } });
  expect(comment.status).toBe(403);
});

/** Part of a payload under the keys of GitHub's published shape. */
type Payload<Event> = { [Key in keyof Event]?: unknown };

/** An issue of ada's with a label and mary's comment, and a second repository. */
async function talked(): Promise<Talked> {
  const small = await engineWorld();
  const { playground, repository, ada, mary } = small;
  const loom = await playground.createRepository({ owner: "ada", name: "loom" });
  await ada.issues.create({ ...ENGINE, title: "Talk", labels: ["bug", "only here"] });
  await mary.issues.createComment({ ...ONE, body: "hello" });
  const issue = repository.issues.get(1);
  if (!issue) throw new Error("the issue was not made");
  const told: Told[] = [];
  playground.world.listeners.push(({ name, action, repository: { name: at }, payload }) =>
    told.push({ name, action, repository: at, payload }),
  );
  return { ...small, loom, issue, told, act: { actorId: repository.ownerId, token: null } };
}

async function faults(url: string, octokit: Octokit, query: string, variables = {}): Promise<unknown> {
  const { data } = await octokit.request("POST /graphql", { query, variables, baseUrl: `${url}/api` });
  return data;
}
