/** Makes the job of an attempt: what its run is told, and no more. */
import { checksOf, couldNotRun, redOnBase } from "./checks.ts";
import { cleanIncoming, cleanPlain } from "./clean.ts";
import { agentFor, type Config } from "./config.ts";
import { openFeedback } from "./feedback.ts";
import { openFindings } from "./findings.ts";
import type { Job } from "./job.ts";
import type { Attempt, Record } from "./record.ts";
import { answersTo } from "./question.ts";
import { newestReport, resumable } from "./recovery.ts";
import type { Snapshot } from "./snapshot.ts";
import type { How, Kind, Sha } from "./task.ts";

export function jobFor(
  snapshot: Snapshot,
  record: Record,
  { attempt, config }: { attempt: Attempt; config: Config },
): Job {
  const { brief, repository, me } = snapshot;
  if (!brief) throw new Error(`the record of task ${record.issue} has no brief.json beside it`);
  const chosen = agentFor(config, attempt.kind);
  const from = attempt.how === "resume" ? resumable(snapshot, record, attempt.kind) : null;
  const work = from?.unfinished.work ?? null;
  return {
    v: 1,
    repository: { id: repository.id, name: repository.name },
    // https://docs.github.com/en/account-and-profile/reference/email-addresses-reference
    email: `${me.id}+${me.login}@users.noreply.${new URL(repository.url).hostname}`,
    issue: record.issue,
    attempt: attempt.n,
    kind: attempt.kind,
    how: attempt.how,
    brief,
    start: { base: attempt.start.base, base_branch: record.base, head: attempt.start.head, work },
    plan: null,
    answer_to: answerTo(snapshot, record, attempt),
    ...matterFor(snapshot, record, attempt),
    previous: previousOf(snapshot, record, {
      attempt,
      // Another agent has no use for it.
      session: from?.last.agent === attempt.agent ? from.unfinished.session : null,
    }),
    agent: { name: attempt.agent, model: attempt.model, fallback: [] },
    limits: {
      turns: attempt.kind === "review" ? chosen.max_turns : (record.settings.max_turns ?? chosen.max_turns),
      seconds: chosen.timeout,
      silence: chosen.silence,
      usd: attempt.reserved,
      files: config.guard.files,
      bytes: config.guard.bytes,
      loops: config.loops,
    },
    rebase: attempt.kind === "rebase" ? rebaseMatter(snapshot, record, config) : null,
    rebased:
      attempt.how === "range" && record.rebased
        ? { attempt: record.rebased.attempt, before: record.rebased.before }
        : null,
    parallel: config.parallel.tasks,
    setup: config.setup,
    verify: config.verify,
    sandbox: config.sandbox,
    network: config.network,
    logs: config.logs === null ? !repository.isPublic : config.logs === "artifact",
    protect: config.guard.protect,
    allow: config.guard.allow,
    instructions: config.instructions,
  };
}

/** What both sides are for; of the other only what was merged lately is known. */
function rebaseMatter({ pull, landed }: Snapshot, record: Record, config: Config): Job["rebase"] {
  if (!pull) return null;
  const { number } = pull;
  return {
    pull: { number, title: cleanPlain(pull.title, 300).text, body: cleanIncoming(pull.body, 8000).text },
    landed: landed.slice(0, 20),
    shared: record.shared,
    regenerate: config.rebase.regenerate,
  };
}

/** What people said to the question of an attempt that this one goes on from. */
function answerTo({ findings }: Snapshot, record: Record, { kind }: Attempt): string | null {
  const words = answersTo(findings, record, kind);
  return words.length === 0 ? null : words.map(({ by, body }) => `${by.login}: ${body}`).join("\n\n");
}

/** The attempt that this one makes again or goes on from. */
function previousOf(
  snapshot: Snapshot,
  record: Record,
  { attempt, session }: { attempt: Attempt; session: Sha | null },
): Job["previous"] {
  const last = record.attempts.at(-1);
  if ((attempt.how !== "resume" && attempt.how !== "retry") || !last?.end) return null;
  const read = newestReport(snapshot, record);
  const summary = read?.kind === "report" && read.report.attempt === last.n ? read.report.summary : "";
  return { end: last.end, summary, session };
}

/** What an attempt of this kind works on beside the brief. A reviewer's job holds old findings only to find their lines again. */
export function matterFor(
  snapshot: Snapshot,
  record: Record,
  { kind, how }: { kind: Kind; how: How },
): Pick<Job, "findings" | "feedback" | "checks"> {
  const nothing = { findings: [], feedback: [], checks: [] };
  if (kind === "improve") {
    return {
      ...nothing,
      findings: openFindings(snapshot.findings),
      feedback: openFeedback(snapshot, record),
    };
  }
  if (kind === "review") {
    const known = snapshot.findings?.known ?? [];
    const isWanted = ({ state }: (typeof known)[number]): boolean =>
      how === "judge"
        ? state === "disputed"
        : state === "open" || state === "disputed" || state === "addressed";
    return { ...nothing, findings: known.filter(isWanted) };
  }
  if (kind !== "fix") return nothing;
  const checks = checksOf(snapshot, record);
  const red = checks.kind === "red" ? checks.checks : [];
  const known = new Set(
    redOnBase(
      snapshot,
      red.map(({ name }) => name),
    ),
  );
  const own = red.filter((check) => !known.has(check.name) && !couldNotRun(check));
  return {
    ...nothing,
    checks: (own.length > 0 ? own : red).map(({ name, log }) => ({ name, log: log ?? "" })),
  };
}
