/** Every word that an agent is told whose work `verify` has found red: once, in the session that made it. */
import type { Job } from "../../domain/job.ts";
import type { ShellResult } from "../attempt/run-shell.ts";
import { askedFor, newFence, quoted } from "./quote.ts";
import { CLOSING_WORDS, doneText, MATERIAL, RULES } from "./work-rules.ts";

/** `form`: how the answer must end, where the kind has a form of its own. `isNew`: the agent knows nothing of its session any more. */
export function mendPrompt(
  job: Job,
  { verify, form, isNew }: { verify: ShellResult; form: string | null; isNew: boolean },
  fence: string = newFence(),
): string {
  const parts = [
    `The check command was run after you, in this folder, and ended with exit code ${verify.exit}. The end of what it printed:`,
    quoted("OUTPUT", verify.tail, fence),
    MENDING,
    doneText(job.verify),
    form ?? CLOSING_WORDS,
  ];
  const before = [BEGINNING, MATERIAL, ...askedFor(job, fence), RULES];
  return `${(isNew ? [...before, ...parts] : parts).join("\n\n")}\n`;
}

const BEGINNING = `You are a software engineer. The current folder is a clone of the repository in which you have worked on the issue below; your change is committed.`;

const MENDING = `Find out why and mend the cause. This is the only time that you are asked; the command is run once more afterwards.
Never disable, skip, loosen or delete a check or a test to make it pass. If it fails without your change too, leave it and say how you know.`;
