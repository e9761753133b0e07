/** Every word that an agent is told for a `fix` attempt. */
import type { Job } from "../../domain/job.ts";
import { askedFor, newFence, quoted } from "./quote.ts";
import { circumstances, CLOSING_WORDS, doneText, MATERIAL, RULES } from "./work-rules.ts";

export function fixPrompt(job: Job, fence: string = newFence()): string {
  const checks = job.checks.map(({ name, log }, index) =>
    quoted(`CHECK ${index + 1}`, `${name}\n\n${log.trim() || "(it left no log)"}`, fence),
  );
  const parts = [
    TASK,
    MATERIAL,
    ...askedFor(job, fence),
    "These checks fail, each with the end of its log:",
    ...checks,
    ...circumstances(job, fence),
    FIXING,
    RULES,
    doneText(job.verify),
    CLOSING_WORDS,
    SUMMARY,
  ];
  return `${parts.join("\n\n")}\n`;
}

const TASK = `You are a software engineer. The current folder is a complete git clone of the repository; checked out is the head of a pull request for the issue below.
The repository's own checks of that head fail. Find out why and mend it by changing the files in this folder.`;

const FIXING = `How to mend:
- Find the cause. Reproduce the failure here, if it can be reproduced, before you change anything, and see it gone afterwards.
- Mend the cause, not its symptom. Never disable, skip, loosen or delete a check or a test, and never touch the CI's own files.
- If the failure cannot come from this change, or you cannot reproduce it and the log does not show its cause, change nothing and say what you found.`;

const SUMMARY = "Otherwise end with a short summary: the cause, how you know it, and what you changed.";
