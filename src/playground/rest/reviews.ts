/** REST: reviews of a pull request and the comments on its lines. */
import type { Context } from "hono";
import { z } from "zod";
import { demand } from "../access.ts";
import {
  actOf,
  body,
  json,
  numberParam,
  paginate,
  repositoryOf,
  tokenOf,
  type Api,
  type Env,
} from "../api.ts";
import { ApiError, notPlayed } from "../errors.ts";
import type { Issue } from "../model/issues.ts";
import type { Pull, Review, ReviewThread } from "../model/pulls.ts";
import type { Repository } from "../model/world.ts";
import { OutsideDiff } from "../review-lines.ts";
import { editReviewComment, replyInThread } from "../review-threads.ts";
import { createReview, dismissReview, editReview, type LineComment } from "../reviews.ts";
import { reviewCommentJson, reviewJson } from "../shapes/review.ts";
import { pullIn } from "./pulls.ts";

const Place = z.object({
  path: z.string(),
  body: z.string(),
  line: z.number().int().optional(),
  side: z.enum(["LEFT", "RIGHT"]).default("RIGHT"),
  start_line: z.number().int().nullish(),
  start_side: z.enum(["LEFT", "RIGHT"]).nullish(),
  position: z.number().int().optional(),
});

const NewReview = z.object({
  commit_id: z.string().nullish(),
  body: z.string().nullish(),
  event: z.enum(["APPROVE", "REQUEST_CHANGES", "COMMENT"]).optional(),
  comments: z.array(Place).default([]),
});

const NewComment = Place.extend({ commit_id: z.string(), in_reply_to: z.number().int().optional() });
const Words = z.object({ body: z.string() });
const Dismissal = z.object({ message: z.string() });

const STATES = { APPROVE: "APPROVED", REQUEST_CHANGES: "CHANGES_REQUESTED", COMMENT: "COMMENTED" } as const;

const WRITE_PULLS = { permission: "pull_requests", access: "write" } as const;

export function reviewsRoutes(api: Api): void {
  commentRoutes(api);
  const { routes, world } = api;
  const one = "/repos/:owner/:repo/pulls/:number{[0-9]+}";

  routes.get(`${one}/reviews`, (c) => {
    const { repository, issue, pull } = pullIn(api, c, "read");
    return json(
      c,
      paginate(c, pull.reviews).map((review) => reviewJson(world, repository, { issue, review })),
    );
  });
  routes.post(`${one}/reviews`, async (c) => {
    const { repository, issue } = reviewable(api, c);
    const input = await body(c, NewReview);
    if (input.event === undefined) throw notPlayed("pending reviews: send an event");
    const review = await createReview(world, repository, issue, {
      ...actOf(c),
      state: STATES[input.event],
      body: input.body ?? "",
      comments: input.comments.map(lineComment),
      commit: input.commit_id ?? undefined,
    });
    c.set("content", true);
    return json(c, reviewJson(world, repository, { issue, review }));
  });
  routes.get(`${one}/reviews/:review{[0-9]+}`, (c) => {
    const { repository, issue, pull } = pullIn(api, c, "read");
    return json(c, reviewJson(world, repository, { issue, review: reviewOf(pull, c) }));
  });
  routes.put(`${one}/reviews/:review{[0-9]+}`, async (c) => {
    const { repository, issue, pull } = reviewable(api, c);
    const review = reviewOf(pull, c);
    const act = actOf(c);
    if (review.authorId !== act.actorId) throw new ApiError(403, "Must have admin rights to Repository.");
    const { body: text } = await body(c, Words);
    editReview(world, repository, issue, { ...act, review, body: text });
    return json(c, reviewJson(world, repository, { issue, review }));
  });
  routes.put(`${one}/reviews/:review{[0-9]+}/dismissals`, async (c) => {
    const { repository, issue, pull } = pullIn(api, c, "read");
    const token = tokenOf(c);
    const permission = token.permissions === null ? "contents" : "pull_requests";
    demand(world, token, { repository, permission, access: "write" });
    await body(c, Dismissal);
    const review = reviewOf(pull, c);
    dismissReview(world, repository, issue, { ...actOf(c), review });
    return json(c, reviewJson(world, repository, { issue, review }));
  });
  routes.get(`${one}/comments`, (c) => {
    const { repository, issue, pull } = pullIn(api, c, "read");
    const all = pull.threads.flatMap((thread) => thread.comments.map((comment) => ({ thread, comment })));
    const sorted = all.toSorted((a, b) => a.comment.id - b.comment.id);
    return json(
      c,
      paginate(c, sorted).map((entry) => reviewCommentJson(world, repository, { issue, ...entry })),
    );
  });
  routes.post(`${one}/comments`, async (c) => {
    const { repository, issue, pull } = reviewable(api, c);
    const input = await body(c, NewComment);
    const act = actOf(c);
    c.set("content", true);
    if (input.in_reply_to !== undefined) {
      const thread = threadOf(pull, input.in_reply_to);
      const comment = replyInThread(world, repository, issue, { ...act, thread, body: input.body });
      return json(c, reviewCommentJson(world, repository, { issue, thread, comment }), 201);
    }
    const comments = [lineComment(input)];
    const review = { ...act, state: "COMMENTED", body: "", comments, commit: input.commit_id } as const;
    await createReview(world, repository, issue, review).catch((error: unknown) => {
      throw error instanceof OutsideDiff ? error.ofSingleComment() : error;
    });
    const thread = pull.threads.at(-1);
    const comment = thread?.comments[0];
    if (!thread || !comment) throw new Error(`the comment on #${issue.number} was not kept`);
    return json(c, reviewCommentJson(world, repository, { issue, thread, comment }), 201);
  });
  routes.post(`${one}/comments/:comment{[0-9]+}/replies`, async (c) => {
    const { repository, issue, pull } = reviewable(api, c);
    const thread = threadOf(pull, numberParam(c, "comment"));
    const { body: text } = await body(c, Words);
    c.set("content", true);
    const comment = replyInThread(world, repository, issue, { ...actOf(c), thread, body: text });
    return json(c, reviewCommentJson(world, repository, { issue, thread, comment }), 201);
  });
}

/** A comment of whichever pull request, by its id. */
function commentRoutes(api: Api): void {
  const { routes, world } = api;
  const path = "/repos/:owner/:repo/pulls/comments/:comment{[0-9]+}";
  routes.get(path, (c) => {
    const { repository, ...entry } = commentOf(api, c);
    return json(c, reviewCommentJson(world, repository, entry));
  });
  routes.patch(path, async (c) => {
    const { repository, ...entry } = commentOf(api, c);
    const token = tokenOf(c);
    const isOwn = token.permissions === null && entry.comment.authorId === token.userId;
    const need = isOwn ? ({ permission: "metadata", access: "read" } as const) : WRITE_PULLS;
    demand(world, token, { repository, ...need });
    const { body: text } = await body(c, Words);
    editReviewComment(world, repository, entry.issue, { ...actOf(c), ...entry, body: text });
    return json(c, reviewCommentJson(world, repository, entry));
  });
}

/** Every reader with an account may review; an App needs the permission. */
function reviewable(api: Api, c: Context<Env>): { repository: Repository; issue: Issue; pull: Pull } {
  const found = pullIn(api, c, "read");
  const token = tokenOf(c);
  const isPerson = token.permissions === null;
  const permission = isPerson ? "metadata" : "pull_requests";
  demand(api.world, token, { repository: found.repository, permission, access: isPerson ? "read" : "write" });
  return found;
}

/** Lines only: the old `position` in the diff is not played. */
function lineComment(place: z.output<typeof Place>): LineComment {
  const { path, body, line, side, start_line: start } = place;
  if (line === undefined) throw notPlayed("review comments by position: send line and side");
  if ((place.start_side ?? side) !== side) throw notPlayed("review comments from one side to the other");
  return { path, body, line, side, startLine: start ?? null };
}

function reviewOf(pull: Pull, c: Context<Env>): Review {
  const id = numberParam(c, "review");
  const review = pull.reviews.find((one) => one.id === id);
  if (!review) throw new ApiError(404, "Not Found");
  return review;
}

function commentOf(api: Api, c: Context<Env>) {
  const repository = repositoryOf(api, c);
  demand(api.world, c.get("token"), { repository, permission: "pull_requests", access: "read" });
  const id = numberParam(c, "comment");
  for (const issue of repository.issues.values()) {
    for (const thread of issue.pull?.threads ?? []) {
      const comment = thread.comments.find((one) => one.id === id);
      if (comment) return { repository, issue, thread, comment };
    }
  }
  throw new ApiError(404, "Not Found");
}

function threadOf(pull: Pull, commentId: number): ReviewThread {
  const thread = pull.threads.find(({ comments }) => comments.some(({ id }) => id === commentId));
  if (!thread) throw new ApiError(404, "Not Found");
  return thread;
}
