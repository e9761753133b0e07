/** Every word that an agent is told when it goes on in the session in which it was stopped. */
import type { Job } from "../../domain/job.ts";
import type { AttemptEnd } from "../../domain/task.ts";
import { newFence, quoted } from "./quote.ts";
import { CLOSING_WORDS, doneText } from "./work-rules.ts";

/** `form`: how the answer must end, where the kind has a form of its own. */
export function resumePrompt(job: Job, form: string | null, fence: string = newFence()): string {
  const end = job.previous?.end ?? null;
  const parts = [`You go on where you were stopped${end === null ? "" : `: ${STOPPED[end] ?? end}`}.`];
  parts.push(
    "The folder is as you left it, and what you did not commit is committed. Nothing that you were told has changed.",
  );
  if (job.answer_to !== null)
    parts.push("A person answered your question:", quoted("ANSWER", job.answer_to, fence));
  parts.push(GO_ON, doneText(job.verify), form ?? CLOSING_WORDS);
  return `${parts.join("\n\n")}\n`;
}

const GO_ON =
  "First look at what is done, then finish what is left, the shortest way that is right. Do not begin anew.";

const STOPPED: { [end in AttemptEnd]?: string } = {
  max_turns: "your turns were used up. You have as many once more; there will be no third time",
  timeout: "your time was up. You have as much once more; there will be no third time",
  silence:
    "you gave no sign of life for too long. Keep single commands short, or have them print what they do",
  agent_loop: "you went round in circles. Do something else this time",
  quota: "the provider's quota was used up. It is renewed",
  provider_unavailable: "the provider did not answer",
  infrastructure: "the machine broke off",
  stopped: "a person held you for a while",
  run_cancelled: "a person held you for a while",
  question: "you asked a question",
  verify_red: "the check command did not pass",
  agent_gave_up: "you gave up, and a person wants you to go on",
};
