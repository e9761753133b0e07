/** Mutations of comments and reactions. */
import type * as GitHub from "@octokit/graphql-schema";
import { addComment, addReaction, deleteComment, editComment } from "../../../comments.ts";
import { demandUnlocked } from "../../../locks.ts";
import type { Fields, Context } from "../../fields.ts";
import {
  reactionsOf,
  subjectOf,
  type CommentNode,
  type ReactableNode,
  type SubjectNode,
} from "../../nodes.ts";
import { CONTENTS, reactionGroups } from "../reaction.ts";
import { actOf, demandOnSubject, mutation, target } from "./mutation.ts";

const SUBJECTS = ["Issue", "PullRequest"] as const;
const REACTABLE = ["Issue", "PullRequest", "IssueComment"] as const;

export const commentMutations: Fields<GitHub.Mutation, unknown> = {
  addComment: mutation("AddComment", (input: GitHub.AddCommentInput, context) => {
    const subject = target(context, input.subjectId, SUBJECTS);
    demandOnSubject(context, subject, "speak");
    const { repository, issue } = subject;
    const comment = addComment(context.world, repository, issue, { ...actOf(context), body: input.body });
    const node: CommentNode = { kind: "IssueComment", repository, comment };
    const edge = { cursor: Buffer.from(`cursor:v2:${comment.id}`).toString("base64"), node };
    return { commentEdge: edge, timelineEdge: edge, subject };
  }),
  updateIssueComment: mutation("UpdateIssueComment", (input: GitHub.UpdateIssueCommentInput, context) => {
    const node = target(context, input.id, ["IssueComment"]);
    demandOwn(context, node);
    editComment(context.world, node.repository, node.comment, { ...actOf(context), body: input.body });
    return { issueComment: node };
  }),
  deleteIssueComment: mutation("DeleteIssueComment", (input: GitHub.DeleteIssueCommentInput, context) => {
    const node = target(context, input.id, ["IssueComment"]);
    demandOwn(context, node);
    deleteComment(context.world, node.repository, node.comment, actOf(context));
    return {};
  }),
  addReaction: mutation("AddReaction", (input: GitHub.AddReactionInput, context) => {
    const subject = target(context, input.subjectId, REACTABLE);
    demandReactable(context, issueOf(subject));
    const wanted = { userId: context.viewer.id, content: CONTENTS[input.content] };
    const { reaction } = addReaction(context.world, { reactions: reactionsOf(subject) }, wanted);
    return { reaction: { kind: "Reaction", reaction, subject }, ...after(subject) };
  }),
  removeReaction: mutation("RemoveReaction", (input: GitHub.RemoveReactionInput, context) => {
    const subject = target(context, input.subjectId, REACTABLE);
    demandReactable(context, issueOf(subject));
    const reactions = reactionsOf(subject);
    const index = reactions.findIndex(
      ({ userId, content }) => userId === context.viewer.id && content === CONTENTS[input.content],
    );
    const [reaction] = index === -1 ? [] : reactions.splice(index, 1);
    return { reaction: reaction ? { kind: "Reaction", reaction, subject } : null, ...after(subject) };
  }),
};

/** One's own comment may be changed by anyone who may comment; another's takes write. */
function demandOwn(context: Context, node: CommentNode): void {
  const isOwn = node.comment.authorId === context.viewer.id;
  demandOnSubject(context, subjectOf(node), isOwn ? "speak" : "write");
}

function demandReactable(context: Context, node: SubjectNode): void {
  demandOnSubject(context, node, "speak");
  demandUnlocked(node.repository, node.issue, { ...actOf(context), what: "reaction" });
}

function issueOf(subject: ReactableNode) {
  return subject.kind === "IssueComment" ? subjectOf(subject) : subject;
}

function after(subject: ReactableNode): { subject: ReactableNode; reactionGroups: object[] } {
  return { subject, reactionGroups: reactionGroups(subject) };
}
