/** Mutations: what they change, whom they tell, whom they refuse. */
import { describe, expect, it } from "vitest";
import { createApp, installApp } from "../../../src/playground/apps.ts";
import { listRefs } from "../../../src/playground/git/list-refs.ts";
import { answerQuery } from "../../../src/playground/graphql/execute.ts";
import { addIssue, createIssue } from "../../../src/playground/issues.ts";
import { createLabel } from "../../../src/playground/labels.ts";
import type { Permissions, Token } from "../../../src/playground/model/people.ts";
import { openPull } from "../../../src/playground/pulls.ts";
import { nodeId } from "../../../src/playground/node-ids.ts";
import { createUser } from "../../../src/playground/people.ts";
import { issueInstallationToken, issueUserToken } from "../../../src/playground/tokens.ts";
import { smallWorld, type SmallWorld } from "../small-world.ts";

const NONE = "0".repeat(40);
const UPDATE = "mutation($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }";

describe("updateRefs", () => {
  it("moves several refs at once, creates and deletes", async () => {
    await using small = await smallWorld();
    const next = await small.commit(small.first, { "a.txt": "a\n" });
    const made = await updateRefs(small, [
      { name: "refs/x/a", beforeOid: NONE, afterOid: small.first },
      { name: "refs/x/b", beforeOid: NONE, afterOid: small.first },
    ]);

    const moved = await updateRefs(small, [
      { name: "refs/x/a", beforeOid: small.first, afterOid: next },
      { name: "refs/x/b", beforeOid: small.first, afterOid: NONE },
      { name: "refs/heads/new", beforeOid: NONE, afterOid: next },
    ]);

    expect(made).toEqual({ data: { updateRefs: { clientMutationId: "mine" } } });
    expect(moved.errors).toBeUndefined();
    expect(await listRefs(small.repository, "refs/")).toEqual([
      { name: "refs/heads/main", oid: small.first },
      { name: "refs/heads/new", oid: next },
      { name: "refs/x/a", oid: next },
    ]);
    expect(small.happenings.map(({ name }) => name)).toEqual(["create", "push"]);
  });

  it("moves nothing when one ref is not where it was believed to be", async () => {
    await using small = await smallWorld();
    const next = await small.commit(small.first, { "a.txt": "a\n" });

    const stale = await updateRefs(small, [
      { name: "refs/x/a", beforeOid: NONE, afterOid: small.first },
      { name: "refs/heads/main", beforeOid: next, afterOid: next },
    ]);
    const taken = await updateRefs(small, [{ name: "refs/heads/main", beforeOid: NONE, afterOid: next }]);

    expect(stale).toMatchObject({ data: { updateRefs: null }, errors: [{ type: "STALE_DATA" }] });
    expect(taken).toMatchObject({ errors: [{ type: "STALE_DATA", path: ["updateRefs"] }] });
    expect(await listRefs(small.repository, "refs/")).toEqual([
      { name: "refs/heads/main", oid: small.first },
    ]);
  });

  it("takes contents: write of an App, and push access of a person", async () => {
    await using small = await smallWorld();
    const update = [{ name: "refs/x/a", afterOid: small.first }];
    const reader = appToken(small, { contents: "read" });
    const stranger = issueUserToken(small.world, createUser(small.world, { login: "eve" }).id);

    const byApp = await updateRefs({ ...small, token: reader }, update);
    const byStranger = await updateRefs({ ...small, token: stranger }, update);

    expect(byApp.errors).toMatchObject([
      { type: "FORBIDDEN", message: "Resource not accessible by integration" },
    ]);
    expect(byStranger.errors).toMatchObject([
      { type: "FORBIDDEN", message: "eve does not have the correct permissions to execute `UpdateRefs`" },
    ]);
  });
});

describe("single refs", () => {
  it("are created, moved and deleted, and read as they are afterwards", async () => {
    await using small = await smallWorld();
    const next = await small.commit(small.first, { "a.txt": "a\n" });
    const repositoryId = nodeId("Repository", small.repository.id);
    const refId = nodeId("Ref", `${small.repository.id}:refs/heads/new`);

    const created = await ask(
      small,
      "mutation($input: CreateRefInput!) { createRef(input: $input) { ref { id name prefix target { oid } } } }",
      { repositoryId, name: "refs/heads/new", oid: small.first },
    );
    const again = await ask(
      small,
      "mutation($input: CreateRefInput!) { createRef(input: $input) { ref { id } } }",
      { repositoryId, name: "refs/heads/new", oid: small.first },
    );
    const updated = await ask(
      small,
      "mutation($input: UpdateRefInput!) { updateRef(input: $input) { ref { target { oid } } } }",
      { refId, oid: next },
    );
    const deleted = await ask(
      small,
      "mutation($input: DeleteRefInput!) { deleteRef(input: $input) { clientMutationId } }",
      { refId },
    );

    expect(created.data).toEqual({
      createRef: { ref: { id: refId, name: "new", prefix: "refs/heads/", target: { oid: small.first } } },
    });
    expect(again.errors).toMatchObject([
      {
        type: "UNPROCESSABLE",
        message: `A ref named "refs/heads/new" already exists in the repository.`,
      },
    ]);
    expect(updated.data).toEqual({ updateRef: { ref: { target: { oid: next } } } });
    expect(deleted.errors).toBeUndefined();
    expect(await listRefs(small.repository, "refs/heads/new")).toEqual([]);
  });
});

describe("issues and comments", () => {
  it("are commented, edited, hidden and reacted to", async () => {
    await using small = await smallWorld();
    const subjectId = anIssue(small);

    const added = await ask(
      small,
      `mutation($input: AddCommentInput!) { addComment(input: $input) {
        subject { id } commentEdge { node { id body viewerDidAuthor issue { number } } } } }`,
      { subjectId, body: "hello" },
    );
    const [comment] = small.repository.comments.values();
    const commentId = nodeId("IssueComment", comment?.id ?? 0);
    const edited = await ask(
      small,
      "mutation($input: UpdateIssueCommentInput!) { updateIssueComment(input: $input) { issueComment { body } } }",
      { id: commentId, body: "hello again" },
    );
    const hidden = await ask(
      small,
      `mutation($input: MinimizeCommentInput!) { minimizeComment(input: $input) {
        minimizedComment { isMinimized minimizedReason } } }`,
      { subjectId: commentId, classifier: "OFF_TOPIC" },
    );
    const reacted = await ask(
      small,
      `mutation($input: AddReactionInput!) { addReaction(input: $input) { reaction { content user { login } }
        reactionGroups { content viewerHasReacted } } }`,
      { subjectId: commentId, content: "ROCKET" },
    );
    const taken = await ask(
      small,
      "mutation($input: RemoveReactionInput!) { removeReaction(input: $input) { reaction { content } } }",
      { subjectId: commentId, content: "ROCKET" },
    );

    expect(added.data).toEqual({
      addComment: {
        subject: { id: subjectId },
        commentEdge: {
          node: { id: commentId, body: "hello", viewerDidAuthor: true, issue: { number: 1 } },
        },
      },
    });
    expect(edited.data).toEqual({ updateIssueComment: { issueComment: { body: "hello again" } } });
    expect(hidden.data).toEqual({
      minimizeComment: { minimizedComment: { isMinimized: true, minimizedReason: "off-topic" } },
    });
    expect(reacted.data).toMatchObject({
      addReaction: { reaction: { content: "ROCKET", user: { login: "ada" } } },
    });
    expect(taken.data).toEqual({ removeReaction: { reaction: { content: "ROCKET" } } });
    expect(comment?.reactions).toEqual([]);
    expect(small.happenings.map(({ name, action }) => `${name}.${action}`)).toEqual([
      "issues.opened",
      "issue_comment.created",
      "issue_comment.edited",
    ]);
  });

  it("are labelled and closed by who may", async () => {
    await using small = await smallWorld();
    const labelableId = anIssue(small);
    const act = { actorId: small.owner.id, token: small.token };
    const label = createLabel(small.world, small.repository, { ...act, name: "x" });
    const labelIds = [nodeId("Label", label.id)];
    const eve = issueUserToken(small.world, createUser(small.world, { login: "eve" }).id);
    const add =
      "mutation($input: AddLabelsToLabelableInput!) { addLabelsToLabelable(input: $input) { labelable { labels(first: 5) { nodes { name } } } } }";

    const refused = await ask({ ...small, token: eve }, add, { labelableId, labelIds });
    const added = await ask(small, add, { labelableId, labelIds });
    const removed = await ask(
      small,
      `mutation($input: RemoveLabelsFromLabelableInput!) { removeLabelsFromLabelable(input: $input) {
        labelable { ... on Issue { number } labels(first: 5) { totalCount } } } }`,
      { labelableId, labelIds },
    );
    const closed = await ask(
      small,
      "mutation($input: CloseIssueInput!) { closeIssue(input: $input) { issue { state stateReason } } }",
      { issueId: labelableId, stateReason: "NOT_PLANNED" },
    );

    expect(refused.errors).toMatchObject([
      {
        type: "FORBIDDEN",
        message: "eve does not have the correct permissions to execute `AddLabelsToLabelable`",
      },
    ]);
    expect(added.data).toEqual({
      addLabelsToLabelable: { labelable: { labels: { nodes: [{ name: "x" }] } } },
    });
    expect(removed.data).toEqual({
      removeLabelsFromLabelable: { labelable: { number: 1, labels: { totalCount: 0 } } },
    });
    expect(closed.data).toEqual({ closeIssue: { issue: { state: "CLOSED", stateReason: "NOT_PLANNED" } } });
  });

  it("say what is wrong with a text in one sentence", async () => {
    await using small = await smallWorld();

    const answer = await ask(
      small,
      "mutation($input: AddCommentInput!) { addComment(input: $input) { clientMutationId } }",
      { subjectId: anIssue(small), body: " " },
    );

    expect(answer.errors).toMatchObject([{ type: "UNPROCESSABLE", message: "Body cannot be blank" }]);
  });
});

describe("pull requests", () => {
  it("are taken out of draft and put back", async () => {
    await using small = await smallWorld();
    const pullRequestId = aDraft(small);

    const ready = await ask(
      small,
      `mutation($input: MarkPullRequestReadyForReviewInput!) { markPullRequestReadyForReview(input: $input) {
        pullRequest { isDraft } } }`,
      { pullRequestId },
    );
    const draft = await ask(
      small,
      `mutation($input: ConvertPullRequestToDraftInput!) { convertPullRequestToDraft(input: $input) {
        pullRequest { isDraft timelineItems(first: 5) { nodes { kind: __typename } } } } }`,
      { pullRequestId },
    );

    expect(ready.data).toEqual({ markPullRequestReadyForReview: { pullRequest: { isDraft: false } } });
    expect(draft.data).toEqual({
      convertPullRequestToDraft: {
        pullRequest: {
          isDraft: true,
          timelineItems: { nodes: [{ kind: "ReadyForReviewEvent" }, { kind: "ConvertToDraftEvent" }] },
        },
      },
    });
    expect(small.happenings.map(({ name, action }) => `${name}.${action}`)).toEqual([
      "pull_request.ready_for_review",
      "pull_request.converted_to_draft",
    ]);
  });

  it("are edited and merged, if the head is the one that was seen", async () => {
    await using small = await smallWorld();
    const { world, repository, owner, token } = small;
    const head = await small.commit(small.first, { "a.txt": "a\n" });
    await updateRefs(small, [{ name: "refs/heads/feature", beforeOid: NONE, afterOid: head }]);
    const wish = { title: "Pull", body: null, head: "feature", base: "main", draft: false };
    const issue = await openPull(world, repository, { ...wish, actorId: owner.id, token });
    const pullRequestId = nodeId("PullRequest", issue.pull?.id ?? 0);
    const merge =
      "mutation($input: MergePullRequestInput!) { mergePullRequest(input: $input) { pullRequest { state mergeCommit { message } } } }";

    const edited = await ask(
      small,
      "mutation($input: UpdatePullRequestInput!) { updatePullRequest(input: $input) { pullRequest { title } } }",
      { pullRequestId, title: "New title" },
    );
    const stale = await ask(small, merge, { pullRequestId, expectedHeadOid: small.first });
    const merged = await ask(small, merge, {
      pullRequestId,
      expectedHeadOid: head,
      mergeMethod: "SQUASH",
      commitHeadline: "Done",
      commitBody: "Well",
    });

    expect(edited.data).toEqual({ updatePullRequest: { pullRequest: { title: "New title" } } });
    expect(stale.errors).toMatchObject([{ type: "STALE_DATA" }]);
    expect(merged).toEqual({
      data: {
        mergePullRequest: {
          pullRequest: { state: "MERGED", mergeCommit: { message: expect.stringMatching(/^Done\n\nWell/) } },
        },
      },
    });
  });
});

describe("nodes by id", () => {
  it("are found whatever they are", async () => {
    await using small = await smallWorld();
    const { repository, first, owner } = small;
    const ids = [
      anIssue(small),
      nodeId("User", owner.id),
      nodeId("Commit", `${repository.id}:${first}`),
      nodeId("Ref", `${repository.id}:refs/heads/main`),
    ];
    const query = `query($ids: [ID!]!) { nodes(ids: $ids) { id kind: __typename ... on Commit { message } ... on Ref { name } } }`;

    const answer = await answerQuery(small.world, small.token, { query, variables: { ids } });

    expect(answer.data).toEqual({
      nodes: [
        { id: ids[0], kind: "Issue" },
        { id: ids[1], kind: "User" },
        { id: ids[2], kind: "Commit", message: "First" },
        { id: ids[3], kind: "Ref", name: "main" },
      ],
    });
  });

  it("are told apart from what is none", async () => {
    await using small = await smallWorld();

    const answer = await answerQuery(small.world, small.token, { query: `{ node(id: "x") { id } }` });

    expect(answer.errors).toMatchObject([
      { type: "NOT_FOUND", message: "Could not resolve to a node with the global id of 'x'" },
    ]);
  });
});

type Asker = Pick<SmallWorld, "world" | "token">;

function ask({ world, token }: Asker, query: string, input: object) {
  return answerQuery(world, token, { query, variables: { input } });
}

function updateRefs(small: Pick<SmallWorld, "world" | "token" | "repository">, refUpdates: object[]) {
  const repositoryId = nodeId("Repository", small.repository.id);
  return ask(small, UPDATE, { repositoryId, refUpdates, clientMutationId: "mine" });
}

function anIssue({ world, repository, owner, token }: SmallWorld): string {
  const issue = createIssue(world, repository, { actorId: owner.id, token, title: "Title", body: null });
  return nodeId("Issue", issue.id);
}

function aDraft({ world, repository, owner, token, first }: SmallWorld): string {
  const issue = addIssue(world, repository, { actorId: owner.id, token, title: "Pull", body: null });
  issue.pull = {
    id: 9000,
    draft: true,
    headRef: "main",
    headSha: first,
    baseRef: "main",
    baseSha: first,
    mergedAt: null,
    mergedById: null,
    mergeCommitSha: null,
    mergedOnto: null,
    mergeability: null,
    unknownReads: 0,
    autoMerge: null,
    size: { commits: 0, additions: 0, deletions: 0, changedFiles: 0 },
    reviews: [],
    threads: [],
  };
  return nodeId("PullRequest", 9000);
}

function appToken({ world, repository, owner }: SmallWorld, permissions: Permissions): Token {
  const { app } = createApp(world, {
    name: "Reader",
    ownerId: owner.id,
    permissions,
    events: [],
    webhookUrl: null,
  });
  const installation = installApp(world, { app, account: owner, repositories: [repository] });
  return issueInstallationToken(world, installation, {});
}
