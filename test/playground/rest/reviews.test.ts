/** Reviews and line comments over REST, through Octokit. */
import { expect, test } from "vitest";
import { clientOf, playgroundClient, type Client } from "./playground-client.ts";

test("a review with line comments is kept, shown and told", async () => {
  await using client = await playgroundClient({ "a.txt": "one\ntwo\nthree\n" });
  const { at } = client;
  const { reviewer, pull } = await reviewed(client, "one\n2\nthree\nfour\n");

  const review = await reviewer.pulls.createReview({
    ...pull,
    event: "REQUEST_CHANGES",
    body: "Please look again",
    comments: [
      { path: "a.txt", line: 2, side: "LEFT", body: "Why not two?" },
      { path: "a.txt", line: 4, side: "RIGHT", body: "And four?" },
    ],
  });
  const [first] = (await reviewer.pulls.listReviewComments({ ...pull })).data;
  await reviewer.pulls.createReplyForReviewComment({ ...pull, comment_id: first?.id ?? 0, body: "Because" });

  expect(review.data).toMatchObject({ state: "CHANGES_REQUESTED", user: { login: "eve" } });
  const comments = await reviewer.pulls.listReviewComments({ ...pull });
  expect(comments.data).toMatchObject([
    { body: "Why not two?", line: 2, side: "LEFT", diff_hunk: "@@ -1,3 +1,4 @@\n one\n-two" },
    { body: "And four?", line: 4, side: "RIGHT", diff_hunk: expect.stringContaining("+four") },
    { body: "Because", line: 2, in_reply_to_id: first?.id },
  ]);
  const reviews = await client.octokit.pulls.listReviews({ ...at, pull_number: 1 });
  expect(reviews.data.map(({ state }) => state)).toEqual(["CHANGES_REQUESTED", "COMMENTED"]);
});

test("nobody judges their own pull request, and comments stand on lines of the diff", async () => {
  await using client = await playgroundClient({ "a.txt": "one\ntwo\nthree\n" });
  const { octokit, refusal } = client;
  const { reviewer, pull } = await reviewed(client, "one\n2\nthree\n");
  const comment = { path: "a.txt", line: 9, side: "RIGHT", body: "x" };

  const words = [
    await refusal(octokit.pulls.createReview({ ...pull, event: "APPROVE" })),
    await refusal(octokit.pulls.createReview({ ...pull, event: "REQUEST_CHANGES", body: "x" })),
    await refusal(reviewer.pulls.createReview({ ...pull, event: "COMMENT", comments: [comment] })),
  ];
  const kept = await octokit.pulls.listReviews({ ...pull });

  expect(words).toEqual([
    "422 Unprocessable Entity: Can not approve your own pull request",
    "422 Unprocessable Entity: Can not request changes on your own pull request",
    "422 Unprocessable Entity: Line could not be resolved",
  ]);
  expect(kept.data).toEqual([]);
});

/** A pull request of the owner's that changes `a.txt`, and somebody else who reviews it. */
async function reviewed({ playground, octokit, at }: Client, text: string) {
  const main = await octokit.git.getRef({ ...at, ref: "heads/main" });
  await octokit.git.createRef({ ...at, ref: "refs/heads/work", sha: main.data.object.sha });
  const file = await octokit.repos.getContent({ ...at, path: "a.txt" });
  await octokit.repos.createOrUpdateFileContents({
    ...at,
    path: "a.txt",
    message: "Change a",
    branch: "work",
    content: Buffer.from(text).toString("base64"),
    sha: "sha" in file.data ? file.data.sha : "",
  });
  await octokit.pulls.create({ ...at, title: "Change a", head: "work", base: "main" });
  const { token } = playground.createPerson({ login: "eve" });
  return { reviewer: clientOf(playground, token), pull: { ...at, pull_number: 1 } };
}
