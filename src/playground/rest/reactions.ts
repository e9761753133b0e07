/** REST: reactions on issues, pull requests and their comments. */
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
import { addReaction, findComment } from "../comments.ts";
import { ApiError } from "../errors.ts";
import { findIssue } from "../issues.ts";
import { demandUnlocked } from "../locks.ts";
import type { Comment, Issue } from "../model/issues.ts";
import type { Access } from "../model/people.ts";
import { reactionJson } from "../shapes/issue.ts";
import { demandOnIssue, issueOf } from "./issue-access.ts";

const NewReaction = z.object({
  content: z.enum(["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"]),
});

type Find = (c: Context<Env>, wanted: Access | "speak") => Issue | Comment;

export function reactionsRoutes(api: Api): void {
  routesFor(api, "/repos/:owner/:repo/issues/:number{[0-9]+}/reactions", (c, wanted) => {
    const { repository, issue } = issueOf(api, c, wanted);
    if (wanted === "speak") demandUnlocked(repository, issue, { ...actOf(c), what: "reaction" });
    return issue;
  });
  routesFor(api, "/repos/:owner/:repo/issues/comments/:comment/reactions", (c, wanted) => {
    const repository = repositoryOf(api, c);
    const comment = findComment(repository, numberParam(c, "comment"));
    const issue = findIssue(repository, comment.issueNumber);
    demandOnIssue(api, c, { repository, issue, wanted });
    if (wanted === "speak") demandUnlocked(repository, issue, { ...actOf(c), what: "reaction" });
    return comment;
  });
}

function routesFor({ routes, world }: Api, path: string, find: Find): void {
  routes.get(path, (c) => {
    const content = c.req.query("content");
    const { reactions } = find(c, "read");
    const chosen = reactions.filter((reaction) => content === undefined || reaction.content === content);
    return json(
      c,
      paginate(c, chosen).map((reaction) => reactionJson(world, reaction)),
    );
  });
  routes.post(path, async (c) => {
    const subject = find(c, "speak");
    const { content } = await body(c, NewReaction);
    const { reaction, created } = addReaction(world, subject, { userId: actOf(c).actorId, content });
    return json(c, reactionJson(world, reaction), created ? 201 : 200);
  });
  routes.delete(`${path}/:reaction`, (c) => {
    const { reactions } = find(c, "speak");
    const at = reactions.findIndex(({ id }) => id === numberParam(c, "reaction"));
    const reaction = reactions[at];
    if (!reaction) throw new ApiError(404, "Not Found");
    if (reaction.userId !== actOf(c).actorId) find(c, "write");
    reactions.splice(at, 1);
    return noContent(c);
  });
}
