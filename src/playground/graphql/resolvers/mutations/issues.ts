/** Mutations of issues, of their labels, and of what pull requests share with them. */
import type * as GitHub from "@octokit/graphql-schema";
import {
  addLabels,
  closeIssue,
  createIssue,
  editIssue,
  removeLabel,
  reopenIssue,
  setLocked,
} from "../../../issues.ts";
import { deleteIssue, transferIssue } from "../../../departures.ts";
import { notPlayed } from "../../../errors.ts";
import type { Issue } from "../../../model/issues.ts";
import type { Context, Fields } from "../../fields.ts";
import { subjectNode } from "../../nodes.ts";
import { actOf, demandOnSubject, demandWrite, mutation, target } from "./mutation.ts";

const SUBJECTS = ["Issue", "PullRequest"] as const;

export const issueMutations: Fields<GitHub.Mutation, unknown> = {
  createIssue: mutation("CreateIssue", (input: GitHub.CreateIssueInput, context) => {
    const { repository } = target(context, input.repositoryId, ["Repository"]);
    if (context.token.permissions !== null) demandWrite(context, repository, "issues");
    const labels = labelNames(context, input.labelIds ?? []);
    const { title, body = null } = input;
    const issue = createIssue(context.world, repository, { ...actOf(context), title, body, labels });
    return { issue: subjectNode(repository, issue) };
  }),
  updateIssue: mutation("UpdateIssue", (input: GitHub.UpdateIssueInput, context) => {
    const node = target(context, input.id, ["Issue"]);
    const isOwn = node.issue.authorId === context.viewer.id;
    demandOnSubject(context, node, isOwn ? "speak" : "write");
    const { world } = context;
    const edit = { ...actOf(context), title: input.title ?? undefined, body: input.body ?? undefined };
    editIssue(world, node.repository, node.issue, edit);
    if (input.state === "CLOSED") closeIssue(world, node.repository, node.issue, actOf(context));
    if (input.state === "OPEN") reopenIssue(world, node.repository, node.issue, actOf(context));
    return { issue: node };
  }),
  closeIssue: mutation("CloseIssue", (input: GitHub.CloseIssueInput, context) => {
    const node = target(context, input.issueId, ["Issue"]);
    demandOnSubject(context, node, "write");
    const reason = (input.stateReason ?? "COMPLETED").toLowerCase() as Issue["stateReason"];
    closeIssue(context.world, node.repository, node.issue, { ...actOf(context), reason });
    return { issue: node };
  }),
  reopenIssue: mutation("ReopenIssue", (input: GitHub.ReopenIssueInput, context) => {
    const node = target(context, input.issueId, ["Issue"]);
    demandOnSubject(context, node, "write");
    reopenIssue(context.world, node.repository, node.issue, actOf(context));
    return { issue: node };
  }),
  deleteIssue: mutation("DeleteIssue", (input: GitHub.DeleteIssueInput, context) => {
    const { repository, issue } = target(context, input.issueId, ["Issue"]);
    demandWrite(context, repository, "administration");
    deleteIssue(context.world, repository, issue, actOf(context));
    return { repository: { kind: "Repository", repository } };
  }),
  transferIssue: mutation("TransferIssue", (input: GitHub.TransferIssueInput, context) => {
    const node = target(context, input.issueId, ["Issue"]);
    const { repository: to } = target(context, input.repositoryId, ["Repository"]);
    demandOnSubject(context, node, "write");
    demandWrite(context, to, "issues");
    if (input.createLabelsIfMissing) throw notPlayed("TransferIssueInput.createLabelsIfMissing");
    const moved = transferIssue(context.world, node.repository, node.issue, { ...actOf(context), to });
    return { issue: subjectNode(to, moved) };
  }),
  addLabelsToLabelable: mutation(
    "AddLabelsToLabelable",
    (input: GitHub.AddLabelsToLabelableInput, context) => {
      const node = target(context, input.labelableId, SUBJECTS);
      demandOnSubject(context, node, "write");
      const labels = labelNames(context, input.labelIds);
      addLabels(context.world, node.repository, node.issue, { ...actOf(context), labels });
      return { labelable: node };
    },
  ),
  removeLabelsFromLabelable: mutation(
    "RemoveLabelsFromLabelable",
    (input: GitHub.RemoveLabelsFromLabelableInput, context) => {
      const node = target(context, input.labelableId, SUBJECTS);
      demandOnSubject(context, node, "write");
      // GitHub takes no offence at a label that is not on.
      for (const label of labelNames(context, input.labelIds).filter((name) =>
        node.issue.labels.includes(name),
      )) {
        removeLabel(context.world, node.repository, node.issue, { ...actOf(context), label });
      }
      return { labelable: node };
    },
  ),
  lockLockable: mutation("LockLockable", (input: GitHub.LockLockableInput, context) => {
    const node = target(context, input.lockableId, SUBJECTS);
    demandOnSubject(context, node, "write");
    setLocked(context.world, node.repository, node.issue, { ...actOf(context), locked: true });
    return { lockedRecord: node, actor: { kind: context.viewer.kind, user: context.viewer } };
  }),
  unlockLockable: mutation("UnlockLockable", (input: GitHub.UnlockLockableInput, context) => {
    const node = target(context, input.lockableId, SUBJECTS);
    demandOnSubject(context, node, "write");
    setLocked(context.world, node.repository, node.issue, { ...actOf(context), locked: false });
    return { unlockedRecord: node, actor: { kind: context.viewer.kind, user: context.viewer } };
  }),
};

function labelNames(context: Context, ids: readonly (string | number)[]): string[] {
  return ids.map((id) => target(context, id, ["Label"]).label.name);
}
