/** How prompts show words of others, and the words that nearly every prompt shows. */
import { randomBytes } from "node:crypto";
import type { Job } from "../../domain/job.ts";

/** A word that nobody can know before, for the lines around quoted text. */
export function newFence(): string {
  return randomBytes(8).toString("hex");
}

/**
 * Words of others stand between two lines that carry a random word, so that no text inside can end its own block.
 * That is help for the model, not a wall: what an agent may do is bounded by what it can reach and by the guard.
 */
export function quoted(name: string, text: string, fence: string): string {
  return `BEGIN ${name} ${fence}\n${text.replace(/^\n+|\s+$/g, "")}\nEND ${name} ${fence}`;
}

/** What was asked for: the brief, and the plan where a person approved one. */
export function askedFor(job: Job, fence: string): string[] {
  const parts = [quoted("ISSUE", issueText(job), fence)];
  if (job.plan !== null) parts.push("A person approved this plan for it:", quoted("PLAN", job.plan, fence));
  return parts;
}

export function indented(text: string): string {
  return text
    .trim()
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
}

function issueText(job: Job): string {
  const comments = job.brief.comments.map(
    (comment) => `Comment by ${comment.by.login}, ${comment.at}:\n${comment.body.trim()}`,
  );
  return [`#${job.issue}: ${job.brief.title}`, job.brief.body.trim(), ...comments]
    .filter((text) => text !== "")
    .join("\n\n");
}
