/** Conversations on lines: answers to people, and GZA's own resolved when what they are about is closed. */
import { aliased } from "./aliased.ts";
import type { Perform } from "./context.ts";

/** What is seen answered is left out before; a thread that is gone is nobody's any more. */
export const answerThreads: Perform<"answer_threads"> = async (client, _, { attempt, replies }) => {
  const inputs = replies.map(({ thread, body }) => ({ pullRequestReviewThreadId: thread, body }));
  const mutation = { name: "addPullRequestReviewThreadReply", answer: "comment { id }" };
  await aliased(client, { ...mutation, type: "AddPullRequestReviewThreadReplyInput" }, inputs);
  return [{ kind: "replied", attempt }];
};

export const resolveThreads: Perform<"resolve_threads"> = async (client, _, { threads }) => {
  const inputs = threads.map((threadId) => ({ threadId }));
  const mutation = { name: "resolveReviewThread", answer: "thread { id }" };
  await aliased(client, { ...mutation, type: "ResolveReviewThreadInput" }, inputs);
  return [];
};
