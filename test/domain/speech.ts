/** What people say in a test, and what they are answered. */
import { answerTo } from "../../src/domain/answers.ts";
import { decide } from "../../src/domain/decide.ts";
import type { Move } from "../../src/domain/decision.ts";
import type { Record as TaskRecord, RecordBody } from "../../src/domain/record.ts";
import type { CommentFacts, Snapshot } from "../../src/domain/snapshot.ts";
import { comment, finding, rejected } from "./snapshots.ts";

/** The same task, on which somebody who may (unless `change` says otherwise) has just said this. */
export function says(body: string, from: Snapshot, change: Partial<CommentFacts> = {}): Snapshot {
  return { ...from, comments: [comment(body, change)] };
}

/** The words of the answers that the next decision announces, without what they quote: `merge`, `bad_run`, … */
export function answers(from: Snapshot): string[] {
  return answersIn(from).map(({ word }) => word);
}

/** The answers that the next decision announces, as people read them. */
export function sayings(from: Snapshot): string[] {
  const record = decide(from).move?.record;
  return record ? answersIn(from).map((answer) => answerTo(answer, from, record)) : [];
}

/** The record as it is before the decision. */
export function recordOf(from: Snapshot): TaskRecord {
  if (from.record.kind !== "record") throw new Error("the test needs a record");
  return from.record.record;
}

/** Where the decision leaves the task: `parked timeout`; of an attempt that it starts `improve retry`. */
export function where(from: Snapshot): string {
  const after = decide(from).move?.record;
  if (!after) return "as it is";
  if (after.phase === "running") return `${after.attempt?.kind ?? ""} ${after.attempt?.how ?? ""}`;
  return `${after.phase} ${after.reason}`;
}

/** The same task after the decision, with the facts of before. */
export function after(from: Snapshot, change: Partial<Snapshot> = {}): Snapshot {
  const { move } = decide(from);
  if (!move || from.record.kind !== "record") throw new Error("the test needs a decision that moves");
  return {
    ...from,
    comments: [],
    findings: move.findings ?? from.findings,
    brief: move.brief ?? from.brief,
    record: { ...from.record, record: { ...move.record, mac: "0".repeat(64) } },
    ...change,
  };
}

/** A task with a rejected head that waits for a person. */
export function parked(
  reason: RecordBody["reason"],
  body: Partial<RecordBody> = {},
  change: Partial<Snapshot> = {},
): Snapshot {
  return rejected([finding()], { phase: "parked", reason, ...body }, change);
}

function answersIn(from: Snapshot): { word: string; said: string }[] {
  const keys = decide(from).move?.record.intents.map(({ key }) => key) ?? [];
  return keys
    .filter((key) => /^answer(?:-pull)?:/.test(key))
    .map((key) => {
      const [, , word = "", said = ""] = key.split(":");
      return { word, said };
    });
}

/** The move of the next decision. */
export function moveOf(from: Snapshot): Move {
  const { move } = decide(from);
  if (!move) throw new Error("the test needs a decision that moves");
  return move;
}
