/** Every word that an agent is told for an `implement` attempt. */
import type { Job } from "../../domain/job.ts";
import { askedFor, newFence, quoted } from "./quote.ts";
import { circumstances, doneText, MATERIAL, RULES } from "./work-rules.ts";

export function implementPrompt(job: Job, fence: string = newFence()): string {
  const parts = [TASK, MATERIAL, ...askedFor(job, fence)];
  if (job.plan !== null) parts.push("Follow the plan; say so where you must depart from it.");
  if (job.answer_to !== null)
    parts.push("A person answered your question:", quoted("ANSWER", job.answer_to, fence));
  parts.push(...circumstances(job, fence), RULES, doneText(job.verify), SUMMARY);
  return `${parts.join("\n\n")}\n`;
}

const TASK = `You are a software engineer. The current folder is a complete git clone of the repository, with the commit to start from checked out.
Solve the issue below by changing the files in this folder.`;

const SUMMARY = "End with a short summary: what you changed, why, and what you left out.";
