/** Walks every state that the policy, GitHub and people can bring about from one issue, and holds each to the promises. */
import type { Decision } from "../../src/domain/decision.ts";
import { decide } from "../../src/domain/decide.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import { fingerprint, situation } from "./fingerprint.ts";
import { personSteps } from "./person-steps.ts";
import { brokenAtRest, brokenBy } from "./promises.ts";
import { later } from "../../src/domain/time.ts";
import { afterDecision, afterTime, type Luck, type Step } from "./simulate.ts";
import { events, worldSteps, type World } from "./world-steps.ts";

export interface Course extends World {
  from: Snapshot;
  /** What people may say or do, word by word; `/./` is anything. */
  words: readonly RegExp[];
  luck: Luck;
  /** How many mishaps may happen on one way. */
  mishaps: number;
}

export interface Walked {
  states: number;
  /** Steps of the longest way on which nobody speaks. */
  longest: number;
  rests: number;
  /** Situations in which people spoke. */
  moments: number;
  /** Phases, reasons and ends of attempts that were seen. */
  seen: ReadonlySet<string>;
}

/** As many decisions in a row as the app makes before it calls a task restless. */
const ROUNDS = 12;

/** As long as anything waits that looks again by itself before. */
const PATIENCE = 900;

interface State {
  at: Snapshot;
  words: number;
  mishaps: number;
  bad: number;
  baseMoves: number;
  /** Decisions since something happened. */
  rounds: number;
  /** The name of the step that led here. */
  name: string;
  before: State | null;
}

/** Throws with the way there where a promise is broken, or a way never comes to rest. */
export function walk(course: Course): Walked {
  const countsMishaps = course.mishaps < Infinity;
  const isBounded = course.bad < Infinity;
  /** Steps to rest by state; null: on the way that is walked. */
  const heights = new Map<string, number | null>();
  const seen = new Set<string>();
  const spokenTo = new Set<string>();
  let rests = 0;
  const none = { words: 0, mishaps: 0, bad: 0, baseMoves: 0, rounds: 0 };
  const longest = visit({ at: course.from, ...none, name: "", before: null });
  return {
    states: heights.size,
    longest: Math.max(longest, tallest(heights)),
    rests,
    moments: spokenTo.size,
    seen,
  };

  function visit(state: State): number {
    const decision = decide(state.at);
    const key = keyOf(state, decision, isBounded);
    const known = heights.get(key);
    if (known === null) return closeCircle(state, key, isBounded);
    if (known !== undefined) return known;
    heights.set(key, null);
    const broken = brokenBy(state.at, decision);
    if (broken !== null) throw new Error(`${broken}: ${pathTo(state)}`);
    note(state.at);
    const isMoving = decision.move !== null || decision.effects.length > 0;
    if (isMoving && state.rounds >= ROUNDS) throw new Error(`decides on and on: ${pathTo(state)}`);
    const silent = (
      isMoving ? afterDecision(state.at, decision, course) : onwards(state.at, decision)
    ).filter((step) => mayCome(state, step));
    const besides = isMoving ? [] : events(state.at).filter((step) => mayCome(state, step));
    let height = 0;
    for (const step of [...silent, ...besides]) {
      height = Math.max(height, 1 + visit(follow(state, step, isMoving)));
    }
    if (silent.length === 0) {
      rests += 1;
      const wrong = brokenAtRest(state.at);
      if (wrong !== null) throw new Error(`${wrong}: ${pathTo(state)}`);
    }
    for (const step of spoken(state)) visit({ ...follow(state, step, false), words: state.words + 1 });
    heights.set(key, height);
    return height;
  }

  function mayCome({ mishaps, bad, baseMoves }: State, step: Step): boolean {
    if (step.isMishap === true && mishaps >= course.mishaps) return false;
    if (step.isBadEnd === true && bad >= course.bad) return false;
    return step.isBaseMove !== true || baseMoves < course.baseMoves;
  }

  /** Once in each situation. */
  function spoken({ at, words }: State): Step[] {
    const word = course.words[words];
    const moment = `${words} ${situation(at)}`;
    if (!word || spokenTo.has(moment)) return [];
    spokenTo.add(moment);
    return personSteps(at).filter(({ name }) => word.test(name));
  }

  /** With nobody speaking: the world goes on, else time passes; nothing: at rest. */
  function onwards(at: Snapshot, decision: Decision): Step[] {
    const world = worldSteps(at, course);
    if (world.length > 0) return world;
    if (decision.again === null) return [];
    // Who looks every minute waits for more than a minute at times.
    const looks = [afterTime(at, decision.again), afterTime(at, later(at.now, PATIENCE))];
    const acts = looks.find(({ next }) => !isSameButTime(at, next));
    return acts ? [acts] : [];
  }

  function follow(state: State, step: Step, isMoving: boolean): State {
    const { name, next, isMishap, isBadEnd, isBaseMove } = step;
    const mishaps = state.mishaps + (countsMishaps && isMishap === true ? 1 : 0);
    const bad = state.bad + (isBounded && isBadEnd === true ? 1 : 0);
    const rounds = isMoving ? state.rounds + 1 : 0;
    const baseMoves = state.baseMoves + (isBaseMove === true ? 1 : 0);
    return { at: next, words: state.words, mishaps, bad, baseMoves, rounds, name, before: state };
  }

  function note({ record, baton }: Snapshot): void {
    if (record.kind !== "record") return;
    const { phase, reason, attempts, attempt } = record.record;
    seen.add(`${phase} ${reason}`);
    if (attempt) seen.add(`${attempt.kind} ${attempt.how}`);
    const end = attempts.at(-1)?.end;
    if (end && baton.kind === "none") seen.add(`ended ${end}`);
  }
}

/** Waiting alone is rest, unless a later look decides otherwise. */
function isSameButTime(at: Snapshot, then: Snapshot): boolean {
  const found = decide(then);
  return (
    found.move === null &&
    found.effects.length === 0 &&
    fingerprint(at) === fingerprint({ ...then, now: at.now })
  );
}

/** Only what is tried again every hour until a person has set it up goes round, and that takes its time. */
function closeCircle(state: State, key: string, isBounded: boolean): number {
  let isHourly = false;
  for (let one: State | null = state.before; one; one = one.before) {
    const { record } = one.at;
    isHourly ||=
      record.kind === "record" && record.record.phase === "parked" && record.record.reason === "setup";
    if (keyOf(one, decide(one.at), isBounded) === key) break;
  }
  if (!isHourly) throw new Error(`goes round: ${pathTo(state)}`);
  return 0;
}

/** What is shown of a task stands in no fingerprint; that something has to be shown does. */
function keyOf(
  { at, words, mishaps, bad, baseMoves }: State,
  { effects }: Decision,
  isBounded: boolean,
): string {
  return `${words} ${mishaps} ${bad} ${baseMoves} ${effects.map(({ kind }) => kind).join(" ")} ${fingerprint(at, isBounded)}`;
}

function pathTo(state: State): string {
  const names: string[] = [];
  for (let one: State | null = state; one; one = one.before) names.unshift(one.name);
  return names.filter((name) => name !== "").join(" > ");
}

function tallest(heights: ReadonlyMap<string, number | null>): number {
  let most = 0;
  for (const height of heights.values()) most = Math.max(most, height ?? 0);
  return most;
}
