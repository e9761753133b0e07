/** Tells what happens on the playground, line by line, as it happens. */
import colors from "picocolors";
import { existsSync, readFileSync } from "node:fs";
import { REVIEW_CHECK, WORKFLOW_PATH } from "../../domain/names.ts";
import type { WorkflowJob } from "../../playground/model/actions.ts";
import type { Happening, World } from "../../playground/model/world.ts";
import { userById } from "../../playground/world.ts";

export interface Timeline {
  /** One line, with the seconds since the start. */
  tell(what: string, detail: string): void;
  seconds(): number;
  stop(): void;
}

/** `print` gets whole lines without their end. */
export function startTimeline(world: World, print: (line: string) => void): Timeline {
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  const tell = (what: string, detail: string): void => {
    print(
      `${colors.dim(`${seconds().toFixed(1).padStart(6)} s`)}  ${colors.bold(what.padEnd(12))} ${detail}`,
    );
  };
  const listener = (happening: Happening): void => {
    const line = lineFor(world, happening);
    if (line) tell(...line);
  };
  world.listeners.push(listener);
  const stopLogs = followLogs(world, (line) => tell("  agent", colors.cyan(line)));
  return {
    tell,
    seconds,
    stop: () => {
      stopLogs();
      world.listeners.splice(world.listeners.indexOf(listener), 1);
    },
  };
}

/** The lines of running workflow jobs that tell what an agent does; the same that a person sees who watches the run. */
function followLogs(world: World, hear: (line: string) => void): () => void {
  const read = new Map<string, number>();
  const look = (): void => {
    for (const { log } of jobsOf(world)) {
      const text = existsSync(log) ? readFileSync(log, "utf8") : "";
      const whole = text.slice(0, text.lastIndexOf("\n") + 1);
      for (const line of whole.slice(read.get(log) ?? 0).split("\n")) {
        const progress = /^\S+Z (turn \d+: .*)$/.exec(line)?.[1];
        if (progress !== undefined) hear(progress);
      }
      read.set(log, whole.length);
    }
  };
  const timer = setInterval(look, 100);
  return () => clearInterval(timer);
}

function jobsOf(world: World): WorkflowJob[] {
  const runs = [...world.repositories.values()].flatMap((repository) => repository.runs);
  return runs.filter(({ path }) => path === WORKFLOW_PATH).flatMap(({ jobs }) => jobs);
}

type Line = [what: string, detail: string];

/** By event, and its action where it has one; other happenings are not worth a line. */
const LINES: { [event: string]: (payload: Payload, who: string) => Line | null } = {
  "issues.opened": ({ issue }, who) => ["issue", `#${issue?.number} “${issue?.title}” by ${who}`],
  "issues.labeled": ({ issue, label }, who) => ["label", `#${issue?.number} ${label?.name} by ${who}`],
  "issues.closed": ({ issue }) => ["closed", `issue #${issue?.number}`],
  "issue_comment.created": ({ issue, comment }, who) => [
    "comment",
    `#${issue?.number} ${who}: ${firstLine(comment?.body)}`,
  ],
  "issue_comment.edited": ({ issue, comment }) => ["status", `#${issue?.number} ${firstLine(comment?.body)}`],
  "workflow_run.in_progress": ({ workflow_run: run }) => [
    "run",
    `${run?.name} started on ${run?.head_branch}`,
  ],
  "workflow_run.completed": ({ workflow_run: run }) => ["run", `${run?.name} ended: ${run?.conclusion}`],
  "workflow_job.in_progress": ({ workflow_job: job }) =>
    job?.workflow_name === "GZA" ? ["step", `${job.name} …`] : null,
  "pull_request.opened": ({ pull_request: pull }, who) => [
    "pull request",
    `#${pull?.number} “${pull?.title}” by ${who}`,
  ],
  "pull_request.ready_for_review": ({ pull_request: pull }) => [
    "pull request",
    `#${pull?.number} is no draft any more`,
  ],
  "pull_request.closed": ({ pull_request: pull }, who) => [
    pull?.merged ? "merged" : "closed",
    `pull request #${pull?.number} by ${who}`,
  ],
  "pull_request_review.submitted": ({ pull_request: pull, review }, who) =>
    review?.body ? ["review", `#${pull?.number} ${who}: ${firstLine(review.body)}`] : null,
  "pull_request_review_comment.created": ({ pull_request: pull, comment }, who) => [
    "on a line",
    `#${pull?.number} ${comment?.path}, ${who}: ${firstLine(comment?.body)}`,
  ],
  "pull_request_review_thread.resolved": ({ pull_request: pull, thread }, who) => [
    "resolved",
    `#${pull?.number} ${thread?.comments[0]?.path}, ${who}: ${firstLine(thread?.comments[0]?.body)}`,
  ],
  "check_run.completed": ({ check_run: check }) =>
    check?.name === REVIEW_CHECK
      ? ["check", `${check.name}: ${check.conclusion}, ${check.output.title}`]
      : null,
  push: ({ ref, deleted }, who) => [
    deleted ? "deleted" : "push",
    `${deleted ? "branch " : ""}${ref?.replace("refs/heads/", "")} by ${who}`,
  ],
};

/** The few fields of webhook payloads that the lines show. */
interface Payload {
  ref?: string;
  deleted?: boolean;
  issue?: { number: number; title: string };
  label?: { name: string };
  comment?: { body: string; path?: string };
  review?: { body: string | null };
  thread?: { comments: { body: string; path: string }[] };
  check_run?: { name: string; conclusion: string | null; output: { title: string | null } };
  workflow_run?: { name: string; head_branch: string; conclusion: string | null };
  workflow_job?: { name: string; workflow_name: string };
  pull_request?: { number: number; title: string; merged: boolean };
}

function lineFor(world: World, { name, action, payload, senderId }: Happening): Line | null {
  const line = LINES[action === null ? name : `${name}.${action}`];
  return line?.(payload, userById(world, senderId).login) ?? null;
}

/** The first line that a reader sees, without markup. */
function firstLine(body = ""): string {
  const visible = body.replaceAll(/<!--.*?-->\n?/g, "").trim();
  const [line = ""] = visible.split("\n", 1);
  return line.replaceAll("**", "").slice(0, 110);
}
