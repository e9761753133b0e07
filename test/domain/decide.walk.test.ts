/** Walks every state that the policy, GitHub and a person can bring about from one labelled issue, and holds each to the properties. */
import { describe, expect, it } from "vitest";
import { sentenceFor } from "../../src/domain/sentences.ts";
import { decide } from "../../src/domain/decide.ts";
import type { Decision } from "../../src/domain/decision.ts";
import { MAX_RECORD_BYTES } from "../../src/domain/record.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import { secondsBetween } from "../../src/domain/time.ts";
import {
  afterDecision,
  afterTime,
  ALL_ENDS,
  FEW_ENDS,
  personSteps,
  worldSteps,
  type Step,
} from "./simulate.ts";
import { snapshot } from "./snapshots.ts";

/** Steps without a word of a person after which a path must have come to rest. */
const LONGEST = 40;

interface State {
  at: Snapshot;
  words: number;
  silent: number;
  path: string[];
}

describe("every state that can be reached", () => {
  it.each([
    [
      "with nobody speaking, through every end of an attempt",
      { words: 0, ends: ALL_ENDS, faults: true, atLeast: 5_000 },
    ],
    ["with a person who speaks at any moment", { words: 1, ends: FEW_ENDS, faults: true, atLeast: 5_000 }],
    [
      "with a person who speaks at any two moments",
      { words: 2, ends: FEW_ENDS, faults: false, atLeast: 5_000 },
    ],
  ])("%s, keeps the promises and comes to rest", { timeout: 120_000 }, (_, course) => {
    const { states, longest, rests } = walk(course);

    expect(longest).toBeLessThan(LONGEST);
    expect(rests).toBeGreaterThan(100);
    expect(states).toBeGreaterThan(course.atLeast);
  });
});

interface Course {
  /** How often a person speaks. */
  words: number;
  ends: readonly string[];
  /** Whether GitHub may also lose or refuse what it is asked. */
  faults: boolean;
}

function walk(course: Course): { states: number; longest: number; rests: number } {
  const seen = new Set<string>();
  const stack: State[] = [{ at: snapshot(), words: 0, silent: 0, path: [] }];
  let longest = 0;
  let rests = 0;
  for (let state = stack.pop(); state; state = stack.pop()) {
    const key = `${state.words} ${fingerprint(state.at)}`;
    if (seen.has(key)) continue;
    seen.add(key);
    longest = Math.max(longest, state.silent);
    if (longest >= LONGEST) throw new Error(`never comes to rest: ${state.path.join(" > ")}`);
    const decision = decide(state.at);
    hold(state, decision);
    const silent = nextStates(state.at, decision, course);
    if (silent.length === 0) rests += 1;
    const spoken = state.words < course.words ? personSteps(state.at) : [];
    for (const step of silent) stack.push(follow(state, step, 0));
    for (const step of spoken) stack.push(follow(state, step, 1));
  }
  return { states: seen.size, longest, rests };
}

/** With nobody speaking: the decision is carried out, else the world goes on, else time passes; nothing: at rest. */
function nextStates(at: Snapshot, decision: Decision, { ends, faults }: Course): Step[] {
  if (decision.move || decision.effects.length > 0) return afterDecision(at, decision, faults);
  const world = worldSteps(at, ends);
  if (world.length > 0) return world;
  if (decision.again === null) return [];
  const later = afterTime(at, decision.again);
  return isSameButTime(at, later.next) ? [] : [later];
}

/** Waiting alone is rest, unless a later look decides otherwise. */
function isSameButTime(at: Snapshot, later: Snapshot): boolean {
  const found = decide(later);
  return (
    found.move === null &&
    found.effects.length === 0 &&
    fingerprint(at) === fingerprint({ ...later, now: at.now })
  );
}

function follow(state: State, step: Step, words: number): State {
  return {
    at: step.next,
    words: state.words + words,
    silent: words > 0 ? 0 : state.silent + 1,
    path: state.path.concat(step.name),
  };
}

/** Plain comparison: a matcher is too slow to be asked a million times. */
function promise(isKept: boolean, path: string[], broken: string): void {
  if (!isKept) throw new Error(`${broken}: ${path.join(" > ")}`);
}

/** The promises of one decision. */
function hold({ at, path: where }: State, decision: Decision): void {
  const before = at.record.kind === "record" ? at.record.record : null;
  const after = decision.move?.record ?? before;
  const merges = decision.effects.filter((effect) => effect.kind === "request_merge");
  for (const merge of merges) {
    promise(before?.merge !== null, where, "merges unasked");
    promise(merge.head === before?.head && merge.head === at.pull?.head, where, "merges another head");
    promise(at.pull?.mergeable === "mergeable", where, "merges what conflicts");
    promise(at.pull?.checks.every((check) => check.outcome === "success") === true, where, "merges red");
  }
  if (at.pull?.state === "merged" && before && before.phase !== "done") {
    promise(after?.phase === "done", where, "does not finish what was merged");
  }
  if (before && (before.phase === "done" || before.phase === "cancelled") && after?.phase !== before.phase) {
    const isAsked = at.issue.labelled.some((event) => event.on && event.at > before.asked.at);
    promise(isAsked || at.pull?.state === "merged", where, `${before.phase} moves by itself`);
  }
  if (!after) return;
  promise(JSON.stringify(after).length < MAX_RECORD_BYTES, where, "the record grows too large");
  promise(sentenceFor(at, after).what !== "", where, "says nothing");
  promise((after.attempt === null) === (after.phase !== "running"), where, "phase and attempt disagree");
  for (const ref of decision.move?.refs ?? []) {
    if (ref.name.startsWith("refs/heads/"))
      promise(ref.before === before?.head, where, "overwrites a foreign head");
  }
  promise((decision.move?.queue?.flight.length ?? 0) <= 1, where, "is in flight twice");
}

/** The state without what only tells when: instants become ages in whole minutes, at most thirty. */
function fingerprint(at: Snapshot): string {
  const age = (instant: string): string =>
    `T${Math.min(30, Math.max(-30, Math.floor(secondsBetween(instant, at.now) / 60)))}`;
  const { issue, record, baton, ledger } = at;
  const text = JSON.stringify([
    [
      record.kind === "record" && record.record,
      baton,
      at.run?.status,
      at.run?.conclusion,
      at.branchHead,
      at.unfinished,
    ],
    [
      at.pull?.state,
      at.pull?.head,
      at.pull?.draft,
      at.pull?.mergeable,
      at.pull?.checks[0]?.outcome,
      at.evidence,
    ],
    [
      issue.state,
      issue.labels,
      issue.labelled,
      at.comments.map(({ id, acknowledged }) => [id, acknowledged]),
    ],
    [[...at.said.keys()], ledger.queue],
  ]);
  return text.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, age).replaceAll(/\d{8}t\d{6}z/g, "stamp");
}
