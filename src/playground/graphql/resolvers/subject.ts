/** What issues and pull requests have in common. */
import type * as GitHub from "@octokit/graphql-schema";
import { commentsOf } from "../../comments.ts";
import { issuePage } from "../../shapes/issue.ts";
import { associationOf } from "../../shapes/user.ts";
import { connection } from "../connection.ts";
import type { Context, Fields } from "../fields.ts";
import { actorNode, type CommentNode, type SubjectNode } from "../nodes.ts";
import { labelConnection } from "./label.ts";
import { reactableFields } from "./reaction.ts";
import { timelineConnection } from "./timeline.ts";

export const subjectFields = {
  ...reactableFields,
  number: ({ issue }) => issue.number,
  title: ({ issue }) => issue.title,
  body: ({ issue }) => issue.body ?? "",
  closed: ({ issue }) => issue.state === "closed",
  closedAt: ({ issue }) => issue.closedAt,
  locked: ({ issue }) => issue.locked,
  activeLockReason: () => null,
  createdAt: ({ issue }) => issue.createdAt,
  publishedAt: ({ issue }) => issue.createdAt,
  updatedAt: ({ issue }) => issue.updatedAt,
  lastEditedAt: ({ issue }) => issue.lastEditedAt,
  includesCreatedEdit: ({ issue }) => issue.lastEditedAt !== null,
  createdViaEmail: () => false,
  author: ({ issue }, _args, { world }) => actorNode(world, issue.authorId),
  editor: ({ issue }, _args, { world }) =>
    issue.lastEditorId === null ? null : actorNode(world, issue.lastEditorId),
  authorAssociation: ({ repository, issue }) => associationOf(repository, issue.authorId),
  viewerDidAuthor: ({ issue }, _args, { viewer }) => issue.authorId === viewer.id,
  url: (node, _args, context) => urlOf(node, context),
  resourcePath: (node, _args, context) => new URL(urlOf(node, context)).pathname,
  repository: ({ repository }) => ({ kind: "Repository", repository }),
  milestone: () => null,
  assignees: (_node, args: GitHub.IssueAssigneesArgs) => connection([], args, () => ""),
  labels: ({ repository, issue }, args: GitHub.IssueLabelsArgs) => {
    const labels = repository.labels.filter(({ name }) => issue.labels.includes(name));
    return labelConnection(repository, labels, args);
  },
  comments: ({ repository, issue }, args: GitHub.IssueCommentsArgs) => {
    const comments = commentsOf(repository, issue).map((comment): CommentNode => ({
      kind: "IssueComment",
      repository,
      comment,
    }));
    if (args.orderBy) {
      comments.sort((a, b) => a.comment.updatedAt.localeCompare(b.comment.updatedAt));
      if (args.orderBy.direction === "DESC") comments.reverse();
    }
    return connection(comments, args, ({ comment }) => comment.id);
  },
  timelineItems: (node, args: GitHub.IssueTimelineItemsArgs | GitHub.PullRequestTimelineItemsArgs) =>
    timelineConnection(node, args),
} satisfies Fields<GitHub.Issue | GitHub.PullRequest, SubjectNode>;

function urlOf({ repository, issue }: SubjectNode, { world }: Context): string {
  return issuePage(world, repository, issue);
}
