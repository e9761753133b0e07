/** A pull request's page: what was reviewed, said on lines, folded away and checked. */
import { expect, test } from "vitest";
import { ENGINE } from "./engine-world.ts";
import { lines, PULL, reviewedPull } from "./reviewed-pull.ts";

test("a pull request shows reviews, conversations on its lines, what is hidden, and the checks of its head", async () => {
  const { playground, ada, charles, push, appWith } = await reviewedPull({
    "a.txt": lines({ 2: "two", 11: "eleven" }),
  });
  await charles.pulls.createReview({
    ...PULL,
    event: "REQUEST_CHANGES",
    body: "Not <yet>",
    comments: [
      { path: "a.txt", line: 2, body: "Too short" },
      { path: "a.txt", start_line: 10, line: 11, body: "Fine now" },
    ],
  });
  const { data: comments } = await ada.pulls.listReviewComments(PULL);
  await ada.pulls.createReplyForReviewComment({ ...PULL, comment_id: comments[1]?.id ?? 0, body: "Thanks" });
  const old = await charles.issues.createComment({ ...ENGINE, issue_number: 1, body: "Old news" });
  await ada.graphql(FOLD, { id: old.data.node_id });
  const head = await push({ "a.txt": lines({ 2: "zwei", 11: "eleven" }) });
  const { threads } = await ada.graphql<Threads>(THREADS, ENGINE).then(({ repository }) => ({
    threads: repository.pullRequest.reviewThreads.nodes,
  }));
  await ada.graphql(RESOLVE, { id: threads[1]?.id });
  const checks = appWith({ checks: "write" }).checks;
  const check = { ...ENGINE, name: "tests", head_sha: head };
  await checks.create({ ...check, conclusion: "failure" });
  await checks.create({
    ...check,
    conclusion: "success",
    output: {
      title: "All good",
      summary: "12 passed",
      annotations: [
        { path: "a.txt", start_line: 2, end_line: 2, annotation_level: "notice", message: "a <b>" },
      ],
    },
  });

  const page = await (await playground.fetch(`${playground.url}/ada/engine/pull/1`)).text();

  const parts = [
    /<b>charles<\/b> requested changes \w{7} [^<]*<\/p><pre>Not &lt;yet&gt;<\/pre>/,
    /<details><summary><code>a.txt<\/code> line 2 <mark>outdated<\/mark><\/summary><pre>@@ [^<]*\+two<\/pre><section>.*Too short/,
    /<summary><code>a.txt<\/code> lines 10 to 11 <mark>resolved<\/mark><\/summary>[^]*Fine now[^]*Thanks<\/pre><\/section><\/details>/,
    /<details><summary><b>charles<\/b> [^<]* · hidden as outdated<\/summary><pre>Old news<\/pre><\/details>/,
    /<summary>tests: success All good<\/summary><pre>12 passed<\/pre><ul><li><code>a.txt:2<\/code> notice: a &lt;b&gt;/,
  ];
  for (const part of parts) expect(page).toMatch(part);
  expect(page).not.toContain("tests: failure");
  expect(page.match(/<b>ada<\/b> reviewed/)).toBeNull();
});

interface Threads {
  repository: { pullRequest: { reviewThreads: { nodes: { id: string }[] } } };
}

const FOLD = `mutation($id: ID!) { minimizeComment(input: { subjectId: $id, classifier: OUTDATED }) { clientMutationId } }`;
const RESOLVE = `mutation($id: ID!) { resolveReviewThread(input: { threadId: $id }) { clientMutationId } }`;
const THREADS = `query($owner: String!, $repo: String!) { repository(owner: $owner, name: $repo) {
  pullRequest(number: 1) { reviewThreads(first: 10) { nodes { id } } } } }`;
