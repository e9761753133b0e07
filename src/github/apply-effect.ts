/** Does one effect of a decision; the table says which function does which kind. */
import type { Effect } from "../domain/decision.ts";
import type { Evidence } from "../domain/snapshot.ts";
import type { Client } from "./client.ts";
import { isLocked } from "./failure.ts";
import { autoMerge, enqueue } from "./effects/ask-to-merge.ts";
import { cancelRun } from "./effects/cancel-run.ts";
import { closeIssue } from "./effects/close-issue.ts";
import { closePull } from "./effects/close-pull.ts";
import type { EffectContext, Perform } from "./effects/context.ts";
import { deleteBranch } from "./effects/delete-branch.ts";
import { dispatch } from "./effects/dispatch.ts";
import { editPull } from "./effects/edit-pull.ts";
import { editStatus } from "./effects/edit-status.ts";
import { holdMerge } from "./effects/hold-merge.ts";
import { minimise } from "./effects/minimise.ts";
import { openPull } from "./effects/open-pull.ts";
import { postReview } from "./effects/post-review.ts";
import { react } from "./effects/react.ts";
import { requestMerge } from "./effects/request-merge.ts";
import { rerunChecks } from "./effects/rerun-checks.ts";
import { revertPull } from "./effects/revert-pull.ts";
import { say } from "./effects/say.ts";
import { setCheck } from "./effects/set-check.ts";
import { setLabels } from "./effects/set-labels.ts";
import { answerThreads, resolveThreads } from "./effects/threads.ts";

const PERFORM: { [Kind in Effect["kind"]]: Perform<Kind> } = {
  dispatch,
  cancel_run: cancelRun,
  open_pull: openPull,
  edit_pull: editPull,
  close_pull: closePull,
  say,
  edit_status: editStatus,
  react,
  post_review: postReview,
  set_check: setCheck,
  answer_threads: answerThreads,
  resolve_threads: resolveThreads,
  minimise,
  rerun_checks: rerunChecks,
  set_labels: setLabels,
  auto_merge: autoMerge,
  enqueue,
  hold_merge: holdMerge,
  revert_pull: revertPull,
  request_merge: requestMerge,
  delete_branch: deleteBranch,
  close_issue: closeIssue,
};

/** Answers what the effect found out, which GitHub's reads may not show yet. Throws when GitHub neither did nor refused it. */
export async function applyEffect<E extends Effect>(
  client: Client,
  context: EffectContext,
  effect: E,
): Promise<Evidence[]> {
  const perform = PERFORM[effect.kind] as (
    client: Client,
    context: EffectContext,
    effect: E,
  ) => Promise<Evidence[]>;
  try {
    return await perform(client, context, effect);
  } catch (error) {
    // Somebody locked the conversation in between. The next look knows that nothing can be said there.
    if (isLocked(error)) return [];
    throw error;
  }
}
