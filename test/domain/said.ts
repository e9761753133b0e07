/** What a person may say in which state: every command, well and badly said, for every answer that there is. */
import type { Snapshot } from "../../src/domain/snapshot.ts";
import { inFlight, pull, ready, rejected, reviewed, sha, snapshot, task } from "./snapshots.ts";
import { parked } from "./speech.ts";
import { BROKEN, WAITING } from "./waiting.ts";

/** A task whose pull request was merged. */
function merged(evidence: Snapshot["evidence"]): Snapshot {
  return reviewed({ phase: "done", reason: "merged" }, { pull: pull({ state: "merged" }), evidence });
}

/** Every answer, said as it comes about. */
export const SAID: [string, Snapshot][] = [
  ["/gza run", task({ phase: "done", reason: "answered" })],
  ["/gza retry", WAITING.timeout],
  ["/gza retry", parked("timeout")],
  [
    "/gza resume",
    {
      ...WAITING.timeout,
      unfinished: WAITING.timeout.unfinished && { ...WAITING.timeout.unfinished, session: sha("6") },
    },
  ],
  ["/gza resume", WAITING.timeout],
  ["/gza resume", WAITING.runner_lost],
  ["/gza resume", WAITING.budget],
  ["/gza resume --budget +5", WAITING.budget],
  ["/gza approve", WAITING.untrusted],
  ["/gza approve", WAITING.timeout],
  ["/gza approve abcdef0", WAITING.untrusted],
  ["/gza merge", ready()],
  ["/gza rebase", reviewed({}, { pull: pull({ behindBy: 3 }) })],
  ["/gza rebase", reviewed()],
  ["/gza rebase", reviewed({}, { pull: pull({ queue: "queued" }) })],
  ["/gza rebase", parked("theirs", { theirs: true }, { pull: pull({ mergeable: "conflicting" }) })],
  ["/gza rebase", task({})],
  ["/gza revert", merged([{ kind: "reverted", pull: 8, by: 19 }])],
  ["/gza revert", merged([{ kind: "revert_refused", pull: 8, message: "Pull request cannot be reverted." }])],
  ["/gza revert", merged([{ kind: "revert_refused", pull: 8, message: "" }])],
  ["/gza revert", task({ phase: "done", reason: "answered" })],
  ["/gza revert", reviewed()],
  ["/gza rebase main", reviewed()],
  ["/gza revert it", merged([])],
  ["/gza review", reviewed()],
  ["/gza review", ready()],
  ["/gza improve use a list", reviewed()],
  ["/gza improve", reviewed()],
  ["/gza dismiss F1 it is checked above", rejected()],
  ["/gza dismiss F9 no", rejected()],
  ["/gza review", task({})],
  ["/gza retry", inFlight()],
  ["/gza cancel", ready()],
  [
    "/gza run",
    { ...task({ phase: "done", reason: "answered" }), issue: { ...snapshot().issue, state: "closed" } },
  ],
  ["/gza retry", WAITING.edited],
  ["/gza improve", parked("config", {}, { config: BROKEN })],
  ["/gza merge", parked("timeout")],
  ["/gza retry", ready()],
  ["/gza cancel", task({ phase: "done", reason: "answered" })],
  ["/gza split", task({})],
  ["/gza mrege", ready()],
  ["/gza", ready()],
  ["/gza please do it", ready()],
  ["/gza run --agnet codex", task({})],
  ["/gza run --budget lots", task({})],
  ["/gza dismiss", ready()],
  ["/gza merge gently", ready()],
  ["/gza retry now", WAITING.timeout],
];
