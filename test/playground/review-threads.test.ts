/** Conversations on lines through Octokit: where they stand after pushes, who settles them, what is folded. */
import { expect, test } from "vitest";
import type { Octokit } from "@octokit/rest";
import { ENGINE } from "./engine-world.ts";
import { lines, PULL, reviewedPull } from "./reviewed-pull.ts";

interface Thread {
  id: string;
  comments: { nodes: { id: string }[] };
}

const THREADS = `query { repository(owner: "ada", name: "engine") { pullRequest(number: 1) {
  reviewThreads(last: 100) { totalCount pageInfo { hasPreviousPage } nodes { id isResolved isOutdated isCollapsed path line startLine
    originalLine originalStartLine diffSide viewerCanResolve viewerCanUnresolve viewerCanReply resolvedBy { login }
    comments(first: 50) { totalCount pageInfo { hasNextPage } nodes { id databaseId body createdAt lastEditedAt viewerDidAuthor
      isMinimized minimizedReason outdated line url author { login } replyTo { databaseId } } } } } } } }`;

test("threads follow their lines through pushes, and are outdated once these change", async () => {
  const { charles, push, ada } = await reviewedPull({ "a.txt": lines({ 4: "four", 9: "nine" }) });
  await charles.pulls.createReview({
    ...PULL,
    event: "COMMENT",
    comments: [
      { path: "a.txt", line: 4, side: "RIGHT", body: "One line" },
      { path: "a.txt", start_line: 8, line: 9, side: "RIGHT", body: "Two lines" },
      { path: "a.txt", line: 9, side: "LEFT", body: "Why not?" },
    ],
  });
  const now = async () =>
    (await threadsOf(charles)).map(({ isOutdated, startLine, line, originalStartLine, originalLine }) => [
      isOutdated,
      startLine,
      line,
      originalStartLine,
      originalLine,
    ]);

  const written = await now();
  await push({ "a.txt": `new\n${lines({ 4: "four", 8: "between\nline 8", 9: "nine" })}` });
  const moved = await now();
  const rest = await charles.pulls.listReviewComments(PULL);
  const head = await push({ "a.txt": lines({ 4: "four", 9: "neuf" }) });
  const outdated = await now();
  const { data: gone } = await charles.pulls.listReviewComments(PULL);
  await push({ "a.txt": "" });

  expect(written).toEqual([
    [false, null, 4, null, 4],
    [false, 8, 9, 8, 9],
    [false, null, 9, null, 9],
  ]);
  expect(moved).toEqual([
    [false, null, 5, null, 4],
    [false, 10, 11, 8, 9],
    [false, null, 9, null, 9],
  ]);
  expect(rest.data.map(({ line, original_line: original }) => [line, original])).toEqual([
    [5, 4],
    [11, 9],
    [9, 9],
  ]);
  expect(outdated).toEqual([
    [false, null, 4, null, 4],
    [true, null, null, 8, 9],
    [false, null, 9, null, 9],
  ]);
  expect(gone).toMatchObject([
    { line: 4, commit_id: head },
    { line: null, start_line: null, original_line: 9, original_start_line: 8 },
    { line: 9 },
  ]);
  expect(gone[1]?.commit_id).toBe(gone[1]?.original_commit_id);
  expect((await threadsOf(ada)).map(({ isOutdated }) => isOutdated)).toEqual([true, true, false]);
});

test("a comment on an older commit stands where its line is at the head", async () => {
  const { charles, push, ada } = await reviewedPull({ "a.txt": lines({ 4: "four" }) });
  const { data: pull } = await ada.pulls.get(PULL);
  await push({ "a.txt": `new\n${lines({ 4: "four", 6: "six" })}` });

  await charles.pulls.createReview({
    ...PULL,
    commit_id: pull.head.sha,
    event: "COMMENT",
    comments: [
      { path: "a.txt", line: 4, body: "Still there" },
      { path: "a.txt", line: 6, body: "Gone already" },
    ],
  });

  expect(await threadsOf(charles)).toMatchObject([
    { isOutdated: false, line: 5, originalLine: 4 },
    { isOutdated: true, line: null, originalLine: 6 },
  ]);
});

test("a thread is answered over REST and GraphQL, and an edit of an answer shows", async () => {
  const { playground, ada, charles } = await reviewedPull({ "a.txt": lines({ 4: "four" }) });
  const first = await commentOn(charles, 4);
  await ada.pulls.createReplyForReviewComment({ ...PULL, comment_id: first.id, body: "Because" });
  const [thread] = await threadsOf(ada);

  const { addPullRequestReviewThreadReply: answer } = await ada.graphql<{
    addPullRequestReviewThreadReply: { comment: { databaseId: number } };
  }>(
    `mutation($id: ID!) { addPullRequestReviewThreadReply(input: { pullRequestReviewThreadId: $id, body: "And more" }) {
      comment { databaseId replyTo { databaseId } pullRequestReview { state } } } }`,
    { id: thread?.id },
  );
  const comment_id = answer.comment.databaseId;
  await ada.pulls.updateReviewComment({ ...ENGINE, comment_id, body: "And less" });
  const [after] = await threadsOf(charles);

  expect(answer.comment).toEqual({
    databaseId: expect.any(Number),
    replyTo: { databaseId: first.id },
    pullRequestReview: { state: "COMMENTED" },
  });
  const content = playground.requests().filter((request) => request.content);
  expect(content.map(({ path }) => path.replace(/\d+/g, "n")).slice(-3)).toEqual([
    "/repos/ada/engine/pulls/n/comments/n/replies",
    "addPullRequestReviewThreadReply",
    "/repos/ada/engine/pulls/comments/n",
  ]);
  expect(after?.comments).toMatchObject({
    totalCount: 3,
    nodes: [
      {
        body: "Line 4?",
        viewerDidAuthor: true,
        lastEditedAt: null,
        author: { login: "charles" },
        replyTo: null,
      },
      { body: "Because", viewerDidAuthor: false, author: { login: "ada" } },
      { body: "And less", lastEditedAt: expect.any(String), url: expect.stringContaining("#discussion_r") },
    ],
  });
});

test("who wrote the pull request or may write settles threads, an App with write on contents too", async () => {
  const world = await reviewedPull({ "a.txt": lines({ 4: "four", 9: "nine" }) });
  const { ada, charles, mary, appWith } = world;
  const app = appWith({ pull_requests: "write", contents: "write" });
  const half = appWith({ pull_requests: "write", contents: "read" });
  for (const line of [4, 9]) await commentOn(mary, line);
  const [one, two] = await threadsOf(mary);
  const both = (octokit: Octokit) =>
    octokit.graphql(
      `mutation($one: ID!, $two: ID!) { first: resolveReviewThread(input: { threadId: $one }) { thread { isResolved } }
        again: unresolveReviewThread(input: { threadId: $one }) { thread { isResolved } }
        last: resolveReviewThread(input: { threadId: $two }) { thread { isResolved resolvedBy { login } } } }`,
      { one: one?.id, two: two?.id },
    );

  const reader = await faultOf(both(mary));
  const weak = await faultOf(both(half));
  const settled = await both(app);
  const byWriter = await both(charles);

  expect(reader).toBe("mary does not have the correct permissions to execute `ResolveReviewThread`");
  expect(weak).toBe("Resource not accessible by integration");
  expect(settled).toMatchObject({
    first: { thread: { isResolved: true } },
    again: { thread: { isResolved: false } },
    last: { thread: { isResolved: true, resolvedBy: { login: expect.stringMatching(/^app-\d+\[bot\]$/) } } },
  });
  expect(byWriter).toMatchObject({ last: { thread: { isResolved: true } } });
  expect(await threadsOf(ada)).toMatchObject([
    { isResolved: false, isCollapsed: false, viewerCanResolve: true, viewerCanUnresolve: false },
    { isResolved: true, isCollapsed: true, viewerCanResolve: false, viewerCanUnresolve: true },
  ]);
  expect(await threadsOf(mary)).toMatchObject([
    { viewerCanResolve: false, viewerCanReply: true },
    { viewerCanUnresolve: false },
  ]);
  expect(await threadsOf(half)).toMatchObject([{ viewerCanResolve: false, viewerCanReply: true }, {}]);
});

test("comments, reviews and comments on lines are folded and unfolded, several in one request", async () => {
  const { charles, mary, appWith } = await reviewedPull({ "a.txt": lines({ 4: "four" }) });
  const app = appWith({ pull_requests: "write" });
  const { data: comment } = await mary.issues.createComment({ ...ENGINE, issue_number: 1, body: "Hm" });
  const { data: review } = await charles.pulls.createReview({ ...PULL, event: "COMMENT", body: "Reviewed" });
  const line = await commentOn(charles, 4);
  const ids = { a: comment.node_id, b: review.node_id, c: line.node_id };
  const fold = (verb: string, more = "") =>
    `mutation($a: ID!, $b: ID!, $c: ID!) { ${["a", "b", "c"].map((name) => `${name}: ${verb}(input: { subjectId: $${name}${more} }) { clientMutationId }`).join(" ")} }`;

  const refused = await faultOf(mary.graphql(fold("minimizeComment", ", classifier: SPAM"), ids));
  await app.graphql(fold("minimizeComment", ", classifier: OUTDATED"), ids);
  const folded = await standingOf(app);
  await app.graphql(fold("unminimizeComment"), ids);
  const unfolded = await standingOf(app);

  expect(refused).toBe("mary does not have the correct permissions to execute `MinimizeComment`");
  expect(folded).toMatchObject({
    comments: { nodes: [{ isMinimized: true, minimizedReason: "outdated" }] },
    reviews: {
      nodes: [
        {
          id: review.node_id,
          databaseId: review.id,
          body: "Reviewed",
          state: "COMMENTED",
          submittedAt: expect.any(String),
          viewerDidAuthor: false,
          author: { login: "charles" },
          commit: { oid: review.commit_id },
          isMinimized: true,
          minimizedReason: "outdated",
          url: review.html_url,
        },
        { body: "", isMinimized: false },
      ],
    },
    reviewThreads: { nodes: [{ comments: { nodes: [{ isMinimized: true }] } }] },
  });
  expect(unfolded).toMatchObject({
    comments: { nodes: [{ isMinimized: false, minimizedReason: null }] },
    reviews: { nodes: [{ isMinimized: false }, { isMinimized: false }] },
    reviewThreads: { nodes: [{ comments: { nodes: [{ isMinimized: false }] } }] },
  });
});

async function threadsOf(octokit: Octokit): Promise<(Thread & Record<string, unknown>)[]> {
  const answer = await octokit.graphql<{
    repository: { pullRequest: { reviewThreads: { nodes: (Thread & Record<string, unknown>)[] } } };
  }>(THREADS);
  return answer.repository.pullRequest.reviewThreads.nodes;
}

async function standingOf(octokit: Octokit): Promise<unknown> {
  const answer = await octokit.graphql<{ repository: { pullRequest: unknown } }>(
    `query { repository(owner: "ada", name: "engine") { pullRequest(number: 1) {
      comments(last: 100) { nodes { isMinimized minimizedReason } }
      reviews(last: 100) { nodes { id databaseId body state submittedAt viewerDidAuthor author { login } commit { oid } isMinimized minimizedReason url } }
      reviewThreads(last: 100) { nodes { comments(last: 5) { nodes { isMinimized } } } } } } }`,
  );
  return answer.repository.pullRequest;
}

async function commentOn(octokit: Octokit, line: number): Promise<{ id: number; node_id: string }> {
  const { data: pull } = await octokit.pulls.get(PULL);
  const comment = { path: "a.txt", line, body: `Line ${line}?`, commit_id: pull.head.sha };
  return (await octokit.pulls.createReviewComment({ ...PULL, ...comment })).data;
}

/** The first fault that GraphQL names. */
async function faultOf(request: Promise<unknown>): Promise<string> {
  const error = await request.then(
    () => null,
    (cause: unknown) => cause,
  );
  const [first] = (error as { errors?: { message: string }[] } | null)?.errors ?? [];
  return first?.message ?? "accepted";
}
