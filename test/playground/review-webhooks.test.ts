/** What an App hears of reviews, of comments on lines and of their threads. */
import { expect, test } from "vitest";
import { ENGINE, signIn } from "./engine-world.ts";
import { lines, PULL, reviewedPull } from "./reviewed-pull.ts";

const EVENTS = ["pull_request_review", "pull_request_review_comment", "pull_request_review_thread"];

test("an App made from a manifest hears everything about a review", async () => {
  const heard: { event: string; payload: Record<string, unknown> }[] = [];
  const { playground, repository, ada, charles } = await reviewedPull(
    { "a.txt": lines({ 4: "four" }) },
    {
      webhookFetch: async (request) => {
        heard.push({
          event: request.headers.get("x-github-event") ?? "",
          payload: JSON.parse(await request.text()),
        });
        return new Response("ok");
      },
    },
  );
  const slug = await appFromManifest(playground);
  const app = [...playground.world.apps.values()].find((one) => one.slug === slug);
  if (!app) throw new Error(`the manifest made no App ${slug}`);
  playground.install(app, "ada", [repository]);
  await playground.settled();
  heard.length = 0;

  const comment = { path: "a.txt", line: 4, body: "Four?" };
  const { data: review } = await charles.pulls.createReview({
    ...PULL,
    event: "REQUEST_CHANGES",
    body: "No",
    comments: [comment],
  });
  const [first] = (await charles.pulls.listReviewComments(PULL)).data;
  await charles.pulls.updateReview({ ...PULL, review_id: review.id, body: "Not yet" });
  await ada.pulls.createReplyForReviewComment({ ...PULL, comment_id: first?.id ?? 0, body: "Yes" });
  await charles.pulls.updateReviewComment({ ...ENGINE, comment_id: first?.id ?? 0, body: "Why four?" });
  const { node } = await threadOf(ada);
  for (const verb of ["resolveReviewThread", "unresolveReviewThread"])
    await ada.graphql(`mutation($id: ID!) { ${verb}(input: { threadId: $id }) { clientMutationId } }`, {
      id: node,
    });
  await ada.pulls.dismissReview({ ...PULL, review_id: review.id, message: "Done" });
  await playground.settled();

  expect(heard.map(({ event, payload }) => `${event}.${String(payload["action"])}`)).toEqual([
    "pull_request_review.submitted",
    "pull_request_review_comment.created",
    "pull_request_review.edited",
    "pull_request_review.submitted",
    "pull_request_review_comment.created",
    "pull_request_review_comment.edited",
    "pull_request_review_thread.resolved",
    "pull_request_review_thread.unresolved",
    "pull_request_review.dismissed",
  ]);
  const pull_request = { number: 1, head: { ref: "work" } };
  expect(heard.map(({ payload }) => payload)).toMatchObject([
    {
      pull_request,
      review: { id: review.id, state: "changes_requested", body: "No" },
      sender: { login: "charles" },
    },
    { pull_request, comment: { body: "Four?", line: 4, original_line: 4, side: "RIGHT", path: "a.txt" } },
    { review: { body: "Not yet" }, changes: { body: { from: "No" } } },
    { review: { state: "commented", body: "" }, sender: { login: "ada" } },
    { comment: { body: "Yes", in_reply_to_id: first?.id }, sender: { login: "ada" } },
    { comment: { body: "Why four?" }, changes: { body: { from: "Four?" } }, sender: { login: "charles" } },
    { pull_request, thread: { node_id: node, comments: [{ body: "Why four?" }, { body: "Yes" }] } },
    { pull_request, thread: { node_id: node }, sender: { login: "ada" } },
    { review: { id: review.id, state: "dismissed" }, sender: { login: "ada" } },
  ]);
});

/** Goes the way of the form and the code; gives the App's slug. */
async function appFromManifest(playground: Parameters<typeof signIn>[0]): Promise<string> {
  const manifest = {
    name: "Listener",
    url: "https://example.com",
    hook_attributes: { url: "http://app.invalid/hook" },
    redirect_url: "http://127.0.0.1:1/setup",
    default_permissions: { pull_requests: "read" },
    default_events: EVENTS,
  };
  const made = await playground.fetch(`${playground.url}/settings/apps/new`, {
    method: "POST",
    body: new URLSearchParams({ manifest: JSON.stringify(manifest) }),
    redirect: "manual",
  });
  const code = new URL(made.headers.get("location") ?? "").searchParams.get("code") ?? "";
  const { data } = await signIn(playground).apps.createFromManifest({ code });
  expect(data.events).toEqual(EVENTS);
  return data.slug ?? "";
}

async function threadOf(octokit: ReturnType<typeof signIn>): Promise<{ node: string }> {
  const answer = await octokit.graphql<{
    repository: { pullRequest: { reviewThreads: { nodes: { id: string }[] } } };
  }>(
    `{ repository(owner: "ada", name: "engine") { pullRequest(number: 1) { reviewThreads(first: 1) { nodes { id } } } } }`,
  );
  return { node: answer.repository.pullRequest.reviewThreads.nodes[0]?.id ?? "" };
}
