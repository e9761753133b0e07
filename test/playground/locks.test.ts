/** A locked conversation: who may still comment, edit, react and review, and what the others are told. */
import type { IssuesLockedEvent } from "@octokit/webhooks-types";
import { expect, test } from "vitest";
import { ENGINE, engineWorld, refusal } from "./engine-world.ts";
import { lines, PULL, reviewedPull } from "./reviewed-pull.ts";

const LOCKED = { status: 403, message: "Unable to create comment because issue is locked." };

test("a lock leaves the word to people with write, and to no App", async () => {
  const { ada, charles, mary, appWith } = await reviewedPull({ "a.txt": lines({ 3: "changed" }) });
  const app = appWith({ issues: "write", contents: "write", pull_requests: "write" });
  const issue = await ada.issues.create({ ...ENGINE, title: "Talk" });
  const on = { ...ENGINE, issue_number: issue.data.number };
  const { data: marys } = await mary.issues.createComment({ ...on, body: "before" });
  const { data: apps } = await app.issues.createComment({ ...on, body: "before" });

  await ada.issues.lock(on);
  const said = [
    await refusal(mary.issues.createComment({ ...on, body: "after" })),
    await refusal(app.issues.createComment({ ...on, body: "after" })),
    await refusal(mary.issues.updateComment({ ...ENGINE, comment_id: marys.id, body: "after" })),
    await refusal(app.issues.updateComment({ ...ENGINE, comment_id: apps.id, body: "after" })),
    await refusal(app.issues.deleteComment({ ...ENGINE, comment_id: apps.id })),
  ];
  const reacted = [
    await refusal(mary.reactions.createForIssue({ ...on, content: "eyes" })),
    await refusal(app.reactions.createForIssueComment({ ...ENGINE, comment_id: marys.id, content: "eyes" })),
  ];
  const byWriter = await charles.issues.createComment({ ...on, body: "after" });
  const label = await app.issues.addLabels({ ...on, labels: ["bug"] });
  await ada.issues.unlock(on);
  const unlocked = await app.issues.updateComment({ ...ENGINE, comment_id: apps.id, body: "after" });

  expect(said).toMatchObject(Array.from({ length: 5 }, () => LOCKED));
  const words = { status: 403, message: "Unable to create reaction because issue is locked." };
  expect(reacted).toMatchObject([words, words]);
  expect([byWriter.status, label.status, unlocked.status]).toEqual([201, 200, 200]);
});

test("a locked pull request takes no review and no answer from those whom the lock keeps out", async () => {
  const { ada, charles, mary, appWith } = await reviewedPull({ "a.txt": lines({ 3: "changed" }) });
  const app = appWith({ contents: "write", pull_requests: "write" });
  await charles.pulls.createReview({
    ...PULL,
    event: "COMMENT",
    comments: [{ path: "a.txt", line: 3, body: "Why?" }],
  });
  const { data: comments } = await ada.pulls.listReviewComments(PULL);
  const answer = { ...PULL, comment_id: comments[0]?.id ?? 0, body: "Because." };

  await ada.issues.lock({ ...ENGINE, issue_number: 1 });
  const refused = [
    await refusal(app.pulls.createReview({ ...PULL, event: "COMMENT", body: "Well done" })),
    await refusal(mary.pulls.createReview({ ...PULL, event: "COMMENT", body: "Well done" })),
    await refusal(app.pulls.createReplyForReviewComment(answer)),
  ];
  const byWriter = await charles.pulls.createReview({ ...PULL, event: "APPROVE" });

  const words = {
    status: 422,
    message: "Unprocessable Entity",
    data: { errors: ["lock prevents review"] },
  };
  expect(refused).toMatchObject([words, words, words]);
  expect(byWriter.data.state).toBe("APPROVED");
});

test("locking and unlocking is told, and stands in the timeline with who did it", async () => {
  const { ada, charles, playground } = await engineWorld();
  const told: unknown[] = [];
  playground.world.listeners.push(({ name, action, payload }) => told.push({ name, action, payload }));
  await ada.issues.create({ ...ENGINE, title: "Talk" });
  const on = { ...ENGINE, issue_number: 1 };

  await charles.issues.lock(on);
  await charles.issues.lock(on);
  await ada.issues.unlock(on);
  const { data: timeline } = await ada.issues.listEventsForTimeline(on);

  const locked: Pick<IssuesLockedEvent, "action"> = { action: "locked" };
  expect(told).toMatchObject([
    { name: "issues", action: "opened" },
    { name: "issues", ...locked, payload: { issue: { number: 1, locked: true } } },
    { name: "issues", action: "unlocked", payload: { issue: { number: 1, locked: false } } },
  ]);
  expect(timeline).toMatchObject([
    { event: "locked", actor: { login: "charles" } },
    { event: "unlocked", actor: { login: "ada" } },
  ]);
});

test("GraphQL refuses in the same words", async () => {
  const { ada, mary, playground } = await engineWorld();
  const { data: issue } = await ada.issues.create({ ...ENGINE, title: "Talk" });
  await ada.issues.lock({ ...ENGINE, issue_number: 1 });

  const answered = await mary
    .graphql(
      'mutation($id: ID!) { addComment(input: {subjectId: $id, body: "hello"}) { clientMutationId } }',
      {
        id: issue.node_id,
        baseUrl: `${playground.url}/api`,
      },
    )
    .then(
      () => [],
      (error: { errors: unknown[] }) => error.errors,
    );

  expect(answered).toMatchObject([
    {
      type: "UNPROCESSABLE",
      path: ["addComment"],
      message: "Unable to create comment because issue is locked",
    },
  ]);
});
