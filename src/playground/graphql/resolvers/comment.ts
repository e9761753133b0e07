/** Comments on issues and pull requests. */
import type * as GitHub from "@octokit/graphql-schema";
import { nodeId } from "../../node-ids.ts";
import { commentJson } from "../../shapes/issue.ts";
import { associationOf } from "../../shapes/user.ts";
import type { Context, Fields } from "../fields.ts";
import { actorNode, subjectOf, type CommentNode } from "../nodes.ts";
import { reactableFields } from "./reaction.ts";

export const commentFields: Fields<GitHub.IssueComment, CommentNode> = {
  ...reactableFields,
  id: ({ comment }) => nodeId("IssueComment", comment.id),
  databaseId: ({ comment }) => comment.id,
  fullDatabaseId: ({ comment }) => String(comment.id),
  body: ({ comment }) => comment.body,
  createdAt: ({ comment }) => comment.createdAt,
  publishedAt: ({ comment }) => comment.createdAt,
  updatedAt: ({ comment }) => comment.updatedAt,
  lastEditedAt: ({ comment }) => comment.lastEditedAt,
  includesCreatedEdit: ({ comment }) => comment.lastEditedAt !== null,
  createdViaEmail: () => false,
  author: ({ comment }, _args, { world }) => actorNode(world, comment.authorId),
  editor: ({ comment }, _args, { world }) =>
    comment.lastEditorId === null ? null : actorNode(world, comment.lastEditorId),
  authorAssociation: ({ repository, comment }) => associationOf(repository, comment.authorId),
  isMinimized: ({ comment }) => comment.minimized !== null,
  minimizedReason: ({ comment }) => comment.minimized,
  viewerDidAuthor: ({ comment }, _args, { viewer }) => comment.authorId === viewer.id,
  url: (node, _args, context) => urlOf(node, context),
  resourcePath: (node, _args, context) => new URL(urlOf(node, context)).pathname,
  repository: ({ repository }) => ({ kind: "Repository", repository }),
  issue: (node) => subjectOf(node),
  pullRequest: (node) => {
    const subject = subjectOf(node);
    return subject.kind === "PullRequest" ? subject : null;
  },
};

function urlOf({ repository, comment }: CommentNode, { world }: Context): string {
  return commentJson(world, repository, comment).html_url;
}
