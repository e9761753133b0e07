/** Every word that an agent is told for an `explore` attempt. */
import type { Job } from "../../domain/job.ts";
import { askedFor, newFence } from "./quote.ts";
import { circumstances, MATERIAL } from "./work-rules.ts";

export function explorePrompt(job: Job, fence: string = newFence()): string {
  const parts = [TASK, MATERIAL, ...askedFor(job, fence), ...circumstances(job, fence), ANSWERING];
  return `${parts.join("\n\n")}\n`;
}

const TASK = `You are a software engineer. The current folder is a complete git clone of the repository; you can read all of it and change nothing.
Answer the question of the issue below.`;

const ANSWERING = `How to answer:
- Look before you say: read the code, its history and its tests, and run what can be run without writing here.
- Your last message is the answer, in Markdown, for the people of this repository. Nobody can ask back.
- Begin with the answer in one or two sentences, then what it rests on: name each file with its path and line. Say what you could not find out.`;
