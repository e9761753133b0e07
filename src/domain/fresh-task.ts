/** A task as it is when it has just been asked for: its text frozen, everything else empty. */
import type { Ask } from "./ask.ts";
import { briefHash, type Brief } from "./brief.ts";
import { cleanIncoming, cleanPlain } from "./clean.ts";
import { parseCommand } from "./command.ts";
import { branchName, PEOPLE_LABELS } from "./names.ts";
import { roundCents } from "./queue.ts";
import type { Record, RecordBody } from "./record.ts";
import { dependsOn } from "./depends.ts";
import { mayWrite, type Snapshot } from "./snapshot.ts";

/** Comments that an agent gets to read, the newest of those that may be. */
const MAX_COMMENTS = 20;

/** `before`: the record of the generation that this one follows, of which the counters, the status comment and the answers under way stay. */
export function freshTask(
  snapshot: Snapshot,
  ask: Ask,
  before: Record | null,
): { brief: Brief; body: RecordBody } {
  const { issue, repository, config } = snapshot;
  const brief = freeze(snapshot, ask);
  const generation = (before?.generation ?? 0) + 1;
  const isExploring = ask.task === "explore" || issue.labels.includes(PEOPLE_LABELS.explore);
  const spent = before?.spent ?? { attempts: 0, turns: 0, usd: 0 };
  const body: RecordBody = {
    v: 1,
    issue: issue.number,
    generation,
    phase: "queued",
    reason: "asked",
    since: snapshot.now,
    asked: { by: ask.by, at: ask.at, how: ask.how },
    kind: isExploring ? "explore" : "implement",
    settings: { ...ask.settings, budget: budgetOf(snapshot, ask, spent.usd) },
    urgent: issue.labels.includes(PEOPLE_LABELS.urgent),
    brief: brief.hash,
    config: config.blob,
    base: repository.defaultBranch,
    branch: branchName(issue.number, brief.title, generation),
    pull: null,
    head: null,
    head_at: null,
    theirs: false,
    shared: false,
    landed: [],
    trusted: isTrusted(snapshot),
    attempt: null,
    attempts: before?.attempts ?? [],
    spent,
    heard: spent.attempts,
    verdict: null,
    rebased: null,
    footprint: null,
    depends: dependsOn(brief.body, issue.number),
    findings: null,
    receipt: null,
    rerun: null,
    wanted: null,
    plan: null,
    merge: null,
    not_before: null,
    seen: { comment: before?.seen.comment ?? 0, feedback: null },
    intents: before?.intents ?? [],
    status_comment: before?.status_comment ?? null,
  };
  return { brief, body };
}

/** Dollars of the whole life of the issue: what older generations cost is not taken from this one's. null: as the config says. */
function budgetOf({ config }: Snapshot, { settings }: Ask, spent: number): number | null {
  if (spent === 0 || config.kind === "broken") return settings.budget;
  return roundCents((settings.budget ?? config.config.budget.task) + spent);
}

/** The brief with the issue's text as it is now, and the comments that it had. */
export function withText(snapshot: Snapshot, brief: Brief): Brief {
  const title = cleanPlain(snapshot.issue.title, 300);
  const text = cleanIncoming(snapshot.issue.body);
  const words = { title: title.text, body: text.text, comments: brief.comments };
  return { ...words, hash: briefHash(words), removed: [...title.removed, ...text.removed] };
}

/** Whether every word of the issue is by people who can push; the comments of the brief always are. */
export function isTrusted(snapshot: Snapshot): boolean {
  const { author, edited } = snapshot.issue;
  return mayWrite(snapshot, author) && (edited === null || mayWrite(snapshot, edited.by));
}

/** Title and body as they stand, and what people who can push had said by then; commands and what was edited afterwards are left out. */
function freeze(snapshot: Snapshot, ask: Ask): Brief {
  const comments = snapshot.discussion
    .filter(({ at, edited }) => at <= ask.at && (edited === null || edited <= ask.at))
    .filter(({ by, body }) => mayWrite(snapshot, by) && parseCommand(body) === null)
    .slice(-MAX_COMMENTS)
    .flatMap(({ by, at, body }) => (by === null ? [] : [{ by, at, body: cleanIncoming(body, 8000).text }]));
  return withText(snapshot, { title: "", body: "", comments, hash: "", removed: [] });
}
