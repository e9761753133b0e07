/** Rule 7: the oldest command that was not heard yet is acknowledged at once and answered in one sentence. */
import { answerKey, type AnswerWord } from "../answers.ts";
import { carryOut, type CarriedOut } from "../carry-out.ts";
import { lacksPull, mayIn, type Command } from "../command.ts";
import { cannotBegin } from "../comments.ts";
import { answerToQuestion, reactionTo, unheardCommand, type Heard } from "../hear.ts";
import { askIn, wantsPlan } from "../ask.ts";
import type { Effect } from "../decision.ts";
import { revert } from "../revert.ts";
import type { Record } from "../record.ts";
import { moves, type Answer } from "../rule.ts";
import type { CommentFacts, Snapshot } from "../snapshot.ts";
import type { Reason } from "../task.ts";
import { moveTo } from "../transition.ts";
import { beginAnew } from "./begin-anew.ts";
import { takeAnswer } from "./take-answer.ts";

export function answerCommand(snapshot: Snapshot, record: Record | null): Answer | null {
  const heard = unheardCommand(snapshot);
  if (!record) return heard ? answerStranger(snapshot, heard) : null;
  const words = answerToQuestion(snapshot, record);
  if (words && (!heard || words.id < heard.comment.id)) {
    return words.acknowledged ? takeAnswer(snapshot, record, words) : react(record.reason, words, "+1");
  }
  if (!heard) return null;
  const { comment, command, allowed } = heard;
  if (!comment.acknowledged) return react(record.reason, comment, reactionTo(heard));
  const ask = command.kind === "run" && record.phase !== "running" ? askIn(snapshot, comment) : null;
  if (ask && snapshot.issue.state === "open")
    return beginAnew(snapshot, record, { ask, comment: comment.id });
  const who = `@${comment.by?.login ?? "ghost"}`;
  if (!allowed) return refuse(snapshot, record, { comment, who });
  const outcome = outcomeOf(snapshot, record, heard);
  if (typeof outcome === "object" && "kind" in outcome)
    return { reason: record.reason, move: null, effects: [outcome], again: null };
  if (typeof outcome === "string") {
    const seen = { ...record.seen, comment: comment.id };
    const intents = [answerKey(comment, outcome)];
    return moves(moveTo(snapshot, record, { story: `answered ${who}`, change: { seen }, intents }));
  }
  const { story, word, change, findings, refs } = outcome;
  return moves(
    moveTo(snapshot, record, {
      story: `${who} ${story}`,
      // A person's word: every bound counts from here.
      change: { heard: record.spent.attempts, ...change, seen: { ...record.seen, comment: comment.id } },
      intents: [answerKey(comment, word)],
      ...(findings ? { findings } : {}),
      ...(refs ? { refs } : {}),
    }),
  );
}

function react(reason: Reason, { id }: CommentFacts, content: "+1" | "confused"): Answer {
  return { reason, move: null, effects: [{ kind: "react", comment: id, content }], again: null };
}

/** People who may not are told so once in a task; after that the reaction has to do. */
function refuse(
  snapshot: Snapshot,
  record: Record,
  { comment, who }: { comment: CommentFacts; who: string },
): Answer {
  const isTold =
    [...snapshot.said.keys()].some((key) => key.endsWith(":not_allowed")) ||
    record.intents.some(({ key }) => key.endsWith(":not_allowed"));
  return moves(
    moveTo(snapshot, record, {
      story: `refused ${who}, who may not write`,
      change: { seen: { ...record.seen, comment: comment.id } },
      intents: isTold ? [] : [answerKey(comment, "not_allowed")],
    }),
  );
}

/** A command on an issue that is no task: `/gza run` begins one (rule 13), anything else is told how. */
function answerStranger(snapshot: Snapshot, heard: Heard): Answer | null {
  const { comment, allowed } = heard;
  if (!comment.acknowledged) return react("asked", comment, reactionTo(heard));
  if (askIn(snapshot, comment) !== null && snapshot.issue.state === "open") return null;
  const key = answerKey(comment, allowed ? "no_task" : "not_allowed");
  const body = cannotBegin(key, snapshot);
  return {
    reason: "not_asked",
    move: null,
    effects: [{ kind: "say", key, on: snapshot.issue.number, body }],
    again: null,
  };
}

/** What a command by somebody who may comes to. */
function outcomeOf(
  snapshot: Snapshot,
  record: Record,
  { comment, command }: Heard,
): CarriedOut | AnswerWord | `${AnswerWord}:${string}` | (Effect & { kind: "revert_pull" }) {
  switch (command.kind) {
    case "later":
    case "mistaken":
      return worded(command.kind, command.word);
    case "bad_argument":
      return worded(`bad_${command.command}`, command.argument);
    case "revert":
      return refusalFor(snapshot, record, command) ?? revert(snapshot, record);
    default:
      return refusalFor(snapshot, record, command) ?? carryOut(snapshot, record, { comment, command });
  }
}

type Understood = Exclude<Command, { kind: "later" | "mistaken" | "bad_argument" }>;

/** Why a command is not carried out, as far as phase and words tell; null: it is. */
function refusalFor(
  snapshot: Snapshot,
  record: Record,
  command: Understood,
): AnswerWord | `${AnswerWord}:${string}` | null {
  const { phase } = record;
  if (phase === "running" && !mayIn(command.kind, phase)) return "busy";
  if (command.kind === "run" && snapshot.issue.state === "closed") return "closed";
  if (command.kind === "run" && wantsPlan(snapshot)) return "no_plan";
  if (!mayIn(command.kind, phase)) return worded("not_now", command.kind);
  return lacksPull(command.kind, record) ? "no_pull" : null;
}

/** A word of somebody else as part of a key: in hex, for keys have few letters. */
function worded(word: AnswerWord, said: string): `${AnswerWord}:${string}` {
  return `${word}:${Buffer.from(said.slice(0, 18), "utf8").subarray(0, 18).toString("hex")}`;
}
