/** REST: comments on issues and pull requests. */
import type { Context } from "hono";
import { z } from "zod";
import {
  actOf,
  body,
  json,
  noContent,
  numberParam,
  paginate,
  repositoryOf,
  type Api,
  type Env,
} from "../api.ts";
import { addComment, commentsOf, deleteComment, editComment, findComment } from "../comments.ts";
import { findIssue } from "../issues.ts";
import type { Comment } from "../model/issues.ts";
import type { Repository } from "../model/world.ts";
import { commentJson } from "../shapes/issue.ts";
import { demandOnIssue, issueOf } from "./issue-access.ts";

const CommentBody = z.object({ body: z.string() });

export function commentsRoutes(api: Api): void {
  const { routes, world } = api;
  const ofIssue = "/repos/:owner/:repo/issues/:number{[0-9]+}/comments";
  const ofRepository = "/repos/:owner/:repo/issues/comments";

  routes.get(ofIssue, (c) => {
    const { repository, issue } = issueOf(api, c, "read");
    const comments = since(c, commentsOf(repository, issue));
    return json(
      c,
      paginate(c, comments).map((comment) => commentJson(world, repository, comment)),
    );
  });
  routes.post(ofIssue, async (c) => {
    const { repository, issue } = issueOf(api, c, "speak");
    const comment = addComment(world, repository, issue, { ...actOf(c), ...(await body(c, CommentBody)) });
    const shown = commentJson(world, repository, comment);
    c.header("Location", shown.url);
    return json(c, shown, 201);
  });
  routes.get(ofRepository, (c) => {
    const repository = repositoryOf(api, c);
    demandOnIssue(api, c, { repository, issue: null, wanted: "read" });
    const comments = arranged(c, since(c, [...repository.comments.values()]));
    return json(
      c,
      paginate(c, comments).map((comment) => commentJson(world, repository, comment)),
    );
  });
  routes.get(`${ofRepository}/:id`, (c) => {
    const { repository, comment } = commentOf(api, c);
    return json(c, commentJson(world, repository, comment));
  });
  routes.patch(`${ofRepository}/:id`, async (c) => {
    const { repository, comment } = ownCommentOf(api, c);
    editComment(world, repository, comment, { ...actOf(c), ...(await body(c, CommentBody)) });
    return json(c, commentJson(world, repository, comment));
  });
  routes.delete(`${ofRepository}/:id`, (c) => {
    const { repository, comment } = ownCommentOf(api, c);
    deleteComment(world, repository, comment, actOf(c));
    return noContent(c);
  });
}

function commentOf(api: Api, c: Context<Env>): { repository: Repository; comment: Comment } {
  const repository = repositoryOf(api, c);
  const comment = findComment(repository, numberParam(c, "id"));
  const issue = findIssue(repository, comment.issueNumber);
  demandOnIssue(api, c, { repository, issue, wanted: "read" });
  return { repository, comment };
}

/** One's own comment, or any with write. */
function ownCommentOf(api: Api, c: Context<Env>): { repository: Repository; comment: Comment } {
  const { repository, comment } = commentOf(api, c);
  const issue = findIssue(repository, comment.issueNumber);
  const own = comment.authorId === actOf(c).actorId;
  demandOnIssue(api, c, { repository, issue, wanted: own ? "speak" : "write" });
  return { repository, comment };
}

function since(c: Context<Env>, comments: Comment[]): Comment[] {
  const from = c.req.query("since");
  return from === undefined
    ? comments
    : comments.filter(({ updatedAt }) => Date.parse(updatedAt) >= Date.parse(from));
}

function arranged(c: Context<Env>, comments: Comment[]): Comment[] {
  const byUpdate = c.req.query("sort") === "updated";
  const key = ({ createdAt, updatedAt }: Comment): number => Date.parse(byUpdate ? updatedAt : createdAt);
  const rising = comments.toSorted((a, b) => key(a) - key(b) || a.id - b.id);
  return c.req.query("direction") === "desc" ? rising.toReversed() : rising;
}
