/** Issues over REST: what they answer, what they leave in the timeline and what they tell. */
import { expect, test } from "vitest";
import { ENGINE, refusal, signIn, engineWorld } from "../engine-world.ts";

test("an issue is created, labelled, closed and reopened, and its timeline tells it in order", async () => {
  const { ada, playground } = await engineWorld();
  const told: string[] = [];
  playground.world.listeners.push(({ name, action }) => told.push(`${name}.${action}`));

  const { data: issue } = await ada.issues.create({
    ...ENGINE,
    title: "It stalls",
    body: "Often.",
    labels: ["bug"],
  });
  await ada.issues.addLabels({ ...ENGINE, issue_number: issue.number, labels: ["go", "bug"] });
  await ada.issues.removeLabel({ ...ENGINE, issue_number: issue.number, name: "BUG" });
  await ada.issues.update({
    ...ENGINE,
    issue_number: issue.number,
    title: "It stops",
    state: "closed",
    state_reason: "not_planned",
  });
  await ada.issues.update({ ...ENGINE, issue_number: issue.number, state: "open" });

  expect(told).toEqual([
    "issues.opened",
    "issues.labeled",
    "label.created",
    "issues.labeled",
    "issues.unlabeled",
    "issues.edited",
    "issues.closed",
    "issues.reopened",
  ]);
  const { data: timeline } = await ada.issues.listEventsForTimeline({
    ...ENGINE,
    issue_number: issue.number,
  });
  expect(timeline.map(({ event }) => event)).toEqual([
    "labeled",
    "labeled",
    "unlabeled",
    "renamed",
    "closed",
    "reopened",
  ]);
  const { data: now } = await ada.issues.get({ ...ENGINE, issue_number: issue.number });
  expect(now).toMatchObject({
    number: 1,
    title: "It stops",
    state: "open",
    state_reason: "reopened",
    labels: [{ name: "go", color: "ededed" }],
  });
});

test("lists filter by state, label and time, and say by Link where the next page is", async () => {
  const { ada } = await engineWorld();
  for (const title of ["one", "two", "three"]) await ada.issues.create({ ...ENGINE, title, labels: [title] });
  await ada.issues.update({ ...ENGINE, issue_number: 2, state: "closed" });

  const open = await ada.issues.listForRepo({ ...ENGINE });
  const labelled = await ada.issues.listForRepo({ ...ENGINE, state: "all", labels: "two" });
  const paged = await ada.issues.listForRepo({ ...ENGINE, state: "all", per_page: 2, direction: "asc" });
  const all = await ada.paginate(ada.issues.listForRepo, { ...ENGINE, state: "all", per_page: 1 });

  expect(open.data.map(({ number }) => number)).toEqual([3, 1]);
  expect(labelled.data.map(({ number }) => number)).toEqual([2]);
  expect(paged.data.map(({ number }) => number)).toEqual([1, 2]);
  expect(paged.headers.link).toContain('rel="next"');
  expect(all).toHaveLength(3);
});

test("a reader may open and edit an own issue but not label, close or edit another's", async () => {
  const { ada, mary } = await engineWorld();
  await ada.issues.create({ ...ENGINE, title: "Ada's" });

  const { data: own } = await mary.issues.create({ ...ENGINE, title: "Mary's", labels: ["bug"] });
  const edit = await refusal(mary.issues.update({ ...ENGINE, issue_number: 1, title: "Mine now" }));
  const label = await refusal(
    mary.issues.addLabels({ ...ENGINE, issue_number: own.number, labels: ["bug"] }),
  );
  await mary.issues.update({ ...ENGINE, issue_number: own.number, body: "More." });

  expect(own.labels).toEqual([]);
  expect(edit).toMatchObject({ status: 403, message: "Must have triage rights to Repository. (mary)" });
  expect(label.status).toBe(403);
});

test("comments are limited to 65,536 characters, may not be blank, and stop at a lock", async () => {
  const { ada, mary } = await engineWorld();
  await ada.issues.create({ ...ENGINE, title: "Talk" });

  const longest = await ada.issues.createComment({ ...ENGINE, issue_number: 1, body: "x".repeat(65_536) });
  const tooLong = await refusal(
    ada.issues.createComment({ ...ENGINE, issue_number: 1, body: "x".repeat(65_537) }),
  );
  const blank = await refusal(ada.issues.createComment({ ...ENGINE, issue_number: 1, body: " " }));
  await ada.issues.lock({ ...ENGINE, issue_number: 1 });
  const locked = await refusal(mary.issues.createComment({ ...ENGINE, issue_number: 1, body: "hello" }));

  expect(longest.status).toBe(201);
  expect(tooLong).toMatchObject({
    status: 422,
    data: {
      message: "Validation Failed",
      errors: [{ message: "body is too long (maximum is 65536 characters)" }],
    },
  });
  expect(blank.status).toBe(422);
  expect(locked).toMatchObject({ status: 403, message: "Unable to create comment because issue is locked." });
});

test("an edited comment says so and carries its old text to the listeners", async () => {
  const { ada, charles, mary, playground } = await engineWorld();
  await ada.issues.create({ ...ENGINE, title: "Talk" });
  const { data: comment } = await charles.issues.createComment({ ...ENGINE, issue_number: 1, body: "frist" });
  const changes: unknown[] = [];
  playground.world.listeners.push(({ payload }) => changes.push(payload["changes"]));

  await charles.issues.updateComment({ ...ENGINE, comment_id: comment.id, body: "first" });
  const byReader = await refusal(
    mary.issues.updateComment({ ...ENGINE, comment_id: comment.id, body: "last" }),
  );
  await ada.issues.deleteComment({ ...ENGINE, comment_id: comment.id });

  expect(changes[0]).toEqual({ body: { from: "frist" } });
  expect(byReader.status).toBe(403);
  expect((await refusal(ada.issues.getComment({ ...ENGINE, comment_id: comment.id }))).status).toBe(404);
});

test("a reaction is created once and found the second time", async () => {
  const { ada } = await engineWorld();
  await ada.issues.create({ ...ENGINE, title: "Talk" });
  const { data: comment } = await ada.issues.createComment({ ...ENGINE, issue_number: 1, body: "hi" });
  const eyes = { ...ENGINE, comment_id: comment.id, content: "eyes" } as const;

  const first = await ada.reactions.createForIssueComment(eyes);
  const second = await ada.reactions.createForIssueComment(eyes);
  const { data: shown } = await ada.issues.getComment({ ...ENGINE, comment_id: comment.id });

  expect([first.status, second.status]).toEqual([201, 200]);
  expect(second.data.id).toBe(first.data.id);
  expect(shown.reactions).toMatchObject({ total_count: 1, eyes: 1 });
});

test("labels of the repository can be made, renamed on every issue and removed", async () => {
  const { ada } = await engineWorld();
  await ada.issues.createLabel({ ...ENGINE, name: "area/core x", color: "FF0000" });
  await ada.issues.create({ ...ENGINE, title: "One", labels: ["area/core x"] });

  const again = await refusal(ada.issues.createLabel({ ...ENGINE, name: "AREA/core x" }));
  await ada.issues.updateLabel({ ...ENGINE, name: "area/core x", new_name: "core" });
  const { data: renamed } = await ada.issues.listLabelsOnIssue({ ...ENGINE, issue_number: 1 });
  await ada.issues.deleteLabel({ ...ENGINE, name: "core" });
  const { data: after } = await ada.issues.get({ ...ENGINE, issue_number: 1 });

  expect(again).toMatchObject({ status: 422, data: { errors: [{ code: "already_exists" }] } });
  expect(renamed).toMatchObject([{ name: "core", color: "ff0000" }]);
  expect(after.labels).toEqual([]);
});

test("nobody reads a public repository, writes nowhere, and sees no private one", async () => {
  const { ada, playground } = await engineWorld();
  await playground.createRepository({ owner: "ada", name: "secret", private: true });
  await ada.issues.create({ ...ENGINE, title: "Open" });
  const nobody = signIn(playground);

  const read = await nobody.issues.get({ ...ENGINE, issue_number: 1 });
  const write = await refusal(nobody.issues.create({ ...ENGINE, title: "x" }));
  const secret = await refusal(nobody.repos.get({ owner: "ada", repo: "secret" }));

  expect(read.status).toBe(200);
  expect(write).toMatchObject({ status: 401, message: "Requires authentication" });
  expect(secret).toMatchObject({ status: 404, message: "Not Found" });
});
