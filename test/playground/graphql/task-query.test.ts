/** One query for everything about an issue, its pull request, its refs and its checks. */
import { describe, expect, it } from "vitest";
import { createCheckRun } from "../../../src/playground/checks.ts";
import { addComment, addReaction, editComment } from "../../../src/playground/comments.ts";
import { moveRefs } from "../../../src/playground/git/transaction.ts";
import { writeBlob } from "../../../src/playground/git/write.ts";
import { answerQuery } from "../../../src/playground/graphql/execute.ts";
import {
  addIssue,
  addLabels,
  closeIssue,
  createIssue,
  editIssue,
  reopenIssue,
} from "../../../src/playground/issues.ts";
import { createApp, installApp } from "../../../src/playground/apps.ts";
import { testMergesDone } from "../../../src/playground/test-merge.ts";
import { issueInstallationToken } from "../../../src/playground/tokens.ts";
import { smallWorld, type SmallWorld } from "../small-world.ts";

const WHO = `kind: __typename login ... on User { databaseId } ... on Bot { databaseId } ... on Organization { databaseId }`;
const COMMENTS = `totalCount pageInfo { hasPreviousPage startCursor } nodes { id databaseId body createdAt lastEditedAt isMinimized url
  viewerDidAuthor author { ${WHO} } reactionGroups { content viewerHasReacted } }`;
const QUERY = `query Task($owner: String!, $name: String!, $issue: Int!, $pull: Int!, $hasPull: Boolean!, $branch: String!, $record: String!, $report: String!) {
  viewer { login databaseId id }
  rateLimit { cost remaining resetAt }
  repository(owner: $owner, name: $name) {
    id databaseId nameWithOwner url isPrivate isArchived deleteBranchOnMerge viewerPermission mergeCommitAllowed squashMergeAllowed rebaseMergeAllowed
    defaultBranchRef { name target { oid } }
    issue(number: $issue) { id databaseId number title body url state stateReason locked createdAt lastEditedAt
      author { ${WHO} } editor { ${WHO} } authorAssociation
      labels(first: 100) { nodes { name } }
      reactionGroups { content viewerHasReacted }
      timelineItems(last: 100, itemTypes: [LABELED_EVENT, UNLABELED_EVENT, CLOSED_EVENT, REOPENED_EVENT, RENAMED_TITLE_EVENT]) { nodes { kind: __typename
        ... on LabeledEvent { id createdAt actor { ${WHO} } label { name } }
        ... on ClosedEvent { actor { login } stateReason }
        ... on RenamedTitleEvent { previousTitle currentTitle } } }
      comments(last: 100) { ${COMMENTS} } }
    pullRequest(number: $pull) @include(if: $hasPull) { id databaseId number url title body state merged mergedAt mergedBy { ${WHO} }
      mergeCommit { oid } isDraft mergeable mergeStateStatus headRefOid headRefName baseRefName baseRefOid locked createdAt
      author { ${WHO} } labels(first: 100) { nodes { name } } comments(last: 100) { ${COMMENTS} }
      timelineItems(last: 50, itemTypes: [CLOSED_EVENT, REOPENED_EVENT, MERGED_EVENT]) { nodes { kind: __typename } }
      isInMergeQueue closingIssuesReferences(first: 10) { nodes { number } } reviewDecision
      commits(last: 1) { totalCount nodes { commit { oid committedDate statusCheckRollup { state contexts(first: 100) { totalCount pageInfo { hasNextPage endCursor } nodes { kind: __typename
        ... on CheckRun { databaseId name status conclusion startedAt completedAt detailsUrl url isRequired(pullRequestNumber: $pull) checkSuite { app { databaseId slug } workflowRun { databaseId } } }
        ... on StatusContext { context state description targetUrl isRequired(pullRequestNumber: $pull) creator { login } } } } } } } } }
    pullRequests(headRefName: $branch, baseRefName: "main", states: [OPEN, MERGED, CLOSED], first: 5, orderBy: {field: CREATED_AT, direction: DESC}) { nodes { number state } }
    record: ref(qualifiedName: $record) { name prefix target { oid ... on Commit { message committedDate parents(first: 2) { totalCount nodes { oid message } }
      tree { oid entries { name oid type } } history(first: 10) { nodes { oid message } } } } }
    report: object(expression: $report) { kind: __typename oid ... on Blob { byteSize isBinary isTruncated text } }
    refs(refPrefix: "refs/x/tasks/", first: 100) { totalCount pageInfo { hasNextPage endCursor } nodes { name target { oid ... on Commit { message committedDate } } } }
    issues(labels: ["x"], states: OPEN, first: 100) { totalCount nodes { number } pageInfo { hasNextPage } } } }`;

describe("the query about one task", () => {
  it("answers every field", async () => {
    await using small = await smallWorld();
    const told = await tell(small);
    const { variables, actor } = told;

    const answer = await answerQuery(small.world, small.token, { query: QUERY, variables });

    const ada = { kind: "User", login: "ada", databaseId: small.owner.id };
    expect(answer.errors).toBeUndefined();
    expect(answer.data).toMatchObject({
      viewer: { login: "ada", databaseId: small.owner.id },
      rateLimit: { cost: 1 },
      repository: {
        nameWithOwner: "ada/engine",
        viewerPermission: "ADMIN",
        squashMergeAllowed: true,
        defaultBranchRef: { name: "main", target: { oid: small.first } },
        issue: {
          number: 1,
          title: "New title",
          state: "OPEN",
          stateReason: "REOPENED",
          author: ada,
          editor: ada,
          authorAssociation: "OWNER",
          labels: { nodes: [{ name: "x" }] },
          timelineItems: {
            nodes: [
              { kind: "LabeledEvent", actor: ada, label: { name: "x" } },
              { kind: "RenamedTitleEvent", previousTitle: "Title", currentTitle: "New title" },
              { kind: "ClosedEvent", actor: { login: "ada" }, stateReason: "NOT_PLANNED" },
              { kind: "ReopenedEvent" },
            ],
          },
          comments: {
            totalCount: 1,
            nodes: [{ body: "edited", viewerDidAuthor: false, author: actor, isMinimized: false }],
          },
        },
        pullRequest: {
          number: 2,
          state: "OPEN",
          mergeable: "UNKNOWN",
          headRefName: "feature",
          headRefOid: told.head,
          baseRefOid: small.first,
          mergeCommit: null,
          closingIssuesReferences: { nodes: [{ number: 1 }] },
          reviewDecision: null,
          commits: {
            totalCount: 1,
            nodes: [
              {
                commit: {
                  oid: told.head,
                  statusCheckRollup: {
                    state: "FAILURE",
                    contexts: {
                      totalCount: 2,
                      nodes: [
                        {
                          kind: "CheckRun",
                          name: "test",
                          status: "COMPLETED",
                          conclusion: "FAILURE",
                          isRequired: true,
                          checkSuite: { app: { slug: "helper" }, workflowRun: null },
                        },
                        {
                          kind: "StatusContext",
                          context: "deploy",
                          state: "PENDING",
                          isRequired: false,
                          creator: { login: "ada" },
                        },
                      ],
                    },
                  },
                },
              },
            ],
          },
        },
        pullRequests: { nodes: [{ number: 2, state: "OPEN" }] },
        record: {
          name: "tasks/1",
          prefix: "refs/x/",
          target: {
            oid: told.record,
            message: "recorded",
            committedDate: "2026-01-02T03:04:05Z",
            parents: { totalCount: 1, nodes: [{ oid: small.first, message: "First" }] },
            history: { nodes: [{ oid: told.record }, { oid: small.first }] },
            tree: { entries: [{ name: "README.md", type: "blob" }, { name: "report.json" }] },
          },
        },
        report: { kind: "Blob", byteSize: 3, isBinary: false, isTruncated: false, text: "{}\n" },
        refs: {
          totalCount: 1,
          nodes: [{ name: "1", target: { oid: told.record, message: "recorded" } }],
        },
        issues: { totalCount: 1, nodes: [{ number: 1 }], pageInfo: { hasNextPage: false } },
      },
    });
  });

  it("knows whether the pull request can be merged at the second ask", async () => {
    await using small = await smallWorld();
    const { variables } = await tell(small);
    const query = `{ repository(owner: "ada", name: "engine") { pullRequest(number: 2) { mergeable mergeStateStatus } } }`;

    const first = await answerQuery(small.world, small.token, { query, variables });
    await testMergesDone(small.world);
    const second = await answerQuery(small.world, small.token, { query, variables });

    expect(first.data).toEqual({
      repository: { pullRequest: { mergeable: "UNKNOWN", mergeStateStatus: "UNKNOWN" } },
    });
    expect(second.data).toEqual({
      repository: { pullRequest: { mergeable: "MERGEABLE", mergeStateStatus: "BLOCKED" } },
    });
  });

  it("answers null for refs and objects that are not there, and nothing about a number of the other kind", async () => {
    await using small = await smallWorld();
    await tell(small);
    const query = `{ repository(owner: "ada", name: "engine") { ref(qualifiedName: "refs/x/none") { name }
      object(expression: "refs/x/tasks/1:none.json") { oid } issue(number: 2) { id } } }`;

    const answer = await answerQuery(small.world, small.token, { query });

    expect(answer.data).toEqual({ repository: { ref: null, object: null, issue: null } });
    expect(answer.errors).toMatchObject([
      { type: "NOT_FOUND", message: "Could not resolve to an Issue with the number of 2." },
    ]);
  });

  it("cuts long texts and gives none for binary files", async () => {
    await using small = await smallWorld();
    const long = await writeBlob(small.repository, "a".repeat(600_000));
    const binary = await writeBlob(small.repository, "a\0b");
    const query = `query($long: String!, $binary: String!) { repository(owner: "ada", name: "engine") {
      long: object(expression: $long) { ... on Blob { byteSize isTruncated text } }
      binary: object(expression: $binary) { ... on Blob { isBinary text } } } }`;

    const answer = await answerQuery(small.world, small.token, { query, variables: { long, binary } });

    expect(answer.data).toEqual({
      repository: {
        long: { byteSize: 600_000, isTruncated: true, text: "a".repeat(512_000) },
        binary: { isBinary: true, text: null },
      },
    });
  });

  it("lets an App read only what it was given, and answers the rest", async () => {
    await using small = await smallWorld();
    small.repository.private = true;
    await tell(small);
    const query = `{ viewer { login } repository(owner: "ada", name: "engine") { issue(number: 1) { number }
      pullRequest(number: 2) { id } record: ref(qualifiedName: "refs/x/tasks/1") { name } } }`;
    const { world, repository, owner } = small;
    const { app } = createApp(world, {
      name: "Reader",
      ownerId: owner.id,
      permissions: { issues: "read", metadata: "read" },
      events: [],
      webhookUrl: null,
    });
    const installation = installApp(world, { app, account: owner, repositories: [repository] });
    const token = issueInstallationToken(world, installation, {});

    const answer = await answerQuery(world, token, { query });

    expect(answer.data).toEqual({
      viewer: { login: "reader[bot]" },
      repository: { issue: { number: 1 }, record: null, pullRequest: null },
    });
    expect(answer.errors).toContainEqual(
      expect.objectContaining({
        type: "FORBIDDEN",
        path: ["repository", "record"],
        message: "Resource not accessible by integration",
      }),
    );
  });
});

/** Fills the world: an issue with a history, a pull request with checks, and a ref of its own. */
async function tell(small: SmallWorld) {
  const { world, repository, owner, first } = small;
  const act = { actorId: owner.id, token: small.token };
  const { app } = createApp(world, {
    name: "Helper",
    ownerId: owner.id,
    permissions: { checks: "write" },
    events: [],
    webhookUrl: null,
  });
  const issue = createIssue(world, repository, { ...act, title: "Title", body: "Body" });
  addLabels(world, repository, issue, { ...act, labels: ["x"] });
  editIssue(world, repository, issue, { ...act, title: "New title", body: "New body" });
  closeIssue(world, repository, issue, { ...act, reason: "not_planned" });
  reopenIssue(world, repository, issue, act);
  const bot = { actorId: app.botId, token: null };
  const comment = addComment(world, repository, issue, { ...bot, body: "text" });
  editComment(world, repository, comment, { ...bot, body: "edited" });
  addReaction(world, comment, { userId: owner.id, content: "eyes" });
  const head = await small.commit(first, { "a.txt": "a\n" });
  const record = await small.commit(first, { "report.json": "{}\n" }, "recorded\n");
  await moveRefs(repository.directory, [
    { name: "refs/heads/feature", before: null, after: head },
    { name: "refs/x/tasks/1", before: null, after: record },
  ]);
  openPull(small, head);
  createCheckRun(world, repository, {
    appId: app.id,
    name: "test",
    headSha: head,
    conclusion: "failure",
    token: null,
  });
  repository.statuses.push({
    id: 1,
    sha: head,
    context: "deploy",
    state: "pending",
    description: null,
    targetUrl: null,
    creatorId: owner.id,
    createdAt: "2026-01-02T03:04:05Z",
  });
  repository.protections.push({
    pattern: "main",
    requiredChecks: ["test"],
    strict: false,
    pullRequired: false,
    requiredApprovals: 0,
    enforceAdmins: false,
  });
  const variables = {
    owner: "ada",
    name: "engine",
    issue: 1,
    pull: 2,
    hasPull: true,
    branch: "feature",
    record: "refs/x/tasks/1",
    report: "refs/x/tasks/1:report.json",
  };
  const actor = { kind: "Bot", login: "helper", databaseId: app.botId };
  return { head, record, variables, actor };
}

function openPull({ world, repository, owner, token, first }: SmallWorld, head: string): void {
  const issue = addIssue(world, repository, {
    actorId: owner.id,
    token,
    title: "Pull",
    body: "Fixes #1",
  });
  issue.pull = {
    id: 9000,
    draft: false,
    headRef: "feature",
    headSha: head,
    baseRef: "main",
    baseSha: first,
    mergedAt: null,
    mergedById: null,
    mergeCommitSha: null,
    mergedOnto: null,
    mergeability: null,
    unknownReads: 0,
    autoMerge: null,
    size: { commits: 1, additions: 1, deletions: 0, changedFiles: 1 },
    reviews: [],
    threads: [],
  };
}
