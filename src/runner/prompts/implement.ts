/** Every word that an agent is told for an `implement` attempt. */
import type { Job } from "../../domain/job.ts";
import { askedFor, newFence } from "./quote.ts";
import { circumstances, CLOSING_WORDS, doneText, MATERIAL, RULES } from "./work-rules.ts";

export function implementPrompt(job: Job, fence: string = newFence()): string {
  const parts = [TASK, MATERIAL, ...askedFor(job, fence)];
  if (job.plan !== null) parts.push("Follow the plan; say so where you must depart from it.");
  parts.push(...circumstances(job, fence), RULES, doneText(job.verify), CLOSING_WORDS, SUMMARY);
  return `${parts.join("\n\n")}\n`;
}

const TASK = `You are a software engineer. The current folder is a complete git clone of the repository, with the commit to start from checked out.
Solve the issue below by changing the files in this folder.`;

const SUMMARY = "Otherwise end with a short summary: what you changed, why, and what you left out.";
